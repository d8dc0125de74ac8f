"""Pages as they are looked at to count their queries: who looks, at what, and what was sent."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.identity.models import Role, User
from tests.architecture.access import DOORS, STRANGERS
from tests.architecture.matrix.world import machine_of, payment_of
from tests.factories.accounts.adjusting import an_adjustment_of
from tests.factories.accounts.approvals import an_approval_of
from tests.factories.accounts.bulk import a_bulk_file_of
from tests.factories.accounts.by_hand import a_by_hand_of
from tests.factories.accounts.changes import an_alert_of
from tests.factories.accounts.differences import a_difference_of
from tests.factories.accounts.disputes import a_dispute_of
from tests.factories.accounts.orders import a_command_of
from tests.factories.accounts.strangers import a_binding_of, some_strangers
from tests.factories.house import House, a_house
from tests.factories.incoming.bank import a_free_row_of
from tests.factories.incoming.deposits import a_deposit_of
from tests.factories.incoming.settlement import a_settlement_of
from tests.factories.moving.transfers import a_transfer_of
from tests.factories.people import a_browser, a_staff_user

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
    "accounts:adjustment-": lambda house: an_adjustment_of(house.account),
    "accounts:dispute-": lambda house: a_dispute_of(house.near, 89_000),
    "accounts:bank-": lambda house: a_free_row_of(house.near),
    "accounts:difference-": lambda house: a_difference_of(house.near, house.account),
    "accounts:settlement-": lambda house: a_settlement_of(house.near),
    "accounts:transfer-": lambda house: a_transfer_of(house.near, 92_000),
    "accounts:bulk-": lambda house: a_bulk_file_of(house.near, house.account),
    "approvals:request": lambda house: an_approval_of(house.near),
    "machines:": lambda house: machine_of(house.near),
    "trading:command": lambda house: a_command_of(house.account),
    "trading:by-hand": lambda house: a_by_hand_of(house.account),
    "trading:account-by-hand": lambda house: a_by_hand_of(house.account),
}
WATCHED = ("trading:change-list", "trading:alert-list", "trading:alert-count")
ADMIN_LISTS = ("admin:index", "admin:crm_client_changelist", "admin:identity_user_changelist")


@dataclass
class Viewed:
    """A house, and a person of every role that looks at its pages."""

    house: House
    users: dict[str, User] = field(default_factory=dict)

    def enters(self, role: str) -> Browser:
        """A browser of this role, whose person now owns the near client."""
        self.house.give_to(self.users[role])
        return a_browser(self.users[role])


def a_viewed_house() -> Viewed:
    """Build it, with one of a kind."""
    viewed = Viewed(a_house())
    place = {"desk": viewed.house.desk, "entity": viewed.house.entity}
    for role in sorted({*ROLES, *(role for roles in VIEWERS.values() for role in roles)}):
        viewed.users[role] = a_staff_user(role, **place)
    return viewed


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
        "account_id": lambda: reverse(name, args=[house.account.pk]),
        "adjustment": lambda: reverse(name, args=[an_adjustment_of(house.account).pk]),
        "dispute": lambda: reverse(name, args=[a_dispute_of(house.near, 89_000).pk]),
        "client_id": lambda: reverse(name, args=[house.near.pk]),
        "by_hand": lambda: reverse(name, args=[a_by_hand_of(house.account).pk]),
        "server": lambda: reverse(name, args=[house.server.pk]),
        "bulk_file": lambda: reverse(name, args=[a_bulk_file_of(house.near, house.account).pk]),
        "bank_row": lambda: reverse(name, args=[a_free_row_of(house.near).pk]),
        "settlement": lambda: reverse(name, args=[a_settlement_of(house.near).pk]),
        "difference": lambda: reverse(name, args=[a_difference_of(house.near, house.account).pk]),
        "deposit": lambda: reverse(name, args=[a_deposit_of(house.near, 88_000).pk]),
        "payment": lambda: reverse(name, args=[payment_of(house.near).pk]),
        "payment_method": lambda: reverse(name, args=[payment_of(house.near).method_id]),
        "transfer": lambda: reverse(name, args=[a_transfer_of(house.near, 92_000).pk]),
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
    with CaptureQueriesContext(connection) as sent:
        browser.get(url, headers=headers)
    return [query["sql"] for query in sent.captured_queries]
