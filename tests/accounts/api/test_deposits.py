"""A deposit through the API: begun once, followed, stopped; what a method takes and costs."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.actions.deposits import charging
from accounts.models import Deposit
from accounts.states import Direction
from accounts.terms import Deposit as State
from backoffice.core import clock
from backoffice.demo.redis import Redis
from tests.factories.incoming.deposits import a_card, a_cardly, known_client, paid, take
from tests.factories.incoming.terms import terms
from tests.factories.machines import Machine, a_machine
from tests.factories.payments import SYSTEM, Till, a_till

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(redis_server: Redis) -> Till:
    """A client who is known, and a card that takes 50 to 5,000 for one percent."""
    till = a_till()
    known_client(till)
    terms(till, a_card(till), Direction.IN, minimum="50", maximum="5000", fee_percent="1")
    return till


@pytest.fixture
def machine(till: Till) -> Machine:
    """The web site."""
    return a_machine(till.client.legal_entity)


def wish(till: Till, amount: Any = "200.00", **changes: Any) -> dict[str, Any]:
    plain = {"account": till.account.pk, "amount": amount, "method": a_card(till).pk}
    return plain | changes


def test_methods_say_limits_and_fee(till: Till, machine: Machine) -> None:
    path = f"clients/{till.client.pk}/payment-methods"
    (card,) = machine.get(f"{path}?direction=in").json()["items"]
    assert (card["code"], card["direction"]) == ("card", "in")
    assert (card["minimum"], card["maximum"]) == ("50.00", "5000.00")
    assert Decimal(card["fee_percent"]) == 1
    assert [one["code"] for one in machine.get(path).json()["items"]] == ["wire"]
    assert machine.get(f"{path}?direction=up").status_code == 422


def test_begun_once_and_followed_to_the_account(
    till: Till, machine: Machine, settings: Any
) -> None:
    answers = [machine.post("deposits/start", wish(till), key="click-0001") for _ in range(3)]
    assert {one.status_code for one in answers} == {201}
    deposit = Deposit.objects.get()
    assert deposit.started_by == f"machine:{machine.integration.pk}"
    assert answers[0].json()["stage"] == "Started"
    with a_cardly(settings):
        charging.charge_deposit(deposit_id=deposit.pk, actor=SYSTEM, now=clock.now())
        told = machine.get(f"deposits/{deposit.pk}").json()
        assert told["pay_url"] == f"https://pay.example/{deposit.key}"
        assert (told["state"], told["bank"]) == ("PENDING", None)
        take(paid(deposit))
    told = machine.get(f"deposits/{deposit.pk}").json()
    assert (told["stage"], told["received_amount"], told["pay_url"]) == ("Received", "200.00", "")
    listed = machine.get(f"deposits?client={till.client.pk}&state=RECEIVED").json()
    assert [one["id"] for one in listed["items"]] == [deposit.pk]


@pytest.mark.parametrize("amount", ["49.99", "5000.01", "0.001"])
def test_what_the_method_does_not_take_begins_nothing(
    till: Till, machine: Machine, amount: str
) -> None:
    answer = machine.post("deposits/start", wish(till, amount))
    assert answer.status_code == 422
    assert answer.json()["detail"]
    assert not Deposit.objects.exists()


def test_a_parked_one_is_stopped(till: Till, machine: Machine) -> None:
    known_client(till, 0)
    begun = machine.post("deposits/start", wish(till, "3000.00")).json()
    assert begun["state"] == "PARKED"
    stopped = machine.post(f"deposits/{begun['id']}/cancel", {"reason": "another way"})
    assert (stopped.status_code, stopped.json()["state"]) == (200, State.CANCELLED)
    again = machine.post(f"deposits/{begun['id']}/cancel", {"reason": "another way"})
    assert again.status_code == 409
