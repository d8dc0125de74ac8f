"""The personal area: each address × nobody, every kind of staff, its client, another client."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client as Browser
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from accounts.models import Deposit, Payment
from backoffice.demo.redis import Redis
from backoffice.identity.queries import people
from crm.models import Client
from tests.architecture.access import PORTAL, ROLES, STRANGERS, Door
from tests.architecture.matrix.viewed import measure
from tests.architecture.matrix.world import ABSENT, NAMES, World, a_world, payment_of, rolled_back
from tests.architecture.test_access import body, knock, told
from tests.architecture.test_queries import compare
from tests.factories.incoming.deposits import a_deposit_of
from tests.factories.moving.transfers import a_transfer_of
from tests.factories.payments import a_request_of
from tests.factories.sign_in.clients import a_sign_in, signed_in

PAGES = [name for name, door in PORTAL.items() if door.method == "get" and door.roles != STRANGERS]
ABOUT: dict[str, Any] = {
    "payment": lambda client: {"pk": payment_of(client).pk},
    "deposit": lambda client: {"pk": a_deposit_of(client, 80_000 + client.pk).pk},
    "transfer": lambda client: {"pk": a_transfer_of(client, 60_000 + client.pk).pk},
    "link": lambda client: {"user_id": ABSENT, "token": "none"},
    "": lambda client: {},
}


@pytest.fixture(scope="module")
def shared(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """The world, built once for this module and never committed."""
    with django_db_blocker.unblock(), rolled_back():
        yield a_world()


@pytest.fixture
def cell(shared: World) -> Iterator[World]:
    """The world within a savepoint of this test."""
    with rolled_back():
        yield shared


def url_of(name: str, client: Client) -> str:
    return reverse(name, kwargs=ABOUT[PORTAL[name].about](client))


def enters(client: Client) -> Browser:
    return signed_in(people.sign_in_of(client.pk) or a_sign_in(client))


def is_sent_to_sign_in(answer: Any) -> bool:
    return answer.status_code == 302 and answer.url.startswith(reverse("entrance:sign-in"))


@pytest.mark.parametrize("name", PORTAL)
def test_every_visitor_at_an_address(cell: World, name: str) -> None:
    door, near, team = PORTAL[name], cell.clients["own"], cell.clients["team"]
    url, browsers = url_of(name, near), {"nobody": Browser()}
    for role in ROLES:
        browsers[role] = cell.enters(role)
        # The staff's session where the client's should be opens nothing either.
        browsers[f"{role} in disguise"] = Browser()
        browsers[f"{role} in disguise"].cookies[settings.CLIENT_COOKIE_NAME] = cell.keys[role]
    for who, browser in browsers.items():
        before, answer = told(), knock(browser, door, url)
        if door.roles == STRANGERS:
            assert answer.status_code == door.to_nobody, who
        else:
            assert is_sent_to_sign_in(answer), who
        assert told() == before, who
    if door.about and door.roles != STRANGERS:
        _another_client_sees_nothing(team, door, name, near)
    assert knock(enters(near), door, url).status_code == door.answers


def _another_client_sees_nothing(other: Client, door: Door, name: str, near: Client) -> None:
    browser = enters(other)
    before = told()
    answer = knock(browser, door, url_of(name, near))
    absent = knock(browser, door, reverse(name, kwargs={"pk": ABSENT}))
    assert (answer.status_code, absent.status_code) == (404, 404)
    assert body(answer) == body(absent)
    assert NAMES["own"].encode() not in answer.content
    assert told() == before


@pytest.mark.parametrize("name", PAGES)
def test_a_page_sends_what_is_on_record(cell: World, redis_server: Redis, name: str) -> None:
    near = cell.clients["own"]
    url = url_of(name, near)
    ABOUT["payment"](near), ABOUT["deposit"](near)  # one of a kind, whatever the page shows
    compare(f"{name} as its client", measure(enters(near), url))


def test_a_page_sends_no_more_for_more_rows(cell: World, redis_server: Redis) -> None:
    near = cell.clients["own"]
    browser = enters(near)
    ABOUT["payment"](near), ABOUT["deposit"](near)
    few = len(measure(browser, reverse("portal:home")))
    _more_of_each(near)
    assert len(measure(browser, reverse("portal:home"))) == few


def _more_of_each(client: Client) -> None:
    a_request_of(client, 90_001)
    deposit = Deposit.objects.get(client=client)
    deposit.pk, deposit.key = None, Payment.objects.latest("id").key
    deposit.save()
