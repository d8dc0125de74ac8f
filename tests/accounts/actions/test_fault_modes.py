"""The twelve faults of reference/money.md §13.1, each met by a whole withdrawal.

Over the real wire, agent, gate and journal; MetaTrader is scripted. What is asserted is always the
same: money moved once or not at all, the page says which, and the books agree with MetaTrader.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from threading import Event
from typing import Any

import pytest

from accounts import tasks
from accounts.actions import execution, reconciliation, settling
from accounts.models import BookedTicket, Discrepancy, Payment
from accounts.queries import books
from accounts.states import Gap, Withdrawal
from backoffice.core import clock
from tests.factories.agents import Script, a_record
from tests.factories.payments import SYSTEM, Till, told, work_done
from trading.actions import looking_up
from trading.actions.gateways import gateway_of
from trading.actions.hand_settlement import Proposal
from trading.gateway import registry
from trading.gateway.agent.engine import LinkError
from trading.gateway.errors import NotSent
from trading.gateway.port import DEADLINE_SECONDS
from trading.gateway.remote.gateway import RemoteGateway
from trading.models import BalanceAttempt, BalanceOperation
from trading.states import Operation, Outcome
from trading.terms import BalanceKind, Passage

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=5)
AMOUNT = Decimal("-70.00")


def standing(payment: Payment) -> tuple[str, str]:
    """Where the payment and its operation stand."""
    operation = BalanceOperation.objects.get()
    return str(Payment.objects.get(pk=payment.pk).state), str(operation.state)


def once(script: Script, act: Callable[[], None]) -> Callable[[], None]:
    """Something that happens at the first booking only."""

    def happen() -> None:
        script.before = script.after = lambda: None
        act()

    return happen


def lose() -> None:
    raise LinkError("the line broke")


def settled(payment: Payment, *, looks: int = 3) -> tuple[str, str]:
    """Look as the chase does, follow, and say where it stands."""
    for seconds in range(looks):
        (operation,) = BalanceOperation.objects.all()
        try:
            looking_up.look_up(
                operation_id=operation.pk,
                actor=SYSTEM,
                now=clock.now() + LATER + timedelta(seconds=seconds),
            )
        except looking_up.StillUnknown:
            continue
    work_done(later=2 * LATER)
    return standing(payment)


def sent_again(till: Till, payment: Payment) -> tuple[str, str]:
    """What is absent goes out as the next attempt."""
    till.see()
    execution.execute_withdrawal(payment_id=payment.pk, actor=SYSTEM, now=clock.now())
    work_done()
    return standing(payment)


def moved_once(till: Till, script: Script) -> bool:
    """MetaTrader has one record, and the books agree with it to the cent."""
    till.mirror_as_booked()
    return [one.profit for one in script.booked] == [AMOUNT] and till.agrees()


def gaps(till: Till, *, later: timedelta = LATER) -> set[str]:
    """What reconciliation says of the account."""
    reconciliation.reconcile_account(
        account_id=till.account.pk, actor=SYSTEM, now=clock.now() + later
    )
    return set(Discrepancy.objects.values_list("gap", flat=True))


DEBITED = (Withdrawal.DEBITED, Operation.CONFIRMED)
UNCERTAIN = (Withdrawal.UNCERTAIN, Operation.UNCERTAIN)
MANUAL = (Withdrawal.UNCERTAIN, Operation.MANUAL)


def test_f01_a_dropped_request_is_proved_absent_and_sent_again(till: Till, script: Script) -> None:
    script.before = once(script, lose)
    payment = till.approved()
    work_done()
    assert standing(payment) == UNCERTAIN

    assert settled(payment) == (Withdrawal.APPROVED, Operation.ABSENT)
    assert script.booked == []
    assert sent_again(till, payment) == DEBITED
    assert moved_once(till, script)


def test_f02_a_dropped_answer_is_found(till: Till, script: Script) -> None:
    script.after = once(script, lose)
    payment = till.approved()
    work_done()
    assert standing(payment) == UNCERTAIN

    assert settled(payment) == DEBITED
    assert moved_once(till, script)


def test_f03_a_delayed_answer_is_found(till: Till, script: Script) -> None:
    """It comes when whoever asked has stopped listening."""
    registry.register(
        lambda address: RemoteGateway(address, deadlines=DEADLINE_SECONDS | {"trade": 1})
    )
    late = Event()
    script.after = once(script, lambda: late.wait(20) and None)
    payment = till.approved()
    work_done()
    assert standing(payment) == UNCERTAIN
    late.set()

    assert settled(payment) == DEBITED
    assert moved_once(till, script)


def test_f04_applied_late_but_in_time_it_is_found(till: Till, script: Script) -> None:
    payment = late_booking(till, script)
    (operation,) = BalanceOperation.objects.all()
    with pytest.raises(looking_up.StillUnknown):
        looking_up.look_up(operation_id=operation.pk, actor=SYSTEM, now=clock.now() + LATER)
    script.booked.append(a_booking(operation))

    assert settled(payment) == DEBITED
    assert moved_once(till, script)


def test_f04_applied_later_than_promised_both_are_reported(till: Till, script: Script) -> None:
    """The residual risk of money.md §10: bounded by the settle time, found, put right by people."""
    payment = late_booking(till, script)
    (operation,) = BalanceOperation.objects.all()
    assert settled(payment) == (Withdrawal.APPROVED, Operation.ABSENT)
    assert sent_again(till, payment) == DEBITED
    script.booked.append(replace(a_booking(operation), ticket=99))

    till.mirror_as_booked()
    assert Gap.DUPLICATE_MARKER in gaps(till)


def late_booking(till: Till, script: Script) -> Payment:
    """A withdrawal whose command left and was not applied yet."""
    script.before = once(script, lose)
    payment = till.approved()
    work_done()
    assert standing(payment) == UNCERTAIN
    return payment


def a_booking(operation: BalanceOperation, **changes: Any) -> Any:
    """What MetaTrader books of an operation."""
    record = a_record(
        41, login=7, profit=operation.amount, comment=operation.marker, opened_at=clock.now()
    )
    return replace(record, **changes)


def test_f05_delivered_twice_to_the_gate_it_leaves_once(till: Till, script: Script) -> None:
    payment = till.approved()
    work_done()
    operation, attempt = BalanceOperation.objects.get(), BalanceAttempt.objects.get()

    with pytest.raises(NotSent, match="journal holds this attempt"):
        gateway_of(till.account.server).change_balance(
            passage=Passage(
                marker=operation.marker,
                attempt=attempt.number,
                deadline=attempt.deadline_at,
                absence_evidence="",
            ),
            login=7,
            kind=BalanceKind.BALANCE,
            amount=AMOUNT,
            comment=operation.marker,
        )

    assert standing(payment) == DEBITED
    assert moved_once(till, script)


def test_f05_applied_twice_by_metatrader_a_person_has_it(till: Till, script: Script) -> None:
    def again() -> None:
        script.booked.append(replace(script.booked[0], ticket=99))

    script.after = once(script, again)
    payment = till.approved()
    work_done()
    assert standing(payment) == UNCERTAIN

    assert settled(payment) == MANUAL
    assert till.available() == Decimal("930.00")
    assert "2 records" in Payment.objects.get(pk=payment.pk).uncertain_words


def test_f06_a_record_that_shows_late_is_found(till: Till, script: Script) -> None:
    script.seen_late = 5  # four looks at once, and the first search
    payment = till.approved()
    work_done()
    assert standing(payment) == UNCERTAIN

    assert settled(payment) == DEBITED
    assert moved_once(till, script)


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


def test_f09_a_reconnection_in_the_middle_of_the_call(till: Till, script: Script) -> None:
    script.after = once(script, lose)
    payment = till.approved()
    work_done()
    assert standing(payment) == UNCERTAIN

    assert settled(payment) == DEBITED
    assert script.connections > 1
    assert moved_once(till, script)


def test_f10_a_server_that_is_restarted(till: Till, script: Script) -> None:
    def die() -> None:
        script.is_down = True
        raise LinkError("the server went down")

    script.before = once(script, die)
    payment = till.approved()
    work_done()
    assert settled(payment) == UNCERTAIN  # nobody can prove anything while it is away
    script.is_down = False

    assert settled(payment) == (Withdrawal.APPROVED, Operation.ABSENT)
    assert sent_again(till, payment) == DEBITED
    assert moved_once(till, script)


@pytest.mark.parametrize("hours", [-23, 1])
def test_f11_a_jump_of_the_server_s_clock(till: Till, script: Script, hours: int) -> None:
    def jump() -> None:
        at = script.booked[0].opened_at + timedelta(hours=hours)
        script.booked[0] = replace(script.booked[0], opened_at=at)
        raise LinkError("and the line broke")

    script.after = once(script, jump)
    payment = till.approved()
    work_done()
    assert standing(payment) == UNCERTAIN

    assert settled(payment) == DEBITED
    assert len(script.booked) == 1


def test_f12_a_foreign_operation_in_between(till: Till, script: Script) -> None:
    """A dealer books something else on the account meanwhile: ours is found, theirs is told of."""

    def interfere() -> None:
        foreign = replace(script.booked[0], ticket=99, profit=Decimal("-5.00"), comment="fee")
        script.booked.append(foreign)
        lose()

    script.after = once(script, interfere)
    payment = till.approved()
    work_done()

    assert settled(payment) == DEBITED
    till.mirror_as_booked()
    assert gaps(till) == set()
    assert till.agrees()
    assert till.posted() == Decimal("925.00")


def test_f12_a_dealer_who_pays_it_by_hand_is_not_followed_by_a_second_payment(
    till: Till, script: Script
) -> None:
    """The same amount by hand, while ours is uncertain: a person decides which it was."""
    script.before = once(script, lose)
    payment = till.approved()
    work_done()
    (operation,) = BalanceOperation.objects.all()
    script.booked.append(a_booking(operation, comment="paid by hand"))

    assert settled(payment) == MANUAL
    assert told(payment)[-1] == "withdrawal.uncertain"


def test_the_same_amount_before_it_was_asked_for_proves_nothing(till: Till, script: Script) -> None:
    """A record that the mirror held before cannot be ours: it does not stop the next attempt."""
    before = a_record(40, login=7, profit=AMOUNT, comment="long ago", opened_at=clock.now())
    script.booked.append(before)
    till.mirror_as_booked()
    script.before = once(script, lose)
    payment = till.approved()
    work_done()

    assert settled(payment) == (Withdrawal.APPROVED, Operation.ABSENT)


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
