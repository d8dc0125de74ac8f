"""The database proves the books by itself: raw SQL, as the application, is refused."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.ledger import balances, book, proof
from accounts.models import Entry
from backoffice.core.errors import NoTransaction
from tests.accounts.ledger_books import Books, books_with
from tests.cluster import Database
from tests.factories.money import an_act

INSERT_ENTRY = """
    INSERT INTO accounts_entry (key, act, of_id, purpose, reference, actor, occurred_at, lines)
    VALUES (gen_random_uuid(), %s, %s, 'p', 'r', 'system:x', now(), %s) RETURNING id
"""
INSERT_LINE = """
    INSERT INTO accounts_posting (entry_id, account_id, phase, amount, currency)
    VALUES (%s, %s, %s, %s, %s)
"""


@pytest.fixture
def books(fresh_database: Database) -> Books:
    with transaction.atomic():
        return books_with("100.00")


def run(sql: str, *values: object) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0] if cursor.description else None


def written(act: str, of: Entry | None, *lines: tuple[int, str, str, str], said: int = 0) -> None:
    """Commit an entry by SQL alone."""
    with transaction.atomic():
        entry = run(INSERT_ENTRY, act, of.pk if of else None, said or len(lines))
        for line in lines:
            run(INSERT_LINE, entry, *line)


def refused(words: str, act: Callable[[], object]) -> None:
    before = (Entry.objects.count(), proof.findings())
    with pytest.raises(DatabaseError, match=words):
        act()
    assert (Entry.objects.count(), proof.findings()) == before == (before[0], [])


def test_lines_that_do_not_sum_to_zero(books: Books) -> None:
    refused(
        "out of balance",
        lambda: written(
            "post",
            None,
            (books.funds.pk, "posted", "10.00", "USD"),
            (books.payouts.pk, "posted", "-9.99", "USD"),
        ),
    )


def test_an_entry_without_the_lines_it_says(books: Books) -> None:
    line = (books.funds.pk, "posted", "10.00", "USD")
    refused("says 2 lines and has 0", lambda: written("post", None, said=2))
    refused("out of balance", lambda: written("post", None, line, said=2))


def test_a_line_too_many_is_refused_before_the_commit(books: Books) -> None:
    def write() -> None:
        with transaction.atomic():
            entry = run(INSERT_ENTRY, "post", None, 2)
            run(INSERT_LINE, entry, books.funds.pk, "posted", "10.00", "USD")
            run(INSERT_LINE, entry, books.payouts.pk, "posted", "-10.00", "USD")
            with pytest.raises(DatabaseError, match="says 2 lines and has 3"), transaction.atomic():
                run(INSERT_LINE, entry, books.payouts.pk, "pending", "1.00", "USD")
            raise DatabaseError("nothing of it stays")

    refused("nothing of it stays", write)


def test_a_line_added_to_an_old_entry(books: Books) -> None:
    old = Entry.objects.get()
    refused(
        "says 2 lines and has 3",
        lambda: run(INSERT_LINE, old.pk, books.payouts.pk, "posted", "5.00", "USD"),
    )


def test_a_line_in_another_currency_than_its_account(books: Books) -> None:
    refused(
        "accounts_posting_account_currency",
        lambda: written(
            "post",
            None,
            (books.funds.pk, "posted", "10.00", "EUR"),
            (books.payouts.pk, "posted", "-10.00", "EUR"),
        ),
    )


def test_more_digits_than_the_currency_has(books: Books) -> None:
    refused(
        "accounts_posting_digits",
        lambda: written(
            "post",
            None,
            (books.funds.pk, "posted", "0.001", "USD"),
            (books.payouts.pk, "posted", "-0.001", "USD"),
        ),
    )


def test_a_reservation_that_posts_and_a_posting_that_reserves(books: Books) -> None:
    for act, phase in (("reserve", "posted"), ("post", "pending")):
        refused(
            "not what it should be",
            lambda act=act, phase=phase: written(
                act,
                None,
                (books.funds.pk, phase, "1.00", "USD"),
                (books.payouts.pk, phase, "-1.00", "USD"),
            ),
        )


def test_an_answer_that_is_no_mirror(books: Books) -> None:
    with transaction.atomic():
        held = book.reserve(act=an_act(), lines=books.holds("70.00"))
    for act in ("void", "settle"):
        refused(
            "not what it should be",
            lambda act=act: written(
                act,
                held,
                (books.funds.pk, "pending", "-69.00", "USD"),
                (books.payouts.pk, "pending", "69.00", "USD"),
            ),
        )


def test_an_answer_to_the_wrong_kind_of_entry(books: Books) -> None:
    opening = Entry.objects.get()
    lines = (
        (books.funds.pk, "pending", "-1.00", "USD"),
        (books.payouts.pk, "pending", "1.00", "USD"),
    )
    refused("settle cannot answer post", lambda: written("settle", opening, *lines))
    refused("accounts_entry_answers", lambda: written("settle", None, *lines))


def test_the_books_are_never_changed(books: Books) -> None:
    for sql in (
        "UPDATE accounts_posting SET amount = amount * 2",
        "DELETE FROM accounts_posting",
        "TRUNCATE accounts_posting",
        "UPDATE accounts_entry SET reference = 'payment:2'",
        "DELETE FROM accounts_entry",
        "UPDATE accounts_ledgeraccount SET currency = 'EUR'",
        "DELETE FROM accounts_ledgeraccount",
        "UPDATE accounts_ledgerbalance SET posted = 0",
        "DELETE FROM accounts_ledgerbalance",
        "INSERT INTO accounts_ledgerbalance (account_id, posted, pending) VALUES (1, 1, 1)",
    ):
        refused("permission denied|only grows", lambda sql=sql: run(sql))


def test_the_writer_needs_a_transaction(books: Books) -> None:
    with pytest.raises(NoTransaction):
        book.reserve(act=an_act(), lines=books.holds("1.00"))
    assert balances.of(books.funds).available == Decimal("100.00")
