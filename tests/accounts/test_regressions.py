"""Other systems' bugs (money.md, section 12) that no other test of ours is named after.

B-01 tests/accounts/actions/deposits/test_crediting.py and test_arriving.py · B-02, B-03, B-12
deposits/test_at_once.py · B-10 test_status_guard.py · B-11 deposits/test_arriving.py.
"""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction

from accounts.actions import withdrawals
from accounts.ledger import balances, book, proof
from accounts.models import Entry, LedgerAccount, Posting
from accounts.states import Entering, LedgerKind, Withdrawal
from backoffice.core import clock, work
from backoffice.core.errors import Conflict
from backoffice.core.models import Work, WorkState
from backoffice.core.outbox import bell
from tests.accounts.ledger_books import Books, books_with
from tests.cluster import Database
from tests.factories.money import an_act
from tests.factories.payments import Till, a_till, work_done

MANY = 8


@pytest.fixture
def books(fresh_database: Database) -> Books:
    with transaction.atomic():
        return books_with("5000.00")


def at_once(act: Callable[[int], object], count: int = MANY) -> Counter[str]:
    """Run an act in threads that start together, each in its own transaction; count the ends."""
    gate, ends = threading.Barrier(count), []

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

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(ends)


def test_b04_six_holds_of_a_thousand_on_five_thousand_are_five(books: Books) -> None:
    ends = at_once(lambda _: book.reserve(act=an_act(), lines=books.holds("1000.00")), 6)

    assert ends == {"done": 5, "NotCovered": 1}
    balance = balances.of(books.funds)
    assert (balance.posted, balance.available) == (Decimal(5000), Decimal(0))


def test_b05_concurrent_settlements_of_one_hold_take_no_more_than_it_holds(books: Books) -> None:
    with transaction.atomic():
        held = book.reserve(act=an_act(), lines=books.holds("1000.00"))

    ends = at_once(lambda _: book.settle(act=an_act(), reservation=held))

    assert ends == {"done": 1, "AlreadyResolved": MANY - 1}
    posted = Posting.objects.filter(entry__of=held, account=books.funds, phase="posted")
    assert sum(row.amount for row in posted) == Decimal(1000)
    assert balances.of(books.funds).posted == Decimal(4000)
    assert proof.findings() == []


def test_b06_a_second_reversal_is_refused_and_a_void_moves_both_sides(books: Books) -> None:
    with transaction.atomic():
        held = book.reserve(act=an_act(), lines=books.holds("1000.00"))
        book.void(act=an_act(), reservation=held)
        paid = book.post(act=an_act(), lines=books.holds("200.00"))
        book.reverse(act=an_act(), entry=paid)
    for account in (books.funds, books.payouts):
        assert balances.summed(account).reserved == 0

    with pytest.raises(book.AlreadyResolved), transaction.atomic():
        book.reverse(act=an_act(), entry=paid)
    with pytest.raises(book.AlreadyResolved), transaction.atomic():
        book.void(act=an_act(), reservation=held)
    with pytest.raises(book.NotCovered), transaction.atomic():
        book.reserve(act=an_act(), lines=books.holds("5000.01"))

    assert balances.of(books.funds).available == Decimal(5000)
    assert Entry.objects.filter(act=Entering.REVERSE).count() == 1


def test_b07_an_answer_that_reports_failure_leaves_every_balance_as_it_was(books: Books) -> None:
    with transaction.atomic():
        paid = book.post(act=an_act(), lines=books.holds("200.00"))
        first = an_act()
        book.reverse(act=first, entry=paid)
        held = book.reserve(act=an_act(), lines=books.holds("50.00"))
        book.settle(act=an_act(), reservation=held)
    before = everything()

    refusals: list[Callable[[], object]] = [
        lambda: book.reverse(act=an_act(), entry=paid),
        lambda: book.settle(act=an_act(), reservation=held),
        lambda: book.void(act=an_act(), reservation=held),
        lambda: book.reserve(act=an_act(), lines=books.holds("9999.00")),
        lambda: book.post(act=first, lines=books.holds("1.00")),
    ]
    for refused in refusals:
        with pytest.raises((Conflict, book.NotCovered)), transaction.atomic():
            refused()
        assert everything() == before
    # The same call again is no failure, and no second effect.
    with transaction.atomic():
        book.reverse(act=first, entry=paid)
    assert everything() == before


def everything() -> dict[int, tuple[Decimal, Decimal]]:
    """Every balance of the books, out of the postings."""
    rows = LedgerAccount.objects.order_by("id")
    told = {row.pk: balances.summed(row) for row in rows}
    return {key: (one.posted, one.reserved) for key, one in told.items()}


@pytest.fixture
def till(fresh_database: Database, redis_server: Any) -> Till:
    """A client with 1,000.00 USD in a database of the test's own."""
    return a_till()


def test_b08_two_that_decided_on_the_same_look_are_not_both_applied(till: Till) -> None:
    till.ask("1.00")  # the books are open
    seen = Counter[str]()
    ends = at_once(lambda _: seen.update([str(till.ask("600.00").state)]))

    assert ends["done"] == 1
    assert till.available() == Decimal("399.00")
    assert proof.findings() == []


def test_b08_settings_that_change_during_debits_lose_nothing(till: Till) -> None:
    till.ask("1.00")  # the books are open
    funds = LedgerAccount.objects.get(kind=LedgerKind.CLIENT_FUNDS)

    def act(number: int) -> None:
        if number % 2:
            till.ask("50.00")
        else:
            setting(funds)

    ends = at_once(act)

    assert ends == {"done": MANY}
    assert till.available() == Decimal(999) - MANY // 2 * Decimal(50)
    assert Entry.objects.filter(act=Entering.RESERVE).count() == 1 + MANY // 2


def setting(funds: LedgerAccount) -> None:
    """Somebody saves a setting of the account as they read it a while ago."""
    funds.may_overdraw = False
    funds.save(update_fields=["may_overdraw"])


def test_b09_a_cancel_from_a_cold_cache_gives_the_balance_of_a_warm_one(till: Till) -> None:
    ends = []
    for is_cold in (False, True):
        payment = till.ask("70.00")
        assert till.available() == Decimal("930.00")
        if is_cold:
            cache.clear()
            connection.close()
        withdrawals.cancel_withdrawal(
            payment_id=payment.pk, reason="changed his mind", actor=till.asker.actor,
            now=clock.now(),
        )  # fmt: skip
        ends.append((till.available(), till.posted()))

    assert ends == [(Decimal(1000), Decimal(1000))] * 2


def test_b13_killed_between_commit_and_publish_the_sweeper_still_finds_it(till: Till) -> None:
    payment = till.ask("70.00")
    connection.close()
    child = os.fork()
    if child == 0:  # a worker of ours that dies after its COMMIT, before anybody is told
        try:
            bell.ring = lambda: os.kill(os.getpid(), signal.SIGKILL)
            till.approve(payment)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL

    payment.refresh_from_db()
    assert payment.state == Withdrawal.APPROVED  # it was committed
    assert Work.objects.filter(state=WorkState.WAITING).exists()
    assert work_done() > 0  # what the sweep does every five seconds, without any bell
    assert work.run_due(clock.now(), limit=100) == 0
