"""Every address of the machines × {nobody, staff, wrong scope, token, other house, absent}."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import get_resolver, reverse
from pytest_django import DjangoDbBlocker

from accounts.models import Payment
from backoffice.core.models import EventRecord
from backoffice.core.permissions import registered, scopes
from backoffice.demo.redis import Redis
from crm.models import Client
from tests.architecture.api.doors import API_DOORS, ApiDoor
from tests.architecture.matrix.world import rolled_back
from tests.architecture.test_access import addresses
from tests.factories.accounts.adjusting import an_adjustment_of
from tests.factories.accounts.disputes import a_dispute_of
from tests.factories.accounts.orders import AccountGateway, a_command_of
from tests.factories.house import House, a_house
from tests.factories.incoming.deposits import a_deposit_of
from tests.factories.machines import HOST, Machine, a_machine, a_token
from tests.factories.moving.transfers import a_transfer_of
from tests.factories.payments import a_request_of
from tests.factories.people import a_browser, a_staff_user
from trading.gateway import registry
from trading.gateway.remote.gateway import RemoteGateway

ABSENT = 987_654_321
GUARDED = [name for name, door in API_DOORS.items() if not door.is_open]
SCOPED = [name for name in GUARDED if API_DOORS[name].scope]
ACTS = [name for name in GUARDED if API_DOORS[name].body is not None]


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[House]:
    """The house, built once for this module."""
    with django_db_blocker.unblock(), rolled_back():
        yield a_house()


@pytest.fixture
def house(built: House, redis_server: Redis) -> Iterator[House]:
    """Something behind every door, and a MetaTrader that answers from memory."""
    gateway = AccountGateway()
    registry.register(lambda address: gateway)
    with rolled_back():
        yield built
    registry.register(RemoteGateway)


def place(name: str, house: House, *, far: bool = False, absent: bool = False) -> Any:
    """The path and the body of a door, at the record in reach, out of it, or at none."""
    door = API_DOORS[name]
    client, account = (house.far, house.far_account) if far else (house.near, house.account)
    if name == "api:nothing":
        return "nowhere", None
    makes = {
        "client": lambda: {"pk": client.pk},
        "client_id": lambda: {"client_id": client.pk},
        "account": lambda: {"pk": account.pk},
        "command": lambda: {"pk": a_command_of(account).pk},
        "payment": lambda: {"pk": payment_of(client).pk},
        "adjustment": lambda: {"pk": an_adjustment_of(account).pk},
        "dispute": lambda: {"pk": a_dispute_of(client, 90_000 + client.pk).pk},
        "transfer": lambda: {"pk": a_transfer_of(client, 90_000 + 2 * client.pk).pk},
        "conversion": lambda: {"client_id": client.pk, "source": "USD", "target": "USD"},
        "deposit": lambda: {"pk": a_deposit_of(client, 80_000 + client.pk).pk},
    }
    values = makes[door.about]() if door.about in makes else {}
    path = reverse(name, kwargs=dict.fromkeys(values, ABSENT) if absent else values)
    return path.removeprefix("/api/v1/"), body_of(door, client, account, absent=absent)


def body_of(door: ApiDoor, client: Any, account: Any, *, absent: bool) -> Mapping[str, Any] | None:
    """What is sent."""
    if door.about == "entity":
        return {**door.body, "legal_entity": "nowhere" if absent else client.legal_entity.code}
    if door.about == "holding":
        return {**door.body, "account": ABSENT if absent else account.pk}
    return door.body


def payment_of(client: Client) -> Payment:
    """A withdrawal of the client that waits."""
    asked = Payment.objects.filter(client_id=client.pk).first()
    return asked or a_request_of(client, 70_000 + client.pk)


def call(machine: Machine, name: str, house: House, **where: bool) -> Any:
    """Ask as the door is asked, signed."""
    path, body = place(name, house, **where)
    return machine.get(path) if body is None else machine.post(path, body)


def plain(browser: Browser, name: str, house: House, **headers: str) -> Any:
    """Ask without a signature."""
    path, body = place(name, house)
    url = f"/api/v1/{path}"
    if body is None:
        return browser.get(url, headers=headers)
    return browser.post(url, body, content_type="application/json", headers=headers)


def test_every_address_of_the_machines_stands_in_the_table() -> None:
    found = {name for name in addresses(get_resolver()) if name.startswith("api:")}
    assert found == set(API_DOORS), "write new addresses into tests.architecture.api.doors.py"
    assert all(door.scope is None or door.scope in scopes() for door in API_DOORS.values())


def test_no_machine_decides_confirms_or_configures() -> None:
    for code in scopes():
        verb = code.rpartition(".")[2]
        asks = ("view", "edit", "see_contacts", "open", "reset_password", "request", "start")
        assert verb in asks, code
    assert "accounts.withdrawal.approve" in registered()
    assert "accounts.withdrawal.approve" not in scopes()


@pytest.mark.parametrize("name", API_DOORS)
def test_a_machine_with_the_scope_comes_in(house: House, name: str) -> None:
    door = API_DOORS[name]
    machine = a_machine(house.entity, scopes=[door.scope] if door.scope else ["crm.client.view"])
    answer = call(machine, name, house)
    assert answer.status_code == door.answers, answer.content
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["detail"].endswith((".", "…"))


@pytest.mark.parametrize("name", SCOPED)
def test_every_other_scope_together_is_not_enough(house: House, name: str) -> None:
    others = sorted(set(scopes()) - {API_DOORS[name].scope})
    machine = a_machine(house.entity, scopes=others)
    path, body = place(name, house)
    before = EventRecord.objects.filter(name__startswith="machines.").count()
    events = EventRecord.objects.exclude(name__startswith="machines.").count()
    answer = machine.get(path) if body is None else machine.post(path, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope")
    assert EventRecord.objects.exclude(name__startswith="machines.").count() == events
    assert EventRecord.objects.filter(name__startswith="machines.").count() == before + 1


@pytest.mark.parametrize("name", GUARDED)
def test_nobody_and_no_session_comes_in(house: House, name: str) -> None:
    for browser in (Browser(), a_browser(a_staff_user("administrator"))):
        answer = plain(browser, name, house)
        assert (answer.status_code, answer.json()["code"]) == (401, "no_credential")


@pytest.mark.parametrize("name", ACTS)
def test_a_token_alone_changes_nothing(house: House, name: str) -> None:
    machine = a_machine(house.entity)
    path, body = place(name, house)
    headers = {
        "Authorization": f"Bearer {a_token(machine.integration)}",
        "Idempotency-Key": "k" * 9,
    }
    before = EventRecord.objects.exclude(name__startswith="machines.").count()
    answer = machine.browser.post(
        f"/api/v1/{path}", body, content_type="application/json", headers=headers
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "must_be_signed")
    assert EventRecord.objects.exclude(name__startswith="machines.").count() == before


@pytest.mark.parametrize("name", [name for name in GUARDED if API_DOORS[name].about])
def test_out_of_reach_answers_exactly_like_absent(house: House, name: str) -> None:
    machine = a_machine(house.entity)
    for where in ({"far": True}, {"absent": True}):
        place(name, house, **where)  # whatever these make is made before the counting
    before = EventRecord.objects.exclude(name__startswith="machines.").count()
    far = call(machine, name, house, far=True)
    absent = call(machine, name, house, absent=True)
    assert (far.status_code, far.content) == (absent.status_code, absent.content)
    assert far.status_code == API_DOORS[name].far
    assert EventRecord.objects.exclude(name__startswith="machines.").count() == before


def test_lists_hold_nothing_of_another_house_or_brand(house: House) -> None:
    payment_of(house.near), payment_of(house.far)
    for path in ("clients", "payments"):
        shown = a_machine(house.entity).get(path).json()["items"]
        ids = {row["id"] if path == "clients" else row["client"] for row in shown}
        assert house.near.pk in ids
        assert house.far.pk not in ids


def test_the_description_names_every_door_and_its_scope(house: House) -> None:
    machine = a_machine(house.entity)
    told = machine.get("openapi").json()
    described = set(told["paths"])
    wanted = {
        f"/{place(name, house, absent=True)[0]}".replace(str(ABSENT), "{}") for name in GUARDED
    } | {"/time"}
    assert {re.sub(r"\{\w+\}", "{}", path) for path in described} == wanted
    for path, methods in told["paths"].items():
        for method, door in methods.items():
            assert door["description"], path
            assert "default" in door["responses"], path
            if method == "post":
                assert door["security"] == [{"signature": []}], path
                assert "requestBody" in door, path
    assert HOST not in str(told)
