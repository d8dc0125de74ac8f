"""Staff are told when the promise of a withdrawal runs: once a mark, not in the client's turn."""

from datetime import timedelta

import pytest

from accounts.actions import asking_client
from accounts.actions.ways import promise
from accounts.events import PromiseRuns
from accounts.models import Payment
from accounts.queries.ways.promises import promises_to_tell
from accounts.states import Direction, Missing
from accounts.tasks import tell_promises
from backoffice.core import clock
from backoffice.core.models import EventRecord
from crm.models import Client
from tests.factories.incoming.terms import terms
from tests.factories.payments import SYSTEM, Till, told

pytestmark = pytest.mark.django_db


def later(payment: Payment, passed: int) -> None:
    """Do what the clockwork does, so many hours after it was asked for."""
    now = payment.requested_at + timedelta(hours=passed)
    for one in promises_to_tell(now):
        promise.tell_staff(payment_id=one, actor=SYSTEM, now=now)


def notices(payment: Payment) -> int:
    return told(payment).count("withdrawal.promise_runs")


def hours(payment: Payment) -> list[int]:
    """What staff were told: so many hours after it was asked for."""
    rows = EventRecord.objects.filter(name=PromiseRuns.name).order_by("id")
    return [int(row.told()["fields"]["hours"]) for row in rows]


def test_each_mark_is_told_once(till: Till) -> None:
    payment = till.ask()
    for hour, count in ((59, 0), (60, 1), (60, 1), (83, 1), (84, 2), (108, 3), (500, 3)):
        later(payment, hour)
        assert notices(payment) == count
    payment.refresh_from_db()
    assert (payment.notices, payment.next_notice_at) == (3, None)
    assert hours(payment) == [60, 84, 108]


def test_after_an_outage_the_latest_mark_is_told(till: Till) -> None:
    payment = till.ask()
    later(payment, 90)
    assert notices(payment) == 1
    payment.refresh_from_db()
    assert payment.notices == 2
    later(payment, 108)
    assert notices(payment) == 2


def test_the_clock_stands_while_it_is_the_clients_turn(till: Till) -> None:
    payment = till.ask()
    asking_client.ask_client(
        payment_id=payment.pk, missing=[Missing.IDENTITY], text="", actor=till.approver.actor,
        now=payment.requested_at + timedelta(hours=1),
    )  # fmt: skip
    later(payment, 70)
    assert notices(payment) == 0
    asking_client.supply(
        payment_id=payment.pk, text="It came", actor=till.approver.actor,
        now=payment.requested_at + timedelta(hours=101),
    )  # fmt: skip
    later(payment, 159)
    assert notices(payment) == 0
    later(payment, 160)
    assert hours(payment) == [160]  # and not 60: that is how long ago it was asked for


def test_a_method_has_its_own_promise_and_marks(till: Till) -> None:
    terms(till, till.method, Direction.OUT, decide_hours=1, pay_hours=2, notices=(1, 2))
    payment = till.ask()
    assert payment.next_notice_at == payment.requested_at + timedelta(hours=1)
    later(payment, 1)
    later(payment, 2)
    assert notices(payment) == 2


def test_a_client_who_moved_meanwhile_makes_no_notice_lie(till: Till) -> None:
    terms(till, till.method, Direction.OUT, notices=(1, 2, 3))
    terms(till, till.method, Direction.OUT, "ES", notices=(9,))
    payment = till.ask()
    later(payment, 1)
    Client.objects.filter(pk=till.client.pk).update(country="ES")
    later(payment, 2)
    later(payment, 3)
    assert hours(payment) == [1, 2]


def test_the_clockwork_takes_its_turn(till: Till) -> None:
    payment = till.ask()
    Payment.objects.filter(pk=payment.pk).update(next_notice_at=clock.now())
    tell_promises()
    assert notices(payment) == 1
