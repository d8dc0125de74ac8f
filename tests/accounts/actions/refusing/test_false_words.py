"""F-07 and F-08 of reference/money.md §13.1: MetaTrader's word or its record is wrong.

As in test_fault_modes.py: money moved once or not at all, the page says which, the books agree.
"""

from dataclasses import replace
from decimal import Decimal

import pytest

from accounts import tasks
from accounts.actions import settling
from accounts.models import BookedTicket, Discrepancy, Payment
from accounts.queries import books, payments
from accounts.states import Gap, Withdrawal
from backoffice.core import clock
from tests.factories.agents import Script
from tests.factories.moving.faults import (
    AMOUNT,
    DEBITED,
    LATER,
    MANUAL,
    UNCERTAIN,
    gaps,
    lose,
    moved_once,
    once,
    settled,
    standing,
)
from tests.factories.payments import Till, told, work_done
from trading.actions.hand_settlement import Proposal
from trading.states import Operation, Outcome

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("code", [1, 65, 128])
def test_f07_an_error_that_proves_nothing_is_found(till: Till, script: Script, code: int) -> None:
    script.code = code
    payment = till.approved()
    work_done()
    assert standing(payment) == UNCERTAIN

    assert settled(payment) == DEBITED
    assert moved_once(till, script)


def test_f07_a_definite_no_that_was_a_lie_is_reported(till: Till, script: Script) -> None:
    """MetaTrader said no and booked it: the payment stays refused, and the money is not lost."""
    script.code = 134
    payment = till.approved()
    work_done()
    assert standing(payment) == (Withdrawal.REFUSED, Operation.REFUSED)

    till.mirror_as_booked()
    assert till.audit().gap == AMOUNT  # nothing of it is called in flight
    assert books.accounts_denied() == [till.account.pk]
    tasks.find_denied()
    case = Discrepancy.objects.get(payment=payment)
    assert (case.gap, case.ticket, case.found) == (Gap.MISSING_IN_LEDGER, 1, AMOUNT)
    assert told(payment)[-1] == "withdrawal.late_answer"
    assert books.count_discrepancies().denied == 1
    waits = payments.morning_for(till.approver, now=clock.now(), since=clock.now())
    assert (waits.denied, waits.uncertain, waits.open) == (1, 1, 0)
    assert work_done() == 0  # nothing moves by itself


def test_f07_what_was_booked_in_spite_of_a_no_is_put_back_by_a_dealer(
    till: Till, script: Script
) -> None:
    script.code = 134
    payment = till.approved()
    work_done()
    till.mirror_as_booked()
    tasks.find_denied()
    (record,) = script.booked
    back = replace(record, ticket=99, profit=-AMOUNT, comment="sorry")
    script.booked.append(back)
    till.mirror_as_booked()
    assert gaps(till) != set()
    assert Discrepancy.objects.filter(payment=payment, gone_at=None).exists()  # it may be anything

    script.booked[1] = replace(back, comment="back #1")
    till.mirror_as_booked()
    gaps(till)
    assert not Discrepancy.objects.filter(payment=payment, gone_at=None).exists()
    assert books.accounts_denied() == []
    assert told(payment).count("withdrawal.late_answer") == 1


@pytest.mark.parametrize("comment", ["BO:0123456789", "payout"])
def test_f08_a_damaged_comment_is_never_paid_twice(
    till: Till, script: Script, comment: str
) -> None:
    """Booked under a comment that was cut or edited: no search by marker finds it."""

    def damage() -> None:
        script.booked[0] = replace(script.booked[0], comment=comment)

    script.after = once(script, damage)
    payment = till.approved()
    work_done()
    assert standing(payment) == UNCERTAIN

    assert settled(payment) == MANUAL
    assert len(script.booked) == 1
    assert till.available() == Decimal("930.00")
    assert "Record 1" in Payment.objects.get(pk=payment.pk).uncertain_words


def test_f08_edited_afterwards_it_is_still_known_by_its_ticket(till: Till, script: Script) -> None:
    payment = till.approved()
    work_done()
    script.booked[0] = replace(script.booked[0], comment="edited by a dealer")

    assert standing(payment) == DEBITED
    assert moved_once(till, script)
    assert gaps(till) == {Gap.CHANGED_MARKER}  # nothing is lost, and somebody is told


def test_an_edited_comment_is_nobody_s_until_people_settled_it(till: Till, script: Script) -> None:
    """The comparison of the books does not take it as somebody else's meanwhile."""

    def edit() -> None:
        script.booked[0] = replace(script.booked[0], comment="edited by hand")
        lose()

    script.after = once(script, edit)
    payment = till.approved()
    work_done()
    assert settled(payment) == MANUAL
    till.mirror_as_booked()

    assert gaps(till) == {Gap.MISSING_IN_LEDGER}  # somebody has to look
    assert not BookedTicket.objects.filter(kind="external").exists()
    assert (till.audit().gap, till.audit().in_flight) == (0, -AMOUNT)
    told_once = {"payment_id": payment.pk, "now": clock.now() + LATER}
    settling.propose_settlement(
        proposal=Proposal(outcome=Outcome.MOVED, ticket=1, reason="seen"),
        actor=till.cashier.actor, **told_once,
    )  # fmt: skip
    settling.confirm_settlement(actor=till.second.actor, **told_once)
    work_done(later=2 * LATER)

    assert standing(payment) == DEBITED
    assert till.agrees()
