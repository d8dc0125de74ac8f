"""What a rule stopped is decided on the house's engine, and PostgreSQL holds it to that."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.actions.deposits import crediting, deciding, starting
from accounts.models import Deposit, DepositOperation
from accounts.queries import deposit_review
from accounts.terms import Deposit as State
from backoffice.approvals.actions import closing, policies, refusals, voting
from backoffice.approvals.actions.refusals import constraint_of
from backoffice.approvals.models import ApprovalRequest, ApprovalVote
from backoffice.approvals.queries import requests
from backoffice.core import clock
from backoffice.core.actors import Origin
from backoffice.identity.actions import people
from tests.factories.accounts.approvals import a_policy, ballot
from tests.factories.agents import Script
from tests.factories.incoming.deposits import (
    a_card,
    accept,
    known_client,
    now_of,
    paid,
    start,
    take,
    told,
)
from tests.factories.payments import SYSTEM, Till, work_done

pytestmark = pytest.mark.django_db
KIND = deposit_review.KIND


def stopped(till: Till, **changes: Any) -> Deposit:
    """One in review: less came than was asked for."""
    deposit = start(till, **changes)
    take(paid(deposit, "150.00"))
    return now_of(deposit)


def request_of(deposit: Deposit) -> ApprovalRequest:
    """The newest request about it."""
    return ApprovalRequest.objects.get(pk=now_of(deposit).approval_id)


def refused(deposit: Deposit, **changes: Any) -> str:
    """The guard that refuses a change by SQL."""
    with pytest.raises(IntegrityError) as found, transaction.atomic():
        Deposit.objects.filter(pk=deposit.pk).update(**changes)
    return constraint_of(found.value)


def test_it_is_asked_for_by_who_began_it_agreed_to_by_another_and_carried_out_once(
    till: Till, script: Script
) -> None:
    deposit = stopped(till)
    request = request_of(deposit)
    assert (request.kind, request.state, request.asked_by) == (
        KIND, "WAITING", str(till.asker.actor),
    )  # fmt: skip
    assert (str(request.amount), request.currency) == ("150.0000", "USD")
    assert request.permission == "accounts.deposit.decide"
    assert request.deadline_at is None
    accept(deposit, till.cashier, "the bank took 50")
    vote = ApprovalVote.objects.get()
    assert (vote.voter_id, vote.reason) == (till.cashier.pk, "the bank took 50")
    assert request_of(deposit).state == "GRANTED"
    work_done()
    assert now_of(deposit).state == State.CREDITED
    assert request_of(deposit).state == "EXECUTED"
    assert DepositOperation.objects.count() == 1


def test_two_seats_need_two_people(till: Till, script: Script) -> None:
    a_policy([[], ["compliance"]], kind=KIND)
    deposit = stopped(till)
    accept(deposit, till.cashier)
    work_done()
    assert (now_of(deposit).accepted_by, script.booked) == ("", [])
    with pytest.raises(refusals.SamePerson):
        accept(deposit, till.cashier)
    assert told(deposit)[-1] == "request.voted"


def test_turned_down_it_goes_back_and_its_request_is_refused(till: Till) -> None:
    deposit = stopped(till)
    deciding.return_deposit(
        deposit_id=deposit.pk, reason="not ours", actor=till.cashier.actor, now=clock.now()
    )
    request = request_of(deposit)
    assert (request.state, request.closed_by) == ("REFUSED", str(till.cashier.actor))
    assert now_of(deposit).state == State.RETURNING


def test_accepted_and_then_sent_back_its_approval_is_void(till: Till) -> None:
    deposit = stopped(till)
    accept(deposit, till.cashier)
    deciding.return_deposit(
        deposit_id=deposit.pk, reason="stop", actor=till.approver.actor, now=clock.now()
    )
    assert request_of(deposit).state == "VOIDED"
    assert now_of(deposit).state == State.RETURNING


def test_it_is_not_decided_where_it_was_begun(till: Till) -> None:
    origin = Origin("session", "device")
    request = starting.Request(
        key=uuid4(), account_id=till.account.pk, amount=start(till).asked_amount,
        method_id=a_card(till).pk,
    )  # fmt: skip
    begun = starting.start_deposit(
        request=request, actor=till.asker.actor, origin=origin, now=clock.now()
    )
    take(paid(begun, "150.00"))
    with pytest.raises(refusals.SamePerson, match="session"):
        accept(begun, till.cashier, origin=Origin("session", "other"))
    with pytest.raises(refusals.SamePerson, match="device"):
        accept(begun, till.cashier, origin=Origin("other", "device"))


def test_who_began_it_may_have_left_before_the_money_came(till: Till) -> None:
    deposit = start(till)
    people.suspend_staff(user_id=till.asker.pk, reason="left", actor=SYSTEM, now=clock.now())
    take(paid(deposit, "150.00"))
    assert now_of(deposit).state == State.IN_REVIEW
    assert request_of(deposit).asked_by == str(till.asker.actor)


def test_who_began_the_first_decides_about_no_money_that_came_late(till: Till) -> None:
    request = starting.Request(
        key=uuid4(), account_id=till.account.pk, amount=start(till).asked_amount,
        method_id=a_card(till).pk,
    )  # fmt: skip
    first = starting.start_deposit(request=request, actor=till.approver.actor, now=clock.now())
    take(paid(first))
    take(paid(first, reference="pay-again"))
    second = Deposit.objects.get(follows=first)
    with pytest.raises(refusals.SamePerson):
        accept(second, till.approver)
    accept(second, till.cashier)


def test_what_changed_since_the_page_was_drawn_is_looked_at_again(till: Till) -> None:
    deposit = stopped(till)
    seen = deposit_review.seen_of(deposit)
    known_client(till, level=0)
    with pytest.raises(refusals.LookAgain):
        accept(deposit, till.cashier, seen=seen)
    accept(deposit, till.cashier)


def test_a_voter_who_may_not_any_more_voids_it_and_it_is_asked_for_again(
    till: Till, script: Script
) -> None:
    deposit = stopped(till)
    accept(deposit, till.cashier)
    first = request_of(deposit)
    people.suspend_staff(user_id=till.cashier.pk, reason="left", actor=SYSTEM, now=clock.now())
    crediting.credit_deposit(deposit_id=deposit.pk, actor=SYSTEM, now=clock.now())
    first.refresh_from_db()
    held = now_of(deposit)
    assert (first.state, held.state, held.accepted_by) == ("VOIDED", State.IN_REVIEW, "")
    assert (request_of(deposit).state, script.booked) == ("WAITING", [])
    accept(deposit, till.approver)
    work_done()
    assert (now_of(deposit).state, len(script.booked)) == (State.CREDITED, 1)


def test_the_engines_own_doors_leave_it_to_its_page(till: Till) -> None:
    deposit = stopped(till)
    request = request_of(deposit)
    told_vote = {"request_id": request.pk, "actor": till.cashier.actor, "now": clock.now()}
    for act in (voting.agree, voting.refuse):
        with pytest.raises(refusals.NotYours, match="own page"):
            act(ballot=ballot(request, "x"), **told_vote)
    with pytest.raises(refusals.NotYours):
        closing.cancel(request_id=request.pk, actor=till.asker.actor, now=clock.now())
    with pytest.raises(policies.BadRules, match="deadline"):
        a_policy(kind=KIND, hours=24)
    assert requests.ids_open_to(till.cashier, KIND).count() == 1


def test_no_state_is_reached_without_the_engine_by_sql(till: Till) -> None:
    deposit = stopped(till)
    now = clock.now()
    accepted = {"accepted_by": str(till.cashier.actor), "accepted_at": now}
    assert refused(deposit, **accepted) == "accounts_deposit_unaccepted"
    assert refused(deposit, approval_id=None) == "accounts_deposit_approval"
    gone = {"state": State.RETURNING, "returned_by": str(till.cashier.actor), "return_reason": "x"}
    assert refused(deposit, **gone) == "accounts_deposit_unreturned"
    lost = {"state": State.UNCERTAIN, "uncertain_since": now}
    assert refused(deposit, **lost) == "accounts_deposit_unaccepted"
    with pytest.raises(IntegrityError) as found, transaction.atomic():
        DepositOperation.objects.create(
            deposit=deposit, key=uuid4(), operation_id=1, planned_at=now
        )
    assert constraint_of(found.value) == "approvals_request_quorum"


def test_an_approval_of_another_deposit_counts_for_nothing(till: Till) -> None:
    first, second = stopped(till), stopped(till)
    accept(first, till.cashier)
    Deposit.objects.filter(pk=first.pk).update(accepted_by="", accepted_at=None)
    assert refused(second, approval_id=first.approval_id) == "accounts_deposit_approval"
