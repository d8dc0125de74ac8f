"""How many queries each page sends: data in query_counts.json, exact, not a bound.

A page that sends more for more rows fails here at once: the house is built with one row of a kind
and again with several. `UPDATE_QUERY_COUNTS=1` writes the counts anew; a difference prints the SQL.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.demo.redis import Redis
from backoffice.identity.models import Role
from tests.architecture.access import DOORS, STRANGERS
from tests.architecture.matrix.world import machine_of, payment_of
from tests.factories.accounts.approvals import an_approval_of
from tests.factories.accounts.changes import an_alert_of
from tests.factories.accounts.orders import a_command_of
from tests.factories.accounts.strangers import a_binding_of, some_strangers
from tests.factories.house import House, a_house, a_street
from tests.factories.incoming.bank import a_free_row_of
from tests.factories.incoming.deposits import a_deposit_of
from tests.factories.machines import an_integration
from tests.factories.payments import a_request_of
from tests.factories.people import a_browser, a_staff_user
from trading.models import TradingAccount

pytestmark = pytest.mark.django_db

COUNTS = Path(__file__).with_name("query_counts.json")
UPDATE = os.environ.get("UPDATE_QUERY_COUNTS") == "1"  # the switch named above
#: Pages are asked as these people see them: a narrow reach and the widest.
ROLES = ("sales_agent", "administrator")
PAGES = [name for name, door in DOORS.items() if door.method == "get" and door.roles != STRANGERS]
#: Pages that neither of them may open are asked as the first role that may.
VIEWERS = {
    name: tuple(role for role in ROLES if role in DOORS[name].roles) or (min(DOORS[name].roles),)
    for name in PAGES
}
#: What the pages whose names begin so have to show.
FIRST: dict[str, Callable[[House], object]] = {
    "accounts:": lambda house: payment_of(house.near),
    "accounts:bank-": lambda house: a_free_row_of(house.near),
    "approvals:request": lambda house: an_approval_of(house.near),
    "machines:": lambda house: machine_of(house.near),
    "trading:command": lambda house: a_command_of(house.account),
}
WATCHED = ("trading:change-list", "trading:alert-list", "trading:alert-count")
ADMIN_LISTS = ("admin:index", "admin:crm_client_changelist", "admin:identity_user_changelist")


def counts() -> dict[str, int]:
    """The numbers on record."""
    return json.loads(COUNTS.read_text("utf-8")) if COUNTS.exists() else {}


def url_of(name: str, house: House) -> str:
    """The address of a page at the record in reach."""
    about = DOORS[name].about if name in DOORS else ""
    for beginning, make in FIRST.items():
        if name.startswith(beginning):
            make(house)
    if name in WATCHED:
        an_alert_of(house.account)
    if name.startswith("trading:unbound"):
        some_strangers(house.server, {"name": "Nora Near", "email": "nora@example.com"}, first=6001)
    if name in ("accounts:payment-list", "approvals:request-list"):
        return f"{reverse(name)}?view=all"
    return {
        "": lambda: reverse(name),
        "client": lambda: reverse(name, args=[house.near.pk]),
        "account": lambda: reverse(name, args=[house.account.pk]),
        "client_id": lambda: reverse(name, args=[house.near.pk]),
        "bank_row": lambda: reverse(name, args=[a_free_row_of(house.near).pk]),
        "deposit": lambda: reverse(name, args=[a_deposit_of(house.near, 88_000).pk]),
        "payment": lambda: reverse(name, args=[payment_of(house.near).pk]),
        "command": lambda: reverse(name, args=[a_command_of(house.account).pk]),
        "alert": lambda: reverse(name, args=[an_alert_of(house.account).pk]),
        "approval": lambda: reverse(name, args=[an_approval_of(house.near).pk]),
        "policy": lambda: reverse(name, args=["approvals.policy"]),
        "contact": lambda: reverse(name, args=[house.near.pk, "email"]),
        "staff": lambda: reverse(name, args=[a_staff_user(desk=house.desk).pk]),
        "role": lambda: reverse(name, args=[Role.objects.get(code="support").pk]),
        "binding": lambda: reverse(name, args=[a_binding_of(house.account).pk]),
        "integration": lambda: reverse(name, args=[machine_of(house.near).pk]),
    }[about]()


def measure(browser: Browser, url: str, *, fragment: bool = False) -> list[str]:
    """The SQL that a page sends when it is asked a second time."""
    cache.clear()
    headers: Any = {"HX-Request": "true"} if fragment else {}
    assert browser.get(url, headers=headers).status_code == 200
    cache.clear()
    with CaptureQueriesContext(
        connection,
    ) as sent:
        browser.get(url, headers=headers)
    return [query["sql"] for query in sent.captured_queries]


def compare(key: str, sql: list[str]) -> None:
    """Hold a page's queries against the record, or put them on record."""
    known = counts()
    if UPDATE:
        known[key] = len(sql)
        COUNTS.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", "utf-8")
    listed = "\n".join(f"{number:3}. {line}" for number, line in enumerate(sql, start=1))
    assert known.get(key) == len(sql), (
        f"{key} sends {len(sql)} queries, on record are {known.get(key)} "
        f"(UPDATE_QUERY_COUNTS=1 puts the new number on record):\n{listed}"
    )


@pytest.fixture
def house(db: None, redis_server: Redis) -> House:
    """A house with one of a kind."""
    return a_house()


def viewer(role: str, house: House) -> Browser:
    """A browser of somebody with a role, who owns the near client."""
    user = a_staff_user(role, desk=house.desk, entity=house.entity)
    house.give_to(user)
    return a_browser(user)


@pytest.mark.parametrize(("name", "role"), [(name, one) for name in PAGES for one in VIEWERS[name]])
def test_a_page_sends_what_is_on_record(house: House, name: str, role: str) -> None:
    compare(f"{name} as {role}", measure(viewer(role, house), url_of(name, house)))


@pytest.mark.parametrize("name", PAGES)
def test_a_fragment_sends_what_is_on_record(house: House, name: str) -> None:
    browser = viewer(VIEWERS[name][-1], house)
    compare(f"{name} as a fragment", measure(browser, url_of(name, house), fragment=True))


@pytest.mark.parametrize("name", ADMIN_LISTS)
def test_an_admin_list_sends_what_is_on_record(house: House, name: str) -> None:
    compare(name, measure(viewer("administrator", house), reverse(name)))


def more_of(name: str, house: House) -> None:
    """Add rows of the kinds that one room's pages list."""
    accounts = TradingAccount.objects.filter(client=house.near)
    if name in WATCHED:
        _ = [an_alert_of(account) for account in accounts]
    if name.startswith("trading:command"):
        _ = [a_command_of(account) for account in accounts]
    if name.startswith("trading:unbound"):
        known = {"name": "Nora Near", "email": "nora@example.com"}
        some_strangers(house.server, *(7 * [known]))
    if name.startswith("machines:"):
        _ = [an_integration(house.entity, name=f"Machine {number}") for number in range(7)]
    if name.startswith("accounts:"):
        _ = [a_request_of(house.near, 80_000 + number) for number in range(7)]
    if name.startswith("approvals:request"):
        _ = [an_approval_of(house.near, number) for number in range(7)]


@pytest.mark.parametrize("name", [*PAGES, *ADMIN_LISTS])
def test_more_rows_send_no_more_queries(house: House, name: str) -> None:
    browser = viewer(VIEWERS.get(name, ROLES)[-1], house)
    few = measure(browser, url_of(name, house))
    a_street(house, doors=7)
    more_of(name, house)
    many = measure(browser, url_of(name, house))
    assert len(many) == len(few), "\n".join(many)


def test_the_record_names_no_page_that_is_gone() -> None:
    wanted = {f"{name} as {role}" for name in PAGES for role in VIEWERS[name]}
    wanted |= {f"{name} as a fragment" for name in PAGES} | set(ADMIN_LISTS)
    if UPDATE:
        kept = {key: count for key, count in counts().items() if key in wanted}
        COUNTS.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", "utf-8")
    assert set(counts()) == wanted
