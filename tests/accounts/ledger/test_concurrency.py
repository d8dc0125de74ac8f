"""Many at once on real PostgreSQL: one hold for the same money, one resolution of a hold."""

import threading
from collections import Counter
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection, transaction

from accounts.ledger import balances, book, proof
from accounts.models import Entry, Posting
from accounts.states import Entering
from tests.accounts.ledger_books import Books, books_with
from tests.cluster import Database
from tests.factories.money import an_act

MANY = 12


@pytest.fixture
def books(fresh_database: Database) -> Books:
    with transaction.atomic():
        return books_with("100.00")


def at_once(act: Callable[[int], object]) -> Counter[str]:
    """Run an act in many threads that start together; count how each ended."""
    gate = threading.Barrier(MANY)
    ends: list[str] = []

    def one(number: int) -> None:
        try:
            gate.wait()
            with transaction.atomic():
                act(number)
            ends.append("done")
        except Exception as error:
            ends.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(MANY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(ends)


def test_the_same_money_is_set_aside_once(books: Books) -> None:
    ends = at_once(lambda _: book.reserve(act=an_act(), lines=books.holds("60.00")))

    assert ends == {"done": 1, "NotCovered": MANY - 1}
    assert balances.of(books.funds).available == Decimal("40.00")
    assert proof.findings() == []


def test_what_fits_is_all_set_aside(books: Books) -> None:
    ends = at_once(lambda _: book.reserve(act=an_act(), lines=books.holds("20.00")))

    assert ends == {"done": 5, "NotCovered": MANY - 5}
    assert balances.of(books.funds).available == Decimal(0)


def test_a_hold_is_resolved_once(books: Books) -> None:
    with transaction.atomic():
        held = book.reserve(act=an_act(), lines=books.holds("60.00"))

    ends = at_once(
        lambda number: (book.settle if number % 2 else book.void)(act=an_act(), reservation=held)
    )

    assert ends == {"done": 1, "AlreadyResolved": MANY - 1}
    assert Entry.objects.filter(of=held).count() == 1
    assert proof.findings() == []


def test_one_key_is_one_entry(books: Books) -> None:
    act = an_act()

    ends = at_once(lambda _: book.reserve(act=act, lines=books.holds("10.00")))

    assert set(ends) <= {"done", "Conflict"}
    assert Entry.objects.filter(key=act.key).count() == 1
    assert balances.of(books.funds).reserved == Decimal("10.00")


def test_without_the_guard_the_race_does_happen(books: Books) -> None:
    """The positive control: the same race, deciding on a read as careless code does."""

    def careless(_: int) -> None:
        if balances.summed(books.funds).available >= Decimal("60.00"):
            barrier.wait()
            book.reserve(act=an_act(), lines=books.holds("60.00"))

    barrier = threading.Barrier(MANY)
    type(books.funds).objects.filter(pk=books.funds.pk).update(may_overdraw=True)

    ends = at_once(careless)

    assert ends == {"done": MANY}
    assert Posting.objects.filter(entry__act=Entering.RESERVE).count() == 2 * MANY
    assert balances.of(books.funds).available == Decimal("100.00") - MANY * Decimal("60.00")
