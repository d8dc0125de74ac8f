"""The five verbs of the books, and what the books say after each."""

from decimal import Decimal

import pytest
from django.db import transaction

from accounts.ledger import balances, book, proof
from accounts.models import Entry, Posting
from accounts.states import Entering
from backoffice.core.errors import Conflict
from tests.accounts.ledger_books import books_with, moved, opened
from tests.factories.money import an_act

pytestmark = pytest.mark.django_db


def figures(account: object) -> tuple[Decimal, Decimal, Decimal]:
    seen = balances.of(account)  # type: ignore[arg-type]
    return seen.posted, seen.reserved, seen.available


def test_what_is_posted_counts_at_once() -> None:
    books = books_with("100.00")

    assert figures(books.funds) == (Decimal("100.00"), Decimal(0), Decimal("100.00"))
    assert figures(books.opening) == (Decimal("100.00"), Decimal(0), Decimal("100.00"))
    assert proof.findings() == []


def test_a_reservation_leaves_the_balance_and_takes_what_is_available() -> None:
    books = books_with("100.00")

    book.reserve(act=an_act(), lines=books.holds("70.00"))

    assert figures(books.funds) == (Decimal("100.00"), Decimal("70.00"), Decimal("30.00"))


def test_a_reservation_needs_cover() -> None:
    books = books_with("100.00")
    book.reserve(act=an_act(), lines=books.holds("70.00"))

    with pytest.raises(book.NotCovered), transaction.atomic():
        book.reserve(act=an_act(), lines=books.holds("30.01"))

    assert figures(books.funds)[2] == Decimal("30.00")
    assert Entry.objects.filter(act=Entering.RESERVE).count() == 1


def test_a_reservation_of_all_that_is_available_is_covered() -> None:
    books = books_with("100.00")

    book.reserve(act=an_act(), lines=books.holds("100.00"))

    assert figures(books.funds)[2] == Decimal(0)


def test_an_account_that_may_be_overdrawn_needs_no_cover() -> None:
    books = books_with("100.00")
    books.funds.may_overdraw = True
    books.funds.save(update_fields=["may_overdraw"])

    book.reserve(act=an_act(), lines=books.holds("250.00"))

    assert figures(books.funds)[2] == Decimal("-150.00")


def test_a_trading_loss_may_take_more_than_is_available() -> None:
    books = books_with("100.00")
    book.reserve(act=an_act(), lines=books.holds("70.00"))

    loss = an_act("day:2026-03-04", purpose="trading_result")
    book.post(act=loss, lines=moved(books.funds, books.opening, "60.00"))

    assert figures(books.funds) == (Decimal("40.00"), Decimal("70.00"), Decimal("-30.00"))


def test_only_what_is_there_can_be_set_aside() -> None:
    books = books_with("100.00")

    with (
        pytest.raises(Exception, match="only what is there can be set aside"),
        transaction.atomic(),
    ):
        book.reserve(act=an_act(), lines=moved(books.payouts, books.funds, "5.00"))


def test_settling_posts_what_was_reserved() -> None:
    books = books_with("100.00")
    held = book.reserve(act=an_act(), lines=books.holds("70.00"))

    book.settle(act=an_act(), reservation=held)

    assert figures(books.funds) == (Decimal("30.00"), Decimal(0), Decimal("30.00"))
    assert figures(books.payouts) == (Decimal("70.00"), Decimal(0), Decimal("70.00"))
    assert proof.findings() == []


def test_voiding_releases_what_was_reserved() -> None:
    books = books_with("100.00")
    held = book.reserve(act=an_act(), lines=books.holds("70.00"))

    book.void(act=an_act(), reservation=held)

    assert figures(books.funds) == (Decimal("100.00"), Decimal(0), Decimal("100.00"))
    assert proof.findings() == []


@pytest.mark.parametrize("first", ["settle", "void"])
@pytest.mark.parametrize("second", ["settle", "void"])
def test_a_reservation_is_resolved_once(first: str, second: str) -> None:
    books = books_with("100.00")
    held = book.reserve(act=an_act(), lines=books.holds("70.00"))
    getattr(book, first)(act=an_act(), reservation=held)
    before = figures(books.funds)

    with pytest.raises(book.AlreadyResolved), transaction.atomic():
        getattr(book, second)(act=an_act(), reservation=held)
    with pytest.raises(book.AlreadyResolved), transaction.atomic():
        book.require_hold(reservation=held)

    assert figures(books.funds) == before


def test_reversing_writes_the_opposite_once() -> None:
    books = books_with("100.00")
    held = book.reserve(act=an_act(), lines=books.holds("70.00"))
    settled = book.settle(act=an_act(), reservation=held)

    book.reverse(act=an_act(), entry=settled)
    with pytest.raises(book.AlreadyResolved), transaction.atomic():
        book.reverse(act=an_act(), entry=settled)

    assert figures(books.funds) == (Decimal("100.00"), Decimal(0), Decimal("100.00"))
    assert proof.findings() == []


def test_the_same_key_and_content_is_answered_with_the_entry_that_stands() -> None:
    books = books_with("100.00")
    act = an_act()

    first = book.reserve(act=act, lines=books.holds("70.00"))
    again = book.reserve(act=act, lines=books.holds("70.00"))

    assert again == first
    assert Posting.objects.filter(entry=first).count() == 2
    assert figures(books.funds)[1] == Decimal("70.00")


def test_the_same_key_with_other_content_is_a_conflict() -> None:
    books = books_with("100.00")
    act = an_act()
    book.reserve(act=act, lines=books.holds("70.00"))

    with pytest.raises(Conflict):
        book.reserve(act=act, lines=books.holds("71.00"))
    with pytest.raises(Conflict):
        book.post(act=act, lines=books.holds("70.00"))


def test_the_past_can_be_asked_for() -> None:
    books = books_with("100.00")
    entry = opened(books, "50.00")

    assert balances.summed(books.funds, until=entry.occurred_at).posted == Decimal(0)
    assert balances.summed(books.funds).posted == Decimal("150.00")
    assert balances.many([books.funds])[books.funds.pk].posted == Decimal("150.00")
