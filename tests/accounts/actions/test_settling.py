"""What machines left open: two people settle it with evidence, and the books follow."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.actions import payouts, settling, steps
from accounts.ledger import proof
from accounts.models import Payment
from accounts.queries import payments
from accounts.states import Withdrawal
from backoffice.core import clock
from backoffice.core.errors import Rejected
from backoffice.identity.models import User
from tests.accounts.actions.test_execution import broken, looked_up, now_of
from tests.accounts.actions.test_payouts import debited, returning
from tests.factories.agents import Script
from tests.factories.payments import Till, told, work_done
from trading.actions import hand_settlement
from trading.actions.evidence import NoAnswer
from trading.actions.hand_settlement import Proposal
from trading.models import BalanceOperation, HandSettlement, Server
from trading.states import Operation, Outcome, Settling

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=10)  # by then no record can show up any more
UNMOVED = Proposal(outcome=Outcome.NOT_MOVED, ticket=None, reason="MT4's own list has none")


def moved(ticket: int) -> Proposal:
    return Proposal(outcome=Outcome.MOVED, ticket=ticket, reason="Seen in the manager")


def left_open(till: Till, script: Script, spoil: Callable[[Script], None]) -> Payment:
    """A withdrawal without an answer, of which MetaTrader shows something that nobody can read."""
    payment = till.approved("70.00")
    script.after = broken(script)
    work_done()
    spoil(script)
    looked_up()
    payment = now_of(payment)
    assert (payment.state, payment.needs_person) == (Withdrawal.UNCERTAIN, True)
    return payment


def twice(script: Script) -> None:
    script.booked.append(replace(script.booked[0], ticket=2))


def otherwise(script: Script) -> None:
    script.booked[0] = replace(script.booked[0], profit=Decimal("-7.00"))


def propose(payment: Payment, user: User, proposal: Proposal) -> None:
    settling.propose_settlement(
        payment_id=payment.pk, proposal=proposal, actor=user.actor, now=clock.now()
    )


def confirm(payment: Payment, user: User) -> None:
    settling.confirm_settlement(payment_id=payment.pk, actor=user.actor, now=clock.now())


def todo(user: User) -> int:
    return payments.counts_for(user, now=clock.now(), since=clock.now()).todo


def test_it_moved_is_a_ticket_that_two_people_found(till: Till, script: Script) -> None:
    payment = left_open(till, script, twice)
    assert (todo(till.approver), todo(till.cashier), todo(till.second)) == (1, 1, 1)
    assert payments.morning_for(till.second, now=clock.now(), since=clock.now()).by_hand == 1
    propose(payment, till.cashier, moved(1))
    work_done()
    assert now_of(payment).state == Withdrawal.UNCERTAIN
    assert (todo(till.cashier), todo(till.second)) == (0, 1)

    confirm(payment, till.second)
    work_done()

    settled = now_of(payment)
    assert (settled.state, settled.ticket) == (Withdrawal.DEBITED, 1)
    assert (settled.needs_person, settled.settling_by) == (False, "")
    assert payments.morning_for(till.second, now=clock.now(), since=clock.now()).by_hand == 0
    assert (till.posted(), till.available()) == (Decimal("930.00"), Decimal("930.00"))
    assert proof.findings() == []
    assert set(told(payment)[-3:]) == {
        "withdrawal.settling_proposed", "withdrawal.settling_decided", "withdrawal.debited",
    }  # fmt: skip
    (kept,) = HandSettlement.objects.all()
    assert kept.seen["records"][0]["ticket"] == kept.seen_again["records"][0]["ticket"] == "1"


def test_it_did_not_move_releases_the_hold_for_good(till: Till, script: Script) -> None:
    payment = left_open(till, script, otherwise)
    later = clock.now() + LATER
    settling.propose_settlement(
        payment_id=payment.pk, proposal=UNMOVED, actor=till.cashier.actor, now=later
    )
    settling.confirm_settlement(payment_id=payment.pk, actor=till.second.actor, now=later)
    work_done(later=2 * LATER)

    closed = now_of(payment)
    assert closed.state == Withdrawal.REFUSED
    assert "Settled by hand, nothing moved: MT4's own list has none" in closed.refused_because
    assert till.available() == Decimal("1000.00")
    assert BalanceOperation.objects.get().state == Operation.ABANDONED
    assert script.sent == 1  # and it is never sent again
    assert proof.findings() == []


def test_a_return_that_did_not_move_can_be_sent_again(till: Till, script: Script) -> None:
    payment = debited(till)
    script.after = broken(script)
    returning(till, payment)
    work_done()
    script.booked[1] = replace(script.booked[1], login=8)
    looked_up()
    later = clock.now() + LATER
    settling.propose_settlement(
        payment_id=payment.pk, proposal=UNMOVED, actor=till.approver.actor, now=later
    )
    settling.confirm_settlement(payment_id=payment.pk, actor=till.second.actor, now=later)
    work_done(later=2 * LATER)
    assert now_of(payment).state == Withdrawal.RETURNING
    payouts.retry_return(
        payment_id=payment.pk, reason="Removed", actor=till.second.actor, now=clock.now()
    )
    work_done()
    assert now_of(payment).state == Withdrawal.RETURNED
    assert till.available() == Decimal("1000.00")


def test_what_metatrader_shows_cannot_be_talked_away(till: Till, script: Script) -> None:
    payment = left_open(till, script, twice)
    later = clock.now() + LATER
    with pytest.raises(hand_settlement.Contradicted, match="it did move"):
        settling.propose_settlement(
            payment_id=payment.pk, proposal=UNMOVED, actor=till.cashier.actor, now=later
        )
    for ticket in (3, 0):
        with pytest.raises(hand_settlement.Contradicted, match="shows no record"):
            propose(payment, till.cashier, moved(ticket))
    Server.objects.update(agent_url="http://127.0.0.1:9")
    with pytest.raises(NoAnswer):
        propose(payment, till.cashier, moved(1))
    assert not HandSettlement.objects.exists()


def test_another_amount_is_not_ours_and_too_early_is_too_early(till: Till, script: Script) -> None:
    payment = left_open(till, script, otherwise)
    with pytest.raises(hand_settlement.Contradicted, match="shows no record"):
        propose(payment, till.cashier, moved(1))
    attempt = BalanceOperation.objects.get().tries.get()
    with pytest.raises(hand_settlement.Contradicted, match="may still show up"):
        settling.propose_settlement(
            payment_id=payment.pk,
            proposal=UNMOVED,
            actor=till.cashier.actor,
            now=attempt.deadline_at,
        )


def test_nobody_agrees_with_themselves(till: Till, script: Script) -> None:
    payment = left_open(till, script, twice)
    for user in (till.asker, till.cashier):
        with pytest.raises(Rejected):
            confirm(payment, user)  # nothing is proposed yet
    with pytest.raises(steps.SamePerson):
        propose(payment, till.asker, moved(1))
    propose(payment, till.cashier, moved(1))
    with pytest.raises(hand_settlement.SamePerson):
        confirm(payment, till.cashier)
    with pytest.raises(hand_settlement.NothingToSettle):
        propose(payment, till.second, moved(2))
    assert BalanceOperation.objects.get().state == Operation.MANUAL


def test_a_proposal_is_declined_and_another_may_follow(till: Till, script: Script) -> None:
    payment = left_open(till, script, twice)
    propose(payment, till.cashier, moved(1))
    settling.decline_settlement(
        payment_id=payment.pk, reason="It is the other", actor=till.second.actor, now=clock.now()
    )
    work_done()
    assert todo(till.cashier) == 1
    propose(payment, till.second, moved(2))
    confirm(payment, till.cashier)
    work_done()
    assert now_of(payment).ticket == 2
    states = list(HandSettlement.objects.order_by("id").values_list("state", flat=True))
    assert states == [Settling.DECLINED, Settling.CONFIRMED]


def refused_by_the_database(statement: str) -> str:
    """Run it as our own role would; return the name of what refused it."""
    with (
        pytest.raises(IntegrityError) as refused,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    cause: Any = refused.value.__cause__
    return str(cause.diag.constraint_name)


def test_the_database_asks_for_both(till: Till, script: Script) -> None:
    """Not even with statements of its own does our role settle anything alone."""
    payment = left_open(till, script, twice)
    alone = "UPDATE trading_balanceoperation SET state = 'CONFIRMED', ticket = 1"
    assert refused_by_the_database(alone) == "trading_balanceoperation_by_two"
    propose(payment, till.cashier, moved(1))
    assert refused_by_the_database(alone) == "trading_balanceoperation_by_two"
    same = "UPDATE trading_handsettlement SET state = 'CONFIRMED', decided_by = proposed_by, "
    same += "decided_at = now()"
    assert refused_by_the_database(same) == "trading_handsettlement_by_two"
    other = "UPDATE trading_handsettlement SET ticket = 2"
    assert refused_by_the_database(other) == "trading_handsettlement_stays"
    confirm(payment, till.second)
    again = "UPDATE trading_handsettlement SET state = 'DECLINED', declined_because = 'no'"
    assert refused_by_the_database(again) == "trading_handsettlement_stays"
