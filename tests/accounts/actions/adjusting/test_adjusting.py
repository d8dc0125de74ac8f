"""A correction, a credit, a reversal: asked for by one, agreed to by another, booked once."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.actions.adjusting import asking, carrying, following
from accounts.actions.adjusting.checking import BadRequest
from accounts.actions.adjusting.steps import AlreadyReversed
from accounts.actions.steps import NotAllowed
from accounts.ledger import balances
from accounts.models import Adjustment, LedgerAccount
from accounts.queries.adjusting import targets
from accounts.queries.books import books_of
from accounts.states import LedgerKind
from accounts.terms.adjustments import ADJUSTMENT, AdjustmentKind, Cause
from accounts.terms.adjustments import Adjustment as State
from backoffice.approvals.actions import closing, voting
from backoffice.approvals.actions.refusals import SamePerson
from backoffice.approvals.models import ApprovalRequest
from backoffice.approvals.terms import Ballot
from backoffice.core import clock
from backoffice.core.errors import Conflict, Rejected
from tests.factories.accounts.adjusting import Desk, told_of, vote
from tests.factories.agents import Script
from tests.factories.payments import SYSTEM, Till, work_done
from trading.actions import looking_up
from trading.gateway.agent.engine import LinkError
from trading.models import BalanceOperation
from trading.states import Operation
from trading.terms import Cmd

pytestmark = pytest.mark.django_db
CORRECTION, CREDIT_IN = AdjustmentKind.CORRECTION, AdjustmentKind.CREDIT_IN
CREDIT_OUT, REVERSAL = AdjustmentKind.CREDIT_OUT, AdjustmentKind.REVERSAL
LATER = timedelta(minutes=5)


def house(kind: LedgerKind) -> Decimal:
    """What stands on an account of the house."""
    found = LedgerAccount.objects.filter(kind=kind).first()
    return balances.of(found).posted if found is not None else Decimal(0)


def credit_of(till: Till) -> Decimal:
    """The client's credit by the books."""
    books = books_of(till.account.pk)
    assert books is not None
    return balances.of(books.credit).posted


def test_a_correction_is_asked_agreed_to_and_booked_once(desk: Desk, script: Script) -> None:
    adjustment = desk.ask(CORRECTION, "25.00", cause=Cause.COMPENSATION)
    assert (adjustment.state, script.sent) == (State.REQUESTED, 0)

    desk.agree(adjustment)
    assert adjustment.state == State.APPROVED
    desk.work()
    adjustment.refresh_from_db()

    assert (adjustment.state, adjustment.ticket) == (State.DONE, 1)
    assert [one.profit for one in script.booked] == [Decimal("25.00")]
    assert house(LedgerKind.CORRECTIONS) == Decimal("25.00")
    assert desk.till.agrees()
    assert told_of(adjustment) == [
        "asked",
        "asked",
        "voted",
        "granted",
        "approved",
        "executed",
        "done",
    ]
    work_done(later=LATER)
    carrying.carry_adjustment(adjustment_id=adjustment.pk, actor=SYSTEM, now=clock.now() + LATER)
    assert script.sent == 1


def test_a_fee_stands_where_fees_stand(desk: Desk, script: Script) -> None:
    desk.booked(CORRECTION, "-5.00", cause=Cause.FEE)
    assert house(LedgerKind.FEES) == Decimal("5.00")
    assert desk.till.agrees()


def test_a_credit_goes_in_with_its_end_and_out_again(desk: Desk, script: Script) -> None:
    credit = desk.booked(CREDIT_IN, "100.00", cause=Cause.BONUS)
    assert credit.state == State.DONE
    (record,) = script.booked
    assert (record.cmd, record.expires_at) == (Cmd.CREDIT, credit.ends_at)
    assert (credit_of(desk.till), house(LedgerKind.CREDIT_GIVEN)) == (100, 100)
    assert desk.till.agrees()

    taken = desk.booked(CREDIT_OUT, "-40.00", credit_id=credit.pk)
    assert taken.state == State.DONE
    assert (credit_of(desk.till), targets.left_of(credit)) == (60, 60)
    with pytest.raises(BadRequest, match=r"60\.00"):
        desk.ask(CREDIT_OUT, "-60.01")
    with pytest.raises(BadRequest, match=r"60\.00"):
        desk.ask(CREDIT_OUT, "-60.01", credit_id=credit.pk)
    assert desk.till.agrees()


def test_two_credits_out_at_once_take_no_more_than_there_is(desk: Desk, script: Script) -> None:
    desk.booked(CREDIT_IN, "100.00")
    first, second = desk.ask(CREDIT_OUT, "-80.00"), desk.ask(CREDIT_OUT, "-80.00")
    desk.agree(first)
    desk.agree(second)
    assert (first.state, second.state) == (State.APPROVED, State.VOID)
    assert "20.00" in second.closed_because
    desk.work()
    assert credit_of(desk.till) == 20


def test_a_reversal_is_the_opposite_and_happens_once(desk: Desk, script: Script) -> None:
    given = desk.booked(CORRECTION, "25.00")
    undone = desk.booked(REVERSAL, ticket=given.ticket, cause=Cause.MISTAKE)
    assert (undone.state, undone.amount) == (State.DONE, Decimal("-25.00"))
    assert house(LedgerKind.CORRECTIONS) == 0
    assert desk.till.agrees()
    with pytest.raises(AlreadyReversed):
        desk.ask(REVERSAL, ticket=given.ticket, cause=Cause.MISTAKE)
    with pytest.raises(BadRequest, match="no record"):
        desk.ask(REVERSAL, ticket=undone.ticket, cause=Cause.MISTAKE)
    with pytest.raises(BadRequest, match="no record"):
        desk.ask(REVERSAL, ticket=424242, cause=Cause.MISTAKE)


def test_postgresql_keeps_a_second_reversal_out(desk: Desk, script: Script) -> None:
    given = desk.booked(CORRECTION, "25.00")
    row = desk.ask(REVERSAL, ticket=given.ticket, cause=Cause.MISTAKE)
    row.pk, row.key, row.approval_id, row._state.adding = None, uuid4(), None, True
    with pytest.raises(IntegrityError, match="reversed_once"), transaction.atomic():
        row.save()


def test_a_rejected_reversal_may_be_asked_for_again(desk: Desk, script: Script) -> None:
    given = desk.booked(CORRECTION, "25.00")
    first = desk.ask(REVERSAL, ticket=given.ticket, cause=Cause.MISTAKE)
    request = ApprovalRequest.objects.get(pk=first.approval_id)
    ballot = Ballot(
        payload_digest=request.payload_digest, facts=request.facts, reason="It was right"
    )
    voting.refuse(request_id=request.pk, ballot=ballot, actor=desk.risk.actor, now=clock.now())
    first.refresh_from_db()
    assert (first.state, first.closed_because) == (State.REJECTED, "It was right")
    again = desk.booked(REVERSAL, ticket=given.ticket, cause=Cause.MISTAKE)
    assert again.state == State.DONE


def test_what_metatrader_refuses_moves_nothing_and_frees_the_hold(
    desk: Desk, script: Script
) -> None:
    script.code, script.books = 134, False
    adjustment = desk.booked(CORRECTION, "-300.00")
    assert adjustment.state == State.REFUSED
    assert adjustment.closed_because.startswith("MetaTrader refused")
    assert (desk.till.available(), house(LedgerKind.CORRECTIONS)) == (1000, 0)


def test_a_lost_answer_is_looked_up_and_never_repeated(desk: Desk, script: Script) -> None:
    def lose() -> None:
        script.after = lambda: None
        raise LinkError("the line broke")

    script.after = lose
    adjustment = desk.booked(CORRECTION, "25.00")
    assert (adjustment.state, script.sent) == (State.UNCERTAIN, 1)

    operation = BalanceOperation.objects.get(key=adjustment.key)
    looking_up.look_up(operation_id=operation.pk, actor=SYSTEM, now=clock.now() + LATER)
    following.follow_adjustment(adjustment_id=adjustment.pk, actor=SYSTEM, now=clock.now())
    adjustment.refresh_from_db()
    assert (adjustment.state, script.sent) == (State.DONE, 1)
    assert desk.till.agrees()


def test_money_that_is_not_there_is_not_taken(desk: Desk, script: Script) -> None:
    adjustment = desk.agree(desk.ask(CORRECTION, "-1000.01"))
    assert adjustment.state == State.VOID
    assert "less available" in adjustment.closed_because
    assert (script.sent, BalanceOperation.objects.count()) == (0, 0)


def test_who_asked_does_not_agree(desk: Desk, script: Script) -> None:
    adjustment = desk.ask(CORRECTION, "25.00")
    with pytest.raises(SamePerson):
        vote(adjustment, desk.dealer)
    with pytest.raises(Rejected):
        vote(adjustment, desk.till.asker)


def test_who_may_not_ask_is_told_so(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        desk.ask(CORRECTION, "25.00", actor=desk.till.asker.actor)


def test_taken_back_and_expired_end_it(desk: Desk) -> None:
    adjustment = desk.ask(CORRECTION, "25.00")
    closing.cancel(request_id=adjustment.approval_id or 0, actor=desk.dealer.actor, now=clock.now())
    adjustment.refresh_from_db()
    assert adjustment.state == State.CANCELLED

    second = desk.ask(CORRECTION, "25.00")
    closing.expire(
        request_id=second.approval_id or 0, actor=SYSTEM, now=clock.now() + timedelta(hours=25)
    )
    second.refresh_from_db()
    assert second.state == State.EXPIRED


def test_what_is_approved_and_did_not_leave_can_be_given_up(desk: Desk, script: Script) -> None:
    adjustment = desk.agree(desk.ask(CORRECTION, "-300.00"))
    assert desk.till.available() == 700
    carrying.give_up(
        adjustment_id=adjustment.pk, reason="Not any more", actor=desk.dealer.actor, now=clock.now()
    )
    desk.work()
    adjustment.refresh_from_db()
    assert (adjustment.state, script.sent, desk.till.available()) == (State.CANCELLED, 0, 1000)
    assert BalanceOperation.objects.get().state == Operation.ABANDONED


@pytest.mark.parametrize("amount", ["0", "NaN", "Infinity", "10.001", "10000000000000"])
def test_an_amount_that_cannot_be_is_refused(desk: Desk, amount: str) -> None:
    with pytest.raises(BadRequest):
        desk.ask(CORRECTION, amount)
    assert not Adjustment.objects.exists()


def test_what_makes_no_sense_is_refused(desk: Desk) -> None:
    now = clock.now()
    with pytest.raises(BadRequest, match="still to come"):
        desk.ask(CREDIT_IN, "10.00", ends_at=now)
    with pytest.raises(BadRequest, match="more than nothing"):
        desk.ask(CREDIT_IN, "-10.00")
    with pytest.raises(BadRequest, match="has an end"):
        desk.ask(CORRECTION, "10.00", ends_at=now + LATER)
    with pytest.raises(BadRequest, match="no reason"):
        desk.ask(CREDIT_OUT, "-10.00", cause=Cause.ENDED)
    with pytest.raises(Rejected, match="Say why"):
        desk.ask(CORRECTION, "10.00", reason=" ")


def test_the_same_form_asks_once(desk: Desk) -> None:
    wish = desk.wish(CORRECTION, "10.00")
    first = asking.ask_adjustment(wish=wish, actor=desk.dealer.actor, now=clock.now())
    again = asking.ask_adjustment(wish=wish, actor=desk.dealer.actor, now=clock.now())
    assert first.pk == again.pk
    other = desk.wish(CORRECTION, "11.00", key=wish.key)
    with pytest.raises(Conflict):
        asking.ask_adjustment(wish=other, actor=desk.dealer.actor, now=clock.now())


def test_postgresql_approves_nothing_without_a_complete_approval(desk: Desk) -> None:
    adjustment = desk.ask(CORRECTION, "10.00")
    adjustment.state, adjustment.approved_at = State.APPROVED, clock.now()
    with pytest.raises(IntegrityError, match="approvals_request_quorum"), transaction.atomic():
        adjustment.save()
    adjustment.refresh_from_db()
    adjustment.amount = Decimal("99.00")
    with pytest.raises(IntegrityError, match="adjustment_fixed"), transaction.atomic():
        adjustment.save()


def test_python_and_postgresql_know_the_same_moves() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT before, after FROM accounts_lawful_adjustment_move")
        known = {(before, after) for before, after in cursor.fetchall()}
    assert known == {(str(start), str(end)) for (start, _), end in ADJUSTMENT.moves.items()}
