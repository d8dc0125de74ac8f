"""A transfer through the API: asked for once, followed, no name of another client told."""

from typing import Any

import pytest

from accounts.models import Transfer
from backoffice.demo.redis import Redis
from crm.models import Client
from tests.factories.machines import Machine, a_machine
from tests.factories.moving.transfers import Pair, a_pair, an_account_of, fill_wallet
from tests.factories.people import a_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(redis_server: Redis) -> Pair:
    """A client with two accounts, their figures fresh."""
    pair = a_pair()
    pair.till.see()
    return pair


@pytest.fixture
def machine(pair: Pair) -> Machine:
    """The personal area."""
    return a_machine(pair.till.client.legal_entity)


def wish(pair: Pair, **changes: Any) -> dict[str, Any]:
    """What the client fills in."""
    plain = {"from_account": pair.till.account.pk, "to_account": pair.other.pk, "amount": "100.00"}
    return {name: value for name, value in (plain | changes).items() if value is not None}


def test_asked_for_once_and_held_once(pair: Pair, machine: Machine) -> None:
    path = f"clients/{pair.till.client.pk}/transfers"
    answers = [machine.post(path, wish(pair), key="click-0001") for _ in range(3)]
    assert {one.status_code for one in answers} == {201}, answers[0].content
    assert len({one.content for one in answers}) == 1
    transfer = Transfer.objects.get()
    told = machine.get(f"transfers/{transfer.pk}").json()
    assert (told["state"], told["amount"], told["target_amount"]) == (
        "APPROVED", "100.00", "100.00",
    )  # fmt: skip
    assert (told["from_account"], told["to_account"]) == (pair.till.account.pk, pair.other.pk)
    assert pair.till.posted() - pair.till.available() == transfer.amount
    listed = machine.get(f"transfers?account={pair.other.pk}&state=APPROVED").json()
    assert [one["id"] for one in listed["items"]] == [transfer.pk]


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": "-1"},
        {"amount": "0"},
        {"amount": "NaN"},
        {"amount": "1.001"},
        {"amount": "5000.00"},
        {"to_account": None},
        {"to_wallet": "USD"},
        {"to_account": None, "to_login": 99},
    ],
)
def test_what_cannot_be_is_refused(pair: Pair, machine: Machine, changes: dict[str, Any]) -> None:
    answer = machine.post(f"clients/{pair.till.client.pk}/transfers", wish(pair, **changes))
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"
    assert not Transfer.objects.exists()


def test_wallets_are_told(pair: Pair, machine: Machine) -> None:
    fill_wallet(pair.till.client, "80.00")
    told = machine.get(f"clients/{pair.till.client.pk}/wallets").json()
    assert told == {"items": [{"currency": "USD", "balance": "80.00"}]}


def test_nobody_learns_who_the_other_is(pair: Pair, machine: Machine) -> None:
    other = a_client("Bea Far", entity=pair.till.client.legal_entity)
    Client.objects.filter(pk=other.pk).update(email="bea@far.example")
    an_account_of(other, 99)
    told = wish(pair, to_account=None, to_login=99, to_email="bea@far.example")
    answer = machine.post(f"clients/{pair.till.client.pk}/transfers", told)
    assert answer.status_code == 201, answer.content
    shown = answer.json()
    assert (shown["state"], shown["to_another"], shown["to_account"]) == ("REQUESTED", True, None)
    assert "Bea" not in str(shown)
    back = machine.post(f"transfers/{shown['id']}/cancel", {"reason": "not now"})
    assert back.json()["state"] == "CANCELLED"
