"""Between the last yes and the debit: what turned red about the client goes back to be decided."""

from datetime import timedelta

import pytest
from django.db import transaction

from accounts.actions import approving, execution
from accounts.models import Payment
from accounts.states import Withdrawal
from backoffice.approvals.models import ApprovalRequest
from backoffice.core import clock
from crm.models import Client
from tests.factories.accounts.disputes import a_dispute_of
from tests.factories.payments import SYSTEM, Till

pytestmark = pytest.mark.django_db


def carried(payment: Payment) -> Payment:
    """Carry it as the sweep does, a moment later."""
    later = clock.now() + timedelta(seconds=1)
    execution.execute_withdrawal(payment_id=payment.pk, actor=SYSTEM, now=later)
    payment.refresh_from_db()
    return payment


def mark(till: Till) -> None:
    Client.objects.filter(pk=till.client.pk).update(tags=["fraud"])


def test_a_mark_of_risk_sends_it_back(till: Till) -> None:
    payment = till.approved()
    mark(till)

    assert (carried(payment).state, payment.approved_by) == (Withdrawal.REQUESTED, "")
    assert payment.approval.state == "WAITING"


def test_a_dispute_that_nobody_saw_sends_it_back(till: Till) -> None:
    """It was on its way when the case began, and came back as proved absent."""
    payment = till.approved()
    a_dispute_of(till.client, 70)

    assert carried(payment).state == Withdrawal.REQUESTED


def test_who_asked_may_be_who_makes_the_votes_void(till: Till) -> None:
    payment = till.ask()
    before = payment.approval_id

    with transaction.atomic():
        approving.ask_again(payment, "look again", actor=till.asker.actor, now=clock.now())

    assert ApprovalRequest.objects.get(pk=before).state == "VOIDED"
    assert till.approve(payment).state == Withdrawal.APPROVED


def test_what_was_red_already_was_decided_on(till: Till) -> None:
    mark(till)
    payment = till.approve(till.ask(), till.second)

    assert carried(payment).state == Withdrawal.APPROVED
    assert payment.latest_run == 3  # looked at once more, and planned
