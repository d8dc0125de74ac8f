"""A withdrawal that several have to agree to, a lent vote, and what voids an earlier one."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.actions import steps, withdrawals
from accounts.models import Payment
from accounts.states import Withdrawal
from backoffice.approvals.actions import delegating
from backoffice.approvals.actions.policies import Band
from backoffice.approvals.models import ApprovalRequest, ApprovalVote
from backoffice.core import clock
from backoffice.core.actors import Origin
from tests.factories.accounts.approvals import a_policy
from tests.factories.payments import Till, a_till, fingerprint, told
from tests.factories.people import a_staff_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(db: None) -> Till:
    """Above 50.00 USD two people agree, one of them of compliance."""
    above = Band(currency="USD", above=Decimal(50), seats=((), ("compliance",)))
    a_policy(kind="accounts.withdrawal", hours=0, bands=(Band(), above))
    return a_till()


def approve(payment: Payment, user: Any, **words: Any) -> Payment:
    return withdrawals.approve_withdrawal(
        payment_id=payment.pk,
        fingerprint=fingerprint(payment),
        actor=user.actor,
        now=clock.now(),
        **words,
    )


def test_two_people_agree_above_the_limit_and_one_below(till: Till) -> None:
    small, large = till.ask("50.00"), till.ask("50.01")
    assert till.approve(small).state == Withdrawal.APPROVED
    assert till.approve(large).state == Withdrawal.REQUESTED
    with pytest.raises(steps.SamePerson):
        till.approve(large)
    assert approve(large, till.second).state == Withdrawal.APPROVED
    names = told(large)
    assert names == ["withdrawal.requested", "request.voted", "withdrawal.approved"]


def test_another_request_meanwhile_voids_the_first_vote(till: Till) -> None:
    payment = till.ask("70.00")
    till.approve(payment)
    till.ask("30.00")
    assert approve(payment, till.second).state == Withdrawal.REQUESTED
    request = ApprovalRequest.objects.get(pk=payment.approval_id)
    assert (request.round, ApprovalVote.objects.latest("id").voids) == (2, 1)
    assert till.approve(payment).state == Withdrawal.APPROVED


def test_a_lent_vote_counts_where_ones_own_right_ends(till: Till) -> None:
    colleague, now = a_staff_user("dealer", entity=till.client.legal_entity), clock.now()
    payment = till.ask("10.00")
    with pytest.raises(steps.NotAllowed):
        approve(payment, colleague)
    delegating.delegate(
        to_user_id=colleague.pk,
        starts_at=now,
        ends_at=now + timedelta(days=1),
        reason="away",
        actor=till.approver.actor,
        now=now,
    )
    assert approve(payment, colleague).state == Withdrawal.APPROVED
    assert ApprovalVote.objects.latest("id").for_user_id == till.approver.pk


def test_not_from_the_session_that_asked(till: Till) -> None:
    here = Origin("one session")
    payment = withdrawals.request_withdrawal(
        request=till.request("10.00"), actor=till.asker.actor, origin=here, now=clock.now()
    )
    with pytest.raises(steps.SamePerson, match="session"):
        approve(payment, till.approver, origin=here)
    assert approve(payment, till.approver, origin=Origin("another")).state == Withdrawal.APPROVED
