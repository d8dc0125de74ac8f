"""A withdrawal until somebody decides: hold, checks, four eyes, every no with its reason."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from accounts.actions import steps, withdrawals
from accounts.models import Entry, Payment, PaymentCheck
from accounts.states import RejectReason, Withdrawal
from backoffice.approvals.models import ApprovalRequest, ApprovalVote
from backoffice.core import clock
from backoffice.core.errors import Conflict
from backoffice.identity.models import User
from tests.factories.market import a_trade
from tests.factories.payments import Till, fingerprint, told, write
from tests.factories.people import a_staff_user
from trading.models import ServerState, TradingAccount

pytestmark = pytest.mark.django_db
NO = withdrawals.Rejection(reason=RejectReason.DOCUMENTS, public="A document is missing")


def reject(payment: Payment, user: User, rejection: Any = NO) -> Payment:
    return withdrawals.reject_withdrawal(
        payment_id=payment.pk, rejection=rejection, actor=user.actor, now=clock.now()
    )


def cancel(payment: Payment, user: User, reason: str = "The client changed their mind") -> Payment:
    return withdrawals.cancel_withdrawal(
        payment_id=payment.pk, reason=reason, actor=user.actor, now=clock.now()
    )


def test_a_request_holds_the_money_at_once(till: Till) -> None:
    payment = till.ask("70.00")

    assert payment.state == Withdrawal.REQUESTED
    assert (till.posted(), till.available()) == (Decimal("1000.00"), Decimal("930.00"))
    assert payment.reservation.reference == f"payment:{payment.pk}"
    assert payment.due_at > payment.requested_at
    assert payment.requisite_masked == "ES91 ••1332"
    assert told(payment) == ["withdrawal.requested"]
    assert till.agrees()


def test_seventeen_checks_are_kept_with_their_figures(till: Till) -> None:
    payment = till.ask("70.00")

    kept = {row.number: row for row in PaymentCheck.objects.filter(payment=payment)}
    assert {number: row.verdict for number, row in kept.items()} == {
        1: "green", 2: "green", 3: "green", 4: "amber", 5: "amber", 6: "green", 7: "amber",
        9: "green", 10: "green", 11: "green", 13: "green", 16: "green", 17: "green", 18: "green",
        19: "green", 20: "green", 21: "green",
    }  # fmt: skip
    assert kept[1].told == "1,000.00\u202fUSD free; no margin is used"
    assert kept[5].told == "First use"
    assert kept[16].figures_at is not None


def test_the_same_money_is_promised_once(till: Till) -> None:
    till.ask("600.00")

    with pytest.raises(withdrawals.NotEnough) as no:
        till.ask("400.01")

    assert (no.value.asked, no.value.free) == (Decimal("400.01"), Decimal("400.00"))
    assert Payment.objects.count() == 1
    till.ask("400.00")
    assert till.available() == Decimal("0.00")


def test_credit_cannot_leave(till: Till) -> None:
    TradingAccount.objects.filter(pk=till.account.pk).update(
        balance=Decimal("100.00"), credit=Decimal("500.00")
    )

    with pytest.raises(withdrawals.NotEnough) as no:
        till.ask("100.01")

    assert no.value.free == Decimal("100.00")


def test_nothing_is_promised_on_figures_that_nobody_knows(till: Till) -> None:
    write(till.account, a_trade(900, till.account.login))

    with pytest.raises(withdrawals.FiguresUnknown):
        till.ask()

    assert Payment.objects.count() == 0


def test_one_form_asks_once(till: Till) -> None:
    key = uuid4()
    first = till.ask("70.00", key=key)

    assert till.ask("70.00", key=key) == first
    with pytest.raises(Conflict):
        till.ask("71.00", key=key)
    assert Entry.objects.filter(act="reserve").count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": Decimal(0)},
        {"amount": Decimal("-1.00")},
        {"amount": Decimal("0.001")},
        {"requisite": "  "},
        {"holder": ""},
        {"method_id": 0},
    ],
)
def test_what_cannot_be_is_refused_in_words(till: Till, changes: dict[str, Any]) -> None:
    with pytest.raises(withdrawals.BadRequest):
        till.ask(**changes)


def test_strangers_ask_for_nothing(till: Till) -> None:
    stranger = a_staff_user("sales_agent")
    with pytest.raises(steps.NotAllowed):
        withdrawals.request_withdrawal(
            request=till.request(), actor=stranger.actor, now=clock.now()
        )


def test_somebody_else_approves_what_the_page_showed(till: Till) -> None:
    payment = till.approve(till.ask())

    assert payment.state == Withdrawal.APPROVED
    seat = ApprovalVote.objects.get(request_id=payment.approval_id)
    assert (seat.verdict, seat.voter_id) == ("AGREE", till.approver.pk)
    assert seat.picture["payload"]["amount"] == "70.00"
    assert len(seat.picture["checks"]) == 17
    assert told(payment) == ["withdrawal.requested", "withdrawal.approved"]


def test_nobody_approves_their_own_request(till: Till) -> None:
    both = a_staff_user("back_office", entity=till.client.legal_entity)
    payment = withdrawals.request_withdrawal(
        request=till.request(), actor=both.actor, now=clock.now()
    )

    with pytest.raises(steps.SamePerson):
        till.approve(payment, both)
    with pytest.raises(steps.SamePerson):
        reject(payment, both)


def test_who_lacks_the_right_or_the_reach_approves_nothing(till: Till) -> None:
    payment = till.ask()
    for user in (till.cashier, a_staff_user("sales_manager"), a_staff_user()):
        with pytest.raises(steps.NotAllowed):
            till.approve(payment, user)


def test_an_approval_is_bound_to_what_was_shown(till: Till) -> None:
    payment = till.ask()
    shown = fingerprint(payment)
    till.ask("30.00")

    with pytest.raises(withdrawals.ChangedMeanwhile) as changed:
        withdrawals.approve_withdrawal(
            payment_id=payment.pk, fingerprint=shown, actor=till.approver.actor, now=clock.now()
        )

    assert changed.value.changes == ("Open requests: 1 other, 100.00\u202fUSD together",)
    payment.refresh_from_db()
    assert payment.state == Withdrawal.REQUESTED
    assert till.approve(payment).state == Withdrawal.APPROVED


def test_another_payments_page_approves_nothing(till: Till) -> None:
    payment, other = till.ask("70.00"), till.ask("71.00")

    with pytest.raises(withdrawals.ChangedMeanwhile):
        withdrawals.approve_withdrawal(
            payment_id=payment.pk,
            fingerprint=fingerprint(other),
            actor=till.approver.actor,
            now=clock.now(),
        )


def test_old_figures_block_everybody(till: Till) -> None:
    payment = till.ask()
    ServerState.objects.update(status="unreachable")

    for user in (till.approver, till.second):
        with pytest.raises(withdrawals.CheckForbids, match="Freshness"):
            till.approve(payment, user)


def test_a_red_check_needs_a_right_of_its_own(till: Till) -> None:
    payment = till.ask()
    TradingAccount.objects.update(balance=Decimal("999.00"))  # a gap that no record explains

    with pytest.raises(withdrawals.CheckForbids, match=r"gap −1\.00"):
        till.approve(payment)
    assert till.approve(payment, till.second).state == Withdrawal.APPROVED


def test_a_no_has_its_reason_and_releases_the_hold(till: Till) -> None:
    payment = reject(till.ask(), till.approver)

    assert (payment.state, payment.reject_public) == ("REJECTED", "A document is missing")
    assert till.available() == Decimal("1000.00")
    assert told(payment) == ["withdrawal.requested", "withdrawal.rejected"]
    with pytest.raises(steps.NotPossible):
        till.approve(payment)


def test_a_no_without_a_reason_is_none(till: Till) -> None:
    payment = till.ask()
    empty = withdrawals.Rejection(reason=RejectReason.OTHER, public="  ")
    with pytest.raises(steps.NoReason):
        reject(payment, till.approver, empty)
    with pytest.raises(steps.NoReason):
        cancel(payment, till.asker, " ")


def test_who_asked_takes_it_back_even_when_it_is_approved(till: Till) -> None:
    first, second = till.ask("70.00"), till.approved("50.00")
    cancel(first, till.asker)
    cancel(second, till.asker)

    assert till.available() == Decimal("1000.00")
    assert told(second)[-1] == "withdrawal.cancelled"
    assert set(Payment.objects.values_list("state", flat=True)) == {"CANCELLED"}


def test_an_approved_one_can_still_be_rejected(till: Till) -> None:
    payment = reject(till.approved(), till.second)

    assert payment.state == Withdrawal.REJECTED
    assert ApprovalRequest.objects.get(pk=payment.approval_id).state == "VOIDED"
