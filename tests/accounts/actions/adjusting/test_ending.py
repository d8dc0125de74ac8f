"""A credit ends once: by us, by the server, by a withdrawal; never more than there is."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.actions.adjusting import ending
from accounts.ledger import balances
from accounts.models import Adjustment
from accounts.queries.adjusting import rows
from accounts.queries.adjusting.rows import View
from accounts.queries.books import books_of
from accounts.terms.adjustments import Adjustment as State
from accounts.terms.adjustments import AdjustmentKind, Cause
from backoffice.company.actions import policies
from backoffice.core import clock
from backoffice.core.errors import Later
from tests.factories.accounts.adjusting import MONTH, Desk, told_of
from tests.factories.agents import Script, a_record
from tests.factories.payments import SYSTEM
from trading.terms import Cmd

pytestmark = pytest.mark.django_db
CREDIT_IN, CREDIT_OUT = AdjustmentKind.CREDIT_IN, AdjustmentKind.CREDIT_OUT
AFTER = MONTH + timedelta(minutes=5)


def end(credit: Adjustment, *, later: timedelta = AFTER) -> Adjustment:
    """Let the clockwork look at it, so much later."""
    ending.end_credit(credit_id=credit.pk, actor=SYSTEM, now=clock.now() + later)
    credit.refresh_from_db()
    return credit


def credit_of(desk: Desk) -> Decimal:
    """The client's credit by the books."""
    books = books_of(desk.till.account.pk)
    assert books is not None
    return balances.of(books.credit).posted


def outs() -> list[tuple[str, Decimal]]:
    """What was taken of credits: state and amount."""
    found = Adjustment.objects.filter(kind=CREDIT_OUT).order_by("id")
    return [(one.state, one.amount) for one in found]


def test_what_is_left_is_taken_once(desk: Desk, script: Script) -> None:
    credit = desk.booked(CREDIT_IN, "100.00")
    desk.booked(CREDIT_OUT, "-30.00", credit_id=credit.pk)
    end(credit, later=MONTH)  # its time is over; the server's own turn is not
    assert len(outs()) == 1

    now = clock.now() + AFTER
    assert rows.credits_to_end(now) == [credit.pk]
    end(credit)
    end(credit)
    desk.work(later=AFTER)
    end(credit)
    assert outs() == [(State.DONE, Decimal("-30.00")), (State.DONE, Decimal("-70.00"))]
    assert [one.profit for one in script.booked] == [100, -30, -70]
    assert (credit_of(desk), credit.ended_at is not None) == (0, True)
    assert told_of(credit)[-1] == "credit_ended"
    assert rows.credits_to_end(now) == []
    assert desk.till.agrees()


def test_no_more_is_taken_than_the_account_has(desk: Desk, script: Script) -> None:
    credit = desk.booked(CREDIT_IN, "100.00")
    # Somebody took 60.00 in MetaTrader directly.
    script.booked.append(
        a_record(2, login=7, cmd=Cmd.CREDIT, profit=Decimal("-60.00"), comment="by hand")
    )
    desk.till.mirror_as_booked()
    end(credit)
    desk.work(later=AFTER)
    assert outs() == [(State.DONE, Decimal("-40.00"))]
    credit.refresh_from_db()
    assert (credit_of(desk), credit.ended_at is not None) == (0, True)


def test_what_the_server_took_itself_is_not_taken_again(desk: Desk, script: Script) -> None:
    credit = desk.booked(CREDIT_IN, "100.00")
    other = desk.booked(CREDIT_IN, "50.00", ends_at=clock.now() + 3 * MONTH)
    script.booked.append(
        replace(
            a_record(3, login=7, cmd=Cmd.CREDIT, profit=Decimal("-100.00"), comment="expired #1"),
            opened_at=clock.now() + MONTH,
        )
    )
    end(credit)
    assert (outs(), credit.ended_at is not None) == ([], True)
    desk.till.mirror_as_booked()
    other.refresh_from_db()
    assert other.ended_at is None


def test_the_server_is_asked_again_right_before_it_is_sent(desk: Desk, script: Script) -> None:
    credit = desk.booked(CREDIT_IN, "100.00")
    end(credit)  # planned
    script.booked.append(
        replace(
            a_record(2, login=7, cmd=Cmd.CREDIT, profit=Decimal("-100.00"), comment="expired #1"),
            opened_at=clock.now() + MONTH,
        )
    )
    desk.work(later=AFTER)
    credit.refresh_from_db()
    assert (script.sent, credit.ended_at is not None) == (1, True)
    assert outs() == [(State.REFUSED, Decimal("-100.00"))] or outs()[0][0] == State.APPROVED


def test_refused_it_stays_overdue_and_is_tried_again_later(desk: Desk, script: Script) -> None:
    credit = desk.booked(CREDIT_IN, "100.00")
    script.code, script.books = 3, False
    end(credit)
    desk.work(later=AFTER)
    credit.refresh_from_db()
    assert (outs()[0][0], credit.ended_at) == (State.REFUSED, None)
    overdue = Adjustment.objects.filter(rows.view_of(View.OVERDUE, now=clock.now() + AFTER))
    assert list(overdue) == [credit]
    end(credit)
    assert len(outs()) == 1  # not at once

    script.code, script.books = 0, True
    end(credit, later=AFTER + timedelta(hours=2))
    desk.work(later=AFTER + timedelta(hours=2))
    assert [state for state, _ in outs()] == [State.REFUSED, State.DONE]
    assert credit_of(desk) == 0


def test_without_metatrader_nothing_is_begun(desk: Desk, script: Script) -> None:
    credit = desk.booked(CREDIT_IN, "100.00")
    desk.till.account.server.agent_url = "http://127.0.0.1:9"
    desk.till.account.server.save(update_fields=["agent_url"])
    with pytest.raises(Later):
        end(credit)
    assert outs() == []


def test_a_withdrawal_burns_it_where_the_policy_says_so(desk: Desk, script: Script) -> None:
    policies.set_policy(
        code="withdrawal-checks",
        value={"burn_credit": True},
        valid_from=clock.now() - timedelta(days=1),
        reason="a test",
        actor=SYSTEM,
        now=clock.now(),
    )
    credit = desk.booked(CREDIT_IN, "100.00")
    payment = desk.till.approved("70.00")
    desk.work()
    desk.work()
    payment.refresh_from_db()
    credit.refresh_from_db()
    assert (payment.state, outs()) == ("DEBITED", [(State.DONE, Decimal("-100.00"))])
    assert Adjustment.objects.get(kind=CREDIT_OUT).cause == Cause.BURNT
    assert (credit_of(desk), credit.ended_at is not None) == (0, True)


def test_postgresql_ends_no_credit_before_its_time_or_twice(desk: Desk, script: Script) -> None:
    credit = desk.booked(CREDIT_IN, "100.00")
    now = clock.now()
    taken = Adjustment(
        key=desk.wish(CREDIT_OUT, "-1.00").key,
        kind=CREDIT_OUT,
        cause=Cause.ENDED,
        credit=credit,
        amount=Decimal("-1.00"),
        currency="USD",
        reason="early",
        state=State.APPROVED,
        requested_by="system:test",
        requested_at=now,
        approved_at=now,
        account_id=credit.account_id,
        client_id=credit.client_id,
        legal_entity_id=credit.legal_entity_id,
    )
    with pytest.raises(IntegrityError, match="runs until"), transaction.atomic():
        taken.save(force_insert=True)
    taken.requested_at, taken.amount = now + AFTER, Decimal("-100.01")
    with pytest.raises(IntegrityError, match="left"), transaction.atomic():
        taken.save(force_insert=True)
    taken.requested_by = "staff:1"
    taken.amount = Decimal("-1.00")
    with pytest.raises(IntegrityError, match="begins"), transaction.atomic():
        taken.save(force_insert=True)
