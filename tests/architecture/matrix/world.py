"""One world that every cell of the access matrix shares: four clients, and a person of every role.

It is built once for a module, inside a transaction that is rolled back; each test runs within a
savepoint of its own (`cell`), so nothing that a door changed is seen behind the next one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.test import Client as Browser

from accounts.models import Payment
from backoffice.core import clock
from backoffice.identity.models import Role, User
from backoffice.machines.models import Integration
from crm.actions import grants
from crm.models import Client, ClientGrant
from tests.architecture.access import DOORS, ROLES
from tests.factories.accounts.adjusting import an_adjustment_of
from tests.factories.accounts.approvals import a_delegation, an_approval_of
from tests.factories.accounts.bulk import a_bulk_file_of
from tests.factories.accounts.by_hand import a_by_hand_of
from tests.factories.accounts.changes import an_alert_of
from tests.factories.accounts.differences import a_difference_of
from tests.factories.accounts.disputes import a_dispute_of
from tests.factories.accounts.orders import a_command_of
from tests.factories.accounts.strangers import a_binding_of
from tests.factories.house import House, a_house
from tests.factories.incoming.bank import a_free_row_of
from tests.factories.incoming.deposits import a_deposit_of
from tests.factories.incoming.settlement import a_settlement_of
from tests.factories.machines import an_integration
from tests.factories.market import NOON
from tests.factories.moving.transfers import a_transfer_of
from tests.factories.payments import a_request_of
from tests.factories.people import SETUP, a_browser, a_client, a_desk, a_staff_user
from tests.factories.servers import some_owners
from tests.factories.sign_in.rows import a_known_device, a_passkey_row, a_visit
from trading.actions import trading_accounts
from trading.models import TradingAccount

ABSENT = 987_654_321
#: Whose the record is, from the nearest to the farthest; each with the widest reach it needs.
POSITIONS = {"own": "own", "team": "desk", "other team": "entity", "elsewhere": "all"}
REACHES = ("own", "desk", "entity", "all")
NAMES = {
    "own": "Nora Near",
    "team": "Tara Team",
    "other team": "Otto Other",
    "elsewhere": "Fred Far",
}


@dataclass
class World:
    """Clients and their accounts by position; a session for every role, each owner of the near."""

    house: House
    clients: dict[str, Client]
    accounts: dict[str, TradingAccount]
    users: dict[str, User] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    reaches: dict[str, str] = field(default_factory=dict)
    rows: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def row(self, about: str, position: str) -> dict[str, Any]:
        """What stands in the address of the record at this position; made once in a test."""
        if (about, position) not in self.rows:
            made = RECORDS[about](self.clients[position], self.accounts[position])
            self.rows[about, position] = made
        return self.rows[about, position]

    def enters(self, role: str) -> Browser:
        """A browser of this role, whose person now owns the near client."""
        self.house.give_to(self.users[role])
        browser = Browser()
        browser.cookies[settings.SESSION_COOKIE_NAME] = self.keys[role]
        return browser

    def sees(self, role: str, position: str) -> bool:
        """Whether the role's reach comes as far as that."""
        return REACHES.index(self.reaches[role]) >= REACHES.index(POSITIONS[position])


@contextmanager
def rolled_back() -> Iterator[None]:
    """A transaction, or a savepoint, that leaves nothing; actions may still insist on their own."""
    block: Any = transaction.atomic()
    block._from_testcase = True  # as Django's own test cases say it
    with block:
        yield
        transaction.set_rollback(True)


def a_world() -> World:
    """Build it by the product's own actions."""
    house = a_house()
    near, mate = house.near, a_staff_user(desk=house.desk, name="Mate")
    other_desk = a_desk(house.entity, "others")
    stranger = a_staff_user(desk=other_desk, name="Neighbour")
    place = {"entity": house.entity}
    team = a_client(NAMES["team"], owner=mate, desk=house.desk, **place)
    other = a_client(NAMES["other team"], owner=stranger, desk=other_desk, **place)
    accounts = {"own": house.account, "elsewhere": house.far_account}
    for position, client, login in (("team", team, 3003), ("other team", other, 4004)):
        some_owners(house.server, login)
        account = TradingAccount.objects.get(login=login)
        accounts[position] = trading_accounts.bind_account(
            account_id=account.pk, client_id=client.pk, actor=SETUP, now=NOON
        )
    clients = {"own": near, "team": team, "other team": other, "elsewhere": house.far}
    world = World(house, clients, accounts)
    far = a_staff_user(desk=house.far.desk, name="Faraway")
    world.people = {"team": mate, "other team": stranger, "elsewhere": far}
    world.reaches = dict(Role.objects.values_list("code", "reach"))
    for role in ROLES:
        entity = None if world.reaches[role] == "all" else house.entity
        world.users[role] = a_staff_user(role, desk=house.desk, entity=entity)
        cookies = a_browser(world.users[role]).cookies
        world.keys[role] = cookies[settings.SESSION_COOKIE_NAME].value
    return world


def payment_of(client: Any) -> Payment:
    """A withdrawal of the client that waits; asked for when it is first needed."""
    asked = Payment.objects.filter(client_id=client.pk).first()
    return asked or a_request_of(client, 70_000 + client.pk)


def a_single_grant(client: Any) -> ClientGrant:
    """The client shown to somebody without any role."""
    found = ClientGrant.objects.filter(content_object=client).first()
    if found is not None:
        return found
    now = clock.now()
    return grants.show_client(
        client_id=client.pk,
        user_id=a_staff_user().pk,
        until=now + timedelta(days=7),
        reason="holiday cover",
        actor=SETUP,
        now=now,
    )


def machine_of(client: Any) -> Any:
    """A machine that serves the client's legal entity."""
    return Integration.objects.first() or an_integration(client.legal_entity)


#: What stands in the address of a door, by its `about`; each row is made when it is first needed.
RECORDS: dict[str, Any] = {
    "client": lambda client, account: {"pk": client.pk},
    "account": lambda client, account: {"pk": account.pk},
    "contact": lambda client, account: {"pk": client.pk, "field": "email"},
    "single": lambda client, account: {"pk": a_single_grant(client).pk},
    "account_id": lambda client, account: {"account_id": account.pk},
    "adjustment": lambda client, account: {"pk": an_adjustment_of(account).pk},
    "dispute": lambda client, account: {"pk": a_dispute_of(client, 90_000 + client.pk).pk},
    "client_id": lambda client, account: {"client_id": client.pk},
    "by_hand": lambda client, account: {"pk": a_by_hand_of(account).pk},
    "bulk_file": lambda client, account: {"pk": a_bulk_file_of(client, account).pk},
    "bank_row": lambda client, account: {"pk": a_free_row_of(client).pk},
    "settlement": lambda client, account: {"pk": a_settlement_of(client).pk},
    "difference": lambda client, account: {"pk": a_difference_of(client, account).pk},
    "deposit": lambda client, account: {"pk": a_deposit_of(client, 80_000 + client.pk).pk},
    "transfer": lambda client, account: {"pk": a_transfer_of(client, 90_000 + 2 * client.pk).pk},
    "approval": lambda client, account: {"pk": an_approval_of(client).pk},
    "payment": lambda client, account: {"pk": payment_of(client).pk},
    "payment_method": lambda client, account: {"pk": payment_of(client).method_id},
    "command": lambda client, account: {"pk": a_command_of(account).pk},
    "alert": lambda client, account: {"pk": an_alert_of(account).pk},
    "binding": lambda client, account: {"pk": a_binding_of(account).pk},
}
#: What is a person's own and nobody else's, whatever their role.
PERSONAL: dict[str, Any] = {
    "visit": lambda user: {"pk": a_visit(user).pk},
    "device": lambda user: {"pk": a_known_device(user, recognised=False).pk},
    "passkey": lambda user: {"pk": a_passkey_row(user).pk},
}


#: What everybody sees who sees it at all.
SHARED: dict[str, Any] = {
    "role": lambda house: {"pk": Role.objects.get(code="support").pk},
    "server": lambda house: {"pk": house.server.pk},
    "provider": lambda house: {"provider": "nobody"},
    "policy": lambda house: {"kind": "approvals.policy"},
    "delegation": lambda house: {"pk": a_delegation().pk},
    "integration": lambda house: {"pk": machine_of(house.near).pk},
}


def arguments(door: str, world: World, position: str, role: str) -> dict[str, Any]:
    """What stands in the door's address for a record at this position, seen by this role."""
    about = DOORS[door].about
    if not about:
        return {}
    if position == "absent":
        found = arguments(door, world, "own", role)
        return {name: _absent(name, key) for name, key in found.items()}
    if about in SHARED:
        return dict(SHARED[about](world.house))
    if about == "staff":
        return {"pk": (world.users[role] if position == "own" else world.people[position]).pk}
    if about in PERSONAL:
        others = {"team": "sales_agent", "other team": "support", "elsewhere": "dealer"}
        whose = role if position == "own" else others[position]
        if whose == role and position != "own":
            whose = "auditor"
        found = PERSONAL[about](world.users[whose])
    else:
        found = world.row(about, position)
    return dict(found)


def _absent(name: str, key: Any) -> Any:
    """What stands in an address where nothing is; the name of a field stays what it is."""
    return "nowhere" if name == "kind" else ABSENT if isinstance(key, int) else key
