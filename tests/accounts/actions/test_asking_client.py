"""Waiting for the client: with a list, with the clock standing still, and back again."""

from datetime import timedelta

import pytest

from accounts.actions import asking_client, steps, withdrawals
from accounts.models import Payment
from accounts.states import Missing, RejectReason, Withdrawal
from backoffice.core import clock
from backoffice.identity.models import User
from tests.factories.payments import Till, told

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def ask(payment: Payment, user: User, *missing: Missing, text: str = "") -> Payment:
    return asking_client.ask_client(
        payment_id=payment.pk, missing=missing, text=text, actor=user.actor, now=clock.now()
    )


def test_the_clock_stands_still_while_the_client_is_awaited(till: Till) -> None:
    payment = till.ask("70.00")
    due = payment.due_at
    waiting = ask(payment, till.approver, Missing.ADDRESS, Missing.STATEMENT, text="of this year")
    assert (waiting.state, waiting.missing) == (Withdrawal.WAITING_CLIENT, ["address", "statement"])
    assert waiting.waiting_since is not None

    back = asking_client.supply(
        payment_id=payment.pk,
        text="By mail",
        actor=till.asker.actor,
        now=waiting.waiting_since + HOUR,
    )

    assert (back.state, back.due_at - due) == (Withdrawal.REQUESTED, HOUR)
    assert till.available().is_zero() is False
    assert told(payment) == [
        "withdrawal.requested", "withdrawal.client_asked", "withdrawal.client_supplied",
    ]  # fmt: skip


def test_it_says_what_is_missing_and_who_may_say_so(till: Till) -> None:
    payment = till.ask("70.00")
    with pytest.raises(steps.NoReason):
        ask(payment, till.approver)
    with pytest.raises(steps.NotAllowed):
        ask(payment, till.cashier, Missing.IDENTITY)
    ask(payment, till.approver, Missing.IDENTITY)
    with pytest.raises(steps.NotAllowed):
        asking_client.supply(
            payment_id=payment.pk, text="Here", actor=till.cashier.actor, now=clock.now()
        )
    with pytest.raises(steps.NoReason):
        asking_client.supply(
            payment_id=payment.pk, text=" ", actor=till.asker.actor, now=clock.now()
        )


def test_every_end_is_open_while_the_client_is_awaited(till: Till) -> None:
    approved, rejected, cancelled = (till.ask("10.00") for _ in range(3))
    for one in (approved, rejected, cancelled):
        ask(one, till.second, Missing.OTHER)
    rejection = withdrawals.Rejection(reason=RejectReason.DOCUMENTS, public="It did not come")
    withdrawals.reject_withdrawal(
        payment_id=rejected.pk, rejection=rejection, actor=till.approver.actor, now=clock.now()
    )
    withdrawals.cancel_withdrawal(
        payment_id=cancelled.pk, reason="Changed mind", actor=till.asker.actor, now=clock.now()
    )
    approved.refresh_from_db()
    till.approve(approved)
    ends = [Payment.objects.get(pk=one.pk) for one in (approved, rejected, cancelled)]
    assert [one.state for one in ends] == ["APPROVED", "REJECTED", "CANCELLED"]
    assert [one.waiting_since for one in ends] == [None, None, None]
