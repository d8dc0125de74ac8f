"""Many at once on real PostgreSQL: one approval, one hold; and what the lock is good for."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from accounts.actions import steps, withdrawals
from accounts.ledger import proof
from accounts.models import Entry, Payment, PaymentApproval
from accounts.states import Approval, Withdrawal
from backoffice.core import clock
from backoffice.core.models import EventRecord
from tests.cluster import OWNER, Database
from tests.factories.payments import Till, a_till, fingerprint
from tests.factories.people import a_staff_user

APPROVALS, AT_A_TIME = 200, 40


@pytest.fixture
def till(fresh_database: Database, redis_server: Any) -> Till:
    """A client with money in a database of the test's own."""
    return a_till()


def at_once(act: Callable[[int], object], count: int) -> Counter[str]:
    """Run an act so many times, as many together as there are connections; count the ends."""
    gate, ends = threading.Barrier(AT_A_TIME), []

    def some(first: int) -> None:
        gate.wait()
        for number in range(first, count, AT_A_TIME):
            try:
                act(number)
                ends.append("done")
            except Exception as error:
                ends.append(type(error).__name__)
        connection.close()

    threads = [threading.Thread(target=some, args=(first,)) for first in range(AT_A_TIME)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(ends)


def approvals() -> int:
    return EventRecord.objects.filter(name="accounts.withdrawal.approved").count()


def test_two_hundred_approvals_are_one(till: Till) -> None:
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

    ends = at_once(approve, APPROVALS)

    assert ends == {"done": 1, "NotPossible": APPROVALS - 1}
    assert (approvals(), Payment.objects.get().state) == (1, Withdrawal.APPROVED)
    assert PaymentApproval.objects.filter(state=Approval.APPROVED).count() == 1


def test_without_lock_and_guard_there_are_many(
    till: Till, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The positive control: the same race with the row lock and the triggers taken away."""
    payment = till.ask()
    shown = fingerprint(payment)
    with fresh_database.connect(OWNER) as owner:
        for table in ("accounts_payment", "accounts_paymentapproval"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER moves")
    everybody = threading.Barrier(AT_A_TIME)

    def unlocked(payment_id: int) -> Payment:
        found = Payment.objects.select_related("reservation").get(pk=payment_id)
        everybody.wait()
        return found

    def seated(payment: Payment, picture: Any, actor: Any, now: Any) -> None:
        PaymentApproval.objects.filter(payment=payment).update(
            state=Approval.APPROVED, decided_by=str(actor), fingerprint="x", decided_at=now
        )

    monkeypatch.setattr(steps, "locked", unlocked)
    monkeypatch.setattr(steps, "keep_checks", lambda *told: None)
    monkeypatch.setattr(withdrawals, "_take_seat", seated)

    def approve(_: int) -> None:
        withdrawals.approve_withdrawal(
            payment_id=payment.pk, fingerprint=shown, actor=till.approver.actor, now=clock.now()
        )

    ends = at_once(approve, AT_A_TIME)

    assert ends["done"] > 1
    assert approvals() == ends["done"]


def test_the_same_money_is_held_once(till: Till) -> None:
    ends = at_once(lambda _: till.ask("600.00"), AT_A_TIME)

    assert ends == {"done": 1, "NotEnough": AT_A_TIME - 1}
    assert Entry.objects.filter(act="reserve").count() == 1
    assert till.agrees()
    assert proof.findings() == []


def test_one_form_sent_many_times_asks_once(till: Till) -> None:
    request = till.request("10.00")

    def ask(_: int) -> None:
        withdrawals.request_withdrawal(request=request, actor=till.asker.actor, now=clock.now())

    ends = at_once(ask, AT_A_TIME)

    assert ends == {"done": AT_A_TIME}
    assert Payment.objects.count() == Entry.objects.filter(act="reserve").count() == 1
