"""The twelve faults of reference/money.md §13.1, each met by a whole withdrawal.

Over the real wire, agent, gate and journal; MetaTrader is scripted. What is asserted is always the
same: money moved once or not at all, the page says which, and the books agree with MetaTrader.
Those of a false word (F-07, F-08) are in refusing/test_false_words.py.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from threading import Event

import pytest

from accounts.models import Payment
from accounts.states import Gap, Withdrawal
from backoffice.core import clock
from tests.factories.agents import Script, a_record
from tests.factories.moving.faults import (
    AMOUNT,
    DEBITED,
    LATER,
    MANUAL,
    UNCERTAIN,
    a_booking,
    gaps,
    late_booking,
    lose,
    moved_once,
    once,
    sent_again,
    settled,
    standing,
)
from tests.factories.payments import SYSTEM, Till, told, work_done
from trading.actions import looking_up
from trading.actions.gateways import gateway_of
from trading.gateway import registry
from trading.gateway.agent.engine import LinkError
from trading.gateway.errors import NotSent
from trading.gateway.port import DEADLINE_SECONDS
from trading.gateway.remote.gateway import RemoteGateway
from trading.models import BalanceAttempt, BalanceOperation
from trading.states import Operation
from trading.terms import BalanceKind, Passage

pytestmark = pytest.mark.django_db


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
