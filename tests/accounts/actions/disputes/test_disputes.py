"""Card money called back: set aside, answered, won, lost, accepted; debited by two people, once."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.actions import withdrawals
from accounts.actions.adjusting.steps import AlreadyReversed
from accounts.actions.disputes import answering, opening
from accounts.actions.disputes.opening import BadDispute
from accounts.actions.steps import NotAllowed, NotPossible, SamePerson
from accounts.models import Adjustment, Dispute, Payment
from accounts.permissions import APPROVE_RED, APPROVE_WITHDRAWAL, HANDLE_DISPUTES
from accounts.providers.port import Told
from accounts.queries import checks
from accounts.states import LedgerKind, Withdrawal
from accounts.terms.adjustments import Adjustment as Moved
from accounts.terms.disputes import DISPUTE
from accounts.terms.disputes import Dispute as State
from backoffice.approvals.actions import voting
from backoffice.approvals.models import ApprovalRequest
from backoffice.approvals.terms import Ballot
from backoffice.company.actions import policies
from backoffice.core import clock, records
from backoffice.core.actors import Actor, Origin
from backoffice.identity.models import Role
from tests.factories.accounts.adjusting import Desk
from tests.factories.accounts.disputes import credited, opened, opened_by_staff, said
from tests.factories.agents import Script
from tests.factories.incoming.deposits import balanced, now_of, paid, standing, start, take
from tests.factories.payments import SYSTEM, fingerprint, work_done
from tests.factories.people import a_staff_user

pytestmark = pytest.mark.django_db


def ended(dispute: Dispute, act: Any, reason: str = "the bank said so") -> Dispute:
    """End it, as finance does."""
    act(dispute_id=dispute.pk, reason=reason, actor=SYSTEM, now=clock.now())
    dispute.refresh_from_db()
    return dispute


def thirteen(payment: Payment) -> str:
    """What check 13 says now."""
    answers = checks.look(checks.asked_by(payment), now=clock.now()).answers
    return str(next(one.verdict for one in answers if one.number == 13))


def owed(desk: Desk) -> Decimal:
    """What the card is owed, by the split of a withdrawal that is about to be asked for."""
    asked = checks.Asked(
        payment_id=None,
        client_id=desk.till.client.pk,
        account_id=desk.till.account.pk,
        requisite_key="x",
        amount=Decimal("5000.00"),
        currency="USD",
        holder="Ana Ruiz",
    )
    lines = checks.look(asked, now=clock.now()).lines
    return sum((one.amount for one in lines if one.kind == "card"), Decimal(0))


def test_opened_it_is_set_aside_and_told_again_nothing_happens(desk: Desk, script: Script) -> None:
    deposit = credited(desk)
    assert desk.till.available() == 1200
    dispute = opened(deposit)
    assert (dispute.state, desk.till.available()) == (State.OPENED, 1000)
    assert said(deposit, Told.DISPUTED).outcome == "repeated"
    assert said(deposit, Told.DISPUTED, "100.00").outcome == "contradicts"
    assert (Dispute.objects.count(), desk.till.available()) == (1, 1000)


def test_approvals_of_withdrawals_are_void_and_check_13_is_red(desk: Desk, script: Script) -> None:
    deposit = credited(desk)
    payment = desk.till.approve(desk.till.ask("70.00"), desk.till.second)
    assert thirteen(payment) == "amber"
    opened(deposit)
    payment.refresh_from_db()
    assert (payment.state, payment.approved_by) == (Withdrawal.REQUESTED, "")
    assert thirteen(payment) == "red"
    desk.work()
    assert [one.profit for one in script.booked] == [200]


def test_won_it_is_free_again(desk: Desk, script: Script) -> None:
    deposit = credited(desk)
    dispute = opened(deposit)
    with pytest.raises(NotPossible):
        ended(dispute, answering.win_dispute)
    answering.send_evidence(
        dispute_id=dispute.pk, reason="by the portal", actor=Actor.system("desk"), now=clock.now()
    )
    assert said(deposit, Told.DISPUTE_WON).outcome == "applied"
    assert said(deposit, Told.DISPUTE_WON).outcome == "repeated"
    assert said(deposit, Told.DISPUTE_LOST).outcome == "contradicts"
    dispute.refresh_from_db()
    assert (dispute.state, desk.till.available()) == (State.WON, 1200)
    assert now_of(deposit).state == "CREDITED"
    assert desk.till.agrees()


def test_who_sent_the_evidence_does_not_tell_that_it_won(desk: Desk, script: Script) -> None:
    dispute = opened(credited(desk))
    sender, other = (
        a_staff_user("finance", entity=desk.till.client.legal_entity) for _ in range(2)
    )
    told = {"dispute_id": dispute.pk, "now": clock.now()}
    answering.send_evidence(actor=sender.actor, reason="by the portal", **told)
    with pytest.raises(SamePerson):
        answering.win_dispute(actor=sender.actor, reason="they say so", **told)
    with pytest.raises(IntegrityError, match="accounts_dispute_won"), transaction.atomic():
        Dispute.objects.update(
            state=State.WON, ended_by=str(sender.actor), ended_at=told["now"], end_reason="so"
        )
    assert desk.till.available() == 1000
    answering.win_dispute(actor=other.actor, reason="letter of Monday", **told)
    assert (Dispute.objects.get().state, desk.till.available()) == (State.WON, 1200)


def test_lost_it_is_charged_back_and_debited_by_two_people(desk: Desk, script: Script) -> None:
    deposit = credited(desk)
    assert owed(desk) == 200
    dispute = ended(opened(deposit), answering.send_evidence)
    assert said(deposit, Told.DISPUTE_LOST).outcome == "applied"
    debit = Adjustment.objects.get()
    assert (now_of(deposit).state, debit.amount, debit.state) == (
        "CHARGED_BACK",
        Decimal("-200.00"),
        Moved.REQUESTED,
    )
    assert (desk.till.available(), standing(LedgerKind.CHARGEBACKS), owed(desk)) == (1000, 200, 0)

    desk.agree(debit)
    desk.work()
    debit.refresh_from_db()
    dispute.refresh_from_db()
    assert (dispute.state, debit.state) == (State.LOST, Moved.DONE)
    assert [one.profit for one in script.booked] == [200, -200]
    assert (standing(LedgerKind.CHARGEBACKS), desk.till.posted()) == (0, 1000)
    assert desk.till.agrees()
    with pytest.raises(AlreadyReversed):
        answering.ask_debit(dispute_id=dispute.pk, actor=SYSTEM, now=clock.now())


def test_money_that_was_withdrawn_already_goes_below_zero(desk: Desk, script: Script) -> None:
    deposit = credited(desk)
    payment = desk.till.approve(desk.till.ask("1100.00"), desk.till.second)
    desk.work()
    payment.refresh_from_db()
    assert (payment.state, desk.till.posted()) == ("DEBITED", 100)

    dispute = opened(deposit)
    assert desk.till.available() == -100  # nothing else can be taken, and the rest stays owed
    ended(dispute, answering.accept_dispute)
    debit = desk.agree(Adjustment.objects.get())
    desk.work()
    debit.refresh_from_db()
    assert (debit.state, desk.till.posted()) == (Moved.DONE, -100)
    assert desk.till.agrees()
    assert balanced()


def test_whatever_was_voted_before_is_void_and_asked_for_again(desk: Desk, script: Script) -> None:
    """Also where nobody agreed yet; whoever asked stays kept from voting by session and device."""
    deposit, whence = credited(desk), Origin("s" * 64, "d" * 64)
    payment = withdrawals.request_withdrawal(
        request=desk.till.request(), actor=desk.till.asker.actor, origin=whence, now=clock.now()
    )
    seen, before = fingerprint(payment), payment.approval_id

    dispute = opened(deposit)

    payment.refresh_from_db()
    old, new = ApprovalRequest.objects.get(pk=before), payment.approval
    assert (old.state, f"{dispute}: {deposit} is disputed" in old.closed_reason) == ("VOIDED", True)
    assert (new.state, new.asked_by) == ("WAITING", payment.requested_by)
    assert (new.asked_session, new.asked_device) == (whence.session_digest, whence.device_digest)
    assert payment.state == Withdrawal.REQUESTED
    told = [one.sentence for one in records.for_subject("payment", payment.pk)]
    assert any("is void" in sentence and "is disputed" in sentence for sentence in told)
    with pytest.raises(withdrawals.ChangedMeanwhile, match="Chargeback window"):
        withdrawals.approve_withdrawal(
            payment_id=payment.pk, fingerprint=seen, actor=desk.till.second.actor, now=clock.now()
        )
    assert desk.till.approve(payment, desk.till.second).state == Withdrawal.APPROVED


def test_postgresql_asks_again_only_for_what_is_void(desk: Desk) -> None:
    one, other = desk.till.ask("10.00"), desk.till.ask("20.00")
    with pytest.raises(IntegrityError, match="only when it is void"), transaction.atomic():
        Payment.objects.filter(pk=one.pk).update(approval=other.approval)


def test_a_part_of_it_leaves_the_rest_owed(desk: Desk, script: Script) -> None:
    deposit = credited(desk)
    ended(opened_by_staff(deposit, "150.00"), answering.accept_dispute)
    assert owed(desk) == 50


def test_a_debit_that_was_turned_down_stays_set_aside_and_is_asked_again(
    desk: Desk, script: Script
) -> None:
    deposit = credited(desk)
    dispute = ended(opened(deposit), answering.accept_dispute)
    debit = Adjustment.objects.get()
    request = ApprovalRequest.objects.get(pk=debit.approval_id)
    ballot = Ballot(payload_digest=request.payload_digest, facts=request.facts, reason="not yet")
    voting.refuse(request_id=request.pk, ballot=ballot, actor=desk.risk.actor, now=clock.now())
    debit.refresh_from_db()
    assert (debit.state, desk.till.available()) == (Moved.REJECTED, 1000)

    again = answering.ask_debit(dispute_id=dispute.pk, actor=SYSTEM, now=clock.now())
    desk.agree(again)
    desk.work()
    again.refresh_from_db()
    assert (again.state, desk.till.posted()) == (Moved.DONE, 1000)
    assert desk.till.agrees()


def suspected_from(amount: str) -> None:
    """Let the policy fear card money from this amount on."""
    policies.set_policy(
        code="disputes",
        value={"suspect_from": amount},
        valid_from=clock.now() - timedelta(days=1),
        reason="a test",
        actor=SYSTEM,
        now=clock.now(),
    )


def test_card_money_in_a_wallet_is_suspected_too(desk: Desk, script: Script) -> None:
    """A wallet pays out as an account does; a case is opened of neither before it is there."""
    suspected_from("200")
    deposit = start(desk.till, "250.00", into_wallet=True)
    work_done()
    take(paid(deposit))
    work_done()
    dispute = Dispute.objects.get()
    assert (dispute.state, dispute.deposit_id) == (State.SUSPECTED, deposit.pk)
    payment = desk.till.ask("70.00", from_wallet=True)
    assert thirteen(payment) == "red"
    with pytest.raises(BadDispute, match="wallet"):
        opened_by_staff(deposit, "10.00")
    with pytest.raises(IntegrityError, match="accounts_dispute_begins"), transaction.atomic():
        Dispute.objects.update(state=State.OPENED)
    ended(dispute, opening.clear_dispute, "passport beside the card")
    assert thirteen(payment) == "amber"


def test_the_rule_suspects_and_a_verified_card_is_known(desk: Desk, script: Script) -> None:
    suspected_from("200")
    assert credited(desk, "199.99").state == "CREDITED"
    assert not Dispute.objects.exists()
    deposit = credited(desk)
    dispute = Dispute.objects.get()
    assert (dispute.state, dispute.deposit_id, desk.till.available()) == (
        State.SUSPECTED,
        deposit.pk,
        Decimal("1399.99"),
    )
    payment = desk.till.ask("70.00")
    assert thirteen(payment) == "red"
    ended(dispute, opening.clear_dispute, "passport beside the card")
    assert thirteen(payment) == "amber"
    credited(desk)
    assert Dispute.objects.count() == 1


def test_what_cannot_be_is_refused(desk: Desk, script: Script) -> None:
    deposit = credited(desk)
    for amount, words in (("200.01", "More is called back"), ("0", "no amount"), ("NaN", "no am")):
        with pytest.raises(BadDispute, match=words):
            opened_by_staff(deposit, amount)
    with pytest.raises(NotAllowed):
        opened_by_staff(deposit, "10.00", desk.till.asker.actor)
    assert said(deposit, Told.DISPUTE_LOST).outcome == "contradicts"
    assert said(deposit, Told.DISPUTED, currency="EUR").outcome == "contradicts"
    assert (Dispute.objects.count(), desk.till.available()) == (0, 1200)


def test_postgresql_charges_nothing_back_without_a_lost_case(desk: Desk, script: Script) -> None:
    deposit = credited(desk)
    dispute = opened(deposit)
    deposit.state = "CHARGED_BACK"
    with pytest.raises(IntegrityError, match="no case took it back"), transaction.atomic():
        deposit.save(update_fields=["state"])
    dispute.amount = Decimal("1.00")
    with pytest.raises(IntegrityError, match="dispute_fixed"), transaction.atomic():
        dispute.save()


def test_python_and_postgresql_know_the_same_moves() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT before, after FROM accounts_lawful_dispute_move")
        known = {(before, after) for before, after in cursor.fetchall()}
    assert known == {(str(start), str(end)) for (start, _), end in DISPUTE.moves.items()}


def test_no_role_of_the_first_day_gets_past_a_red_check_by_clearing_it() -> None:
    """One person clears a suspicion: whoever may approve too may go past red checks anyway."""
    kept = Role.objects.filter(is_builtin=True).values_list("code", "permissions")
    both = {
        code
        for code, allowed in kept
        if {str(HANDLE_DISPUTES), str(APPROVE_WITHDRAWAL)} <= set(allowed)
    }
    red = {code for code, allowed in kept if str(APPROVE_RED) in allowed}
    assert both == {"compliance"}
    assert both <= red
