"""Many at once on real PostgreSQL: one approval, one hold; and what each guard is good for.

That they do meet is seen, not hoped: the lock that they will need is held until PostgreSQL says
that every one of them waits for it, each in a session of its own.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import connection

from accounts.actions import approving, chart, steps, withdrawals
from accounts.ledger import proof
from accounts.models import Entry, Payment
from accounts.states import Withdrawal
from backoffice.approvals.models import ApprovalVote
from backoffice.core import clock
from backoffice.core.models import EventRecord
from backoffice.demo.children import wait_until
from backoffice.demo.postgres import SUPERUSER
from tests.cluster import OWNER, Database
from tests.factories.payments import Till, a_till, fingerprint
from tests.factories.people import a_staff_user

APPROVALS = 200
ASKERS, RACERS = 40, 10
PATIENCE_SECONDS = 120
WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@pytest.fixture
def till(fresh_database: Database, redis_server: Any, monkeypatch: pytest.MonkeyPatch) -> Till:
    """A client with money in a database of the test's own; nobody loses patience in the queue."""
    monkeypatch.setattr(chart, "PATIENCE_MS", PATIENCE_SECONDS * 1000)
    return a_till()


Holding = Callable[[psycopg.Connection], object]


@contextmanager
def all_waiting(database: Database, hold: Holding | None, count: int) -> Iterator[None]:
    """Hold a lock while the block starts its threads, until so many sessions wait for it."""
    if hold is None:
        yield
        return
    with (
        database.connect(SUPERUSER) as watcher,
        database.connect(OWNER) as holder,
        holder.transaction(),
    ):
        hold(holder)
        yield
        assert wait_until(lambda: _waiting(watcher) >= count, seconds=PATIENCE_SECONDS)


def _waiting(watcher: psycopg.Connection) -> int:
    row = watcher.execute(WAITING).fetchone()
    return int(row[0]) if row else 0


def at_once(
    act: Callable[[int], object],
    count: int,
    *,
    together: int,
    database: Database,
    hold: Holding | None = None,
) -> Counter[str]:
    """Run an act so many times, so many together, all released at once; count the ends."""
    start, ends = threading.Barrier(together), []

    def some(first: int) -> None:
        start.wait()
        for number in range(first, count, together):
            try:
                act(number)
                ends.append("done")
            except Exception as error:
                ends.append(type(error).__name__)
        connection.close()

    threads = [threading.Thread(target=some, args=(first,)) for first in range(together)]
    with all_waiting(database, hold, together):
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join()
    return Counter(ends)


def payment_row(payment: Payment) -> Holding:
    """The lock that every decision about a payment needs."""
    return lambda session: session.execute(
        "SELECT 1 FROM accounts_payment WHERE id = %s FOR UPDATE", [payment.pk]
    )


def money_of(till: Till) -> Holding:
    """The lock that every request for an account's money needs."""
    name = f"accounts.money.{till.account.pk}"
    return lambda session: session.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name]
    )


def approvals() -> int:
    return EventRecord.objects.filter(name="accounts.withdrawal.approved").count()


def test_two_hundred_approvals_are_one(till: Till, fresh_database: Database) -> None:
    payment = till.ask()
    shown = fingerprint(payment)
    others = [a_staff_user("back_office", entity=till.client.legal_entity) for _ in range(3)]
    people = [till.approver, *others]

    def approve(number: int) -> None:
        withdrawals.approve_withdrawal(
            payment_id=payment.pk,
            fingerprint=shown,
            actor=people[number % len(people)].actor,
            now=clock.now(),
        )

    ends = at_once(
        approve,
        APPROVALS,
        together=APPROVALS,
        database=fresh_database,
        hold=payment_row(payment),
    )

    assert ends == {"done": 1, "NotPossible": APPROVALS - 1}
    assert (approvals(), Payment.objects.get().state) == (1, Withdrawal.APPROVED)
    assert ApprovalVote.objects.filter(verdict="AGREE").count() == 1


def test_without_lock_and_guard_there_are_many(
    till: Till, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The positive control: the same race with the row lock and the triggers taken away."""
    payment = till.ask()
    shown = fingerprint(payment)
    with fresh_database.connect(OWNER) as owner:
        owner.execute("ALTER TABLE accounts_payment DISABLE TRIGGER moves")
    everybody = threading.Barrier(RACERS)

    def unlocked(payment_id: int) -> Payment:
        found = Payment.objects.select_related("reservation").get(pk=payment_id)
        everybody.wait()
        return found

    monkeypatch.setattr(steps, "locked", unlocked)
    monkeypatch.setattr(steps, "keep_checks", lambda *told: None)
    monkeypatch.setattr(approving, "agree", lambda *told, **words: True)

    def approve(_: int) -> None:
        withdrawals.approve_withdrawal(
            payment_id=payment.pk, fingerprint=shown, actor=till.approver.actor, now=clock.now()
        )

    ends = at_once(approve, RACERS, together=RACERS, database=fresh_database)

    assert ends["done"] > 1
    assert approvals() == ends["done"]


def test_the_same_money_is_held_once(till: Till, fresh_database: Database) -> None:
    ends = at_once(
        lambda _: till.ask("600.00"),
        ASKERS,
        together=ASKERS,
        database=fresh_database,
        hold=money_of(till),
    )

    assert ends == {"done": 1, "NotEnough": ASKERS - 1}
    assert holds() == 1
    assert till.agrees()
    assert proof.findings() == []


def test_without_the_lock_the_books_still_hold_it_once(
    till: Till, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two guards, one behind the other: with the lock off, PostgreSQL refuses the second hold."""
    race_for_the_hold(till, monkeypatch)

    ends = at_once(lambda _: till.ask("600.00"), RACERS, together=RACERS, database=fresh_database)

    assert ends == {"done": 1, "NotCovered": RACERS - 1}
    assert holds() == 1
    assert proof.findings() == []


def test_without_both_guards_it_is_held_more_than_once(
    till: Till, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The positive control: the race is real, and the harness would see it."""
    race_for_the_hold(till, monkeypatch)
    with fresh_database.connect(OWNER) as owner:
        owner.execute("UPDATE accounts_ledgeraccount SET may_overdraw = true")

    ends = at_once(lambda _: till.ask("600.00"), RACERS, together=RACERS, database=fresh_database)

    assert ends["done"] > 1
    assert holds() == ends["done"]
    assert till.available() < Decimal(0)


def race_for_the_hold(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the locks away, and let everybody look at what is free before anybody takes it."""
    kept = till.ask("1.00")  # the books are open, with every account that a hold needs
    withdrawals.cancel_withdrawal(
        payment_id=kept.pk, reason="only a beginning", actor=till.asker.actor, now=clock.now()
    )
    everybody, hold = threading.Barrier(RACERS), withdrawals._hold
    monkeypatch.setattr(chart, "lock_money", lambda account_id: None)

    def together(*arguments: Any) -> Any:
        everybody.wait(PATIENCE_SECONDS)
        return hold(*arguments)

    monkeypatch.setattr(withdrawals, "_hold", together)


def holds() -> int:
    """How many holds stand."""
    reserved = Entry.objects.filter(act="reserve").count()
    return reserved - Entry.objects.filter(act="void").count()


def test_one_form_sent_many_times_asks_once(till: Till, fresh_database: Database) -> None:
    request = till.request("10.00")

    def ask(_: int) -> None:
        withdrawals.request_withdrawal(request=request, actor=till.asker.actor, now=clock.now())

    ends = at_once(ask, ASKERS, together=ASKERS, database=fresh_database, hold=money_of(till))

    assert ends == {"done": ASKERS}
    assert Payment.objects.count() == Entry.objects.filter(act="reserve").count() == 1
