"""What the demo's broker is: its staff, its MetaTrader server, its clients; all by actions.

Run by the demo as a program, again at every start: what is done already is found and left alone.
"""

import base64
import os
import secrets
import sys
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings.demo")
    django.setup()

from accounts.actions import payment_methods
from accounts.states import MethodKind
from backoffice.company.actions.entities import add_brand, found_entity
from backoffice.company.queries import entities
from backoffice.core.actors import Actor
from backoffice.core.clock import now
from backoffice.core.errors import Conflict
from backoffice.demo.places import Place
from backoffice.demo.processes import SERVER
from backoffice.identity.actions import desks, people, roles, two_factor
from backoffice.identity.queries import people as known
from backoffice.identity.queries import roles as known_roles
from crm.actions import clients
from trading.actions import sending_terms, servers, sync, trading_accounts
from trading.queries import servers as known_servers
from trading.queries.unbound import list_unbound

if TYPE_CHECKING:
    from trading.models import TradingAccount

ACTOR = Actor.system("demo")
# role, name, desk
STAFF = [
    ("administrator", "Greta Voss", ""),
    ("sales_agent", "Tomas Lindqvist", "sales-north"),
    ("sales_manager", "Irena Kovac", "sales"),
    ("retention", "Paul Abegg", "sales-north"),
    ("support", "Mira Halonen", "office"),
    ("back_office", "Jonas Wieland", "office"),
    ("finance", "Clara Benedek", "office"),
    ("dealer", "Anton Rusek", "dealing"),
    ("risk", "Sofia Marchetti", "dealing"),
    ("compliance", "Edith Sommer", "office"),
    ("auditor", "Henrik Dahl", ""),
]
DESKS = [("sales", "Sales", ""), ("sales-north", "Sales north", "sales"),
         ("office", "Back office", ""), ("dealing", "Dealing", "")]  # fmt: skip
WORDS = [
    "amber", "birch", "cedar", "coral", "delta", "ember", "fjord", "grove", "heron", "ivory",
    "juniper", "kestrel", "linden", "maple", "north", "opal", "pine", "quartz", "river", "stone",
    "tundra", "umber", "violet", "willow",
]  # fmt: skip
# country as MetaTrader has it → its code, its time zone
COUNTRIES = {
    "Germany": ("DE", "Europe/Berlin"),
    "Poland": ("PL", "Europe/Warsaw"),
    "Spain": ("ES", "Europe/Madrid"),
    "Italy": ("IT", "Europe/Rome"),
    "Greece": ("GR", "Europe/Athens"),
    "Cyprus": ("CY", "Asia/Nicosia"),
    "Kenya": ("KE", "Africa/Nairobi"),
    "South Africa": ("ZA", "Africa/Johannesburg"),
    "Vietnam": ("VN", "Asia/Ho_Chi_Minh"),
    "Japan": ("JP", "Asia/Tokyo"),
    "Brazil": ("BR", "America/Sao_Paulo"),
    "United Kingdom": ("GB", "Europe/London"),
}
LEADS = [
    ("Ines Calder", "GB"), ("Piotr Sadowski", "PL"), ("Mwende Kilonzo", "KE"),
    ("Luis Arrieta", "ES"), ("Hana Kimura", "JP"), ("Stefan Brugger", "DE"),
]  # fmt: skip
LIVES = ("activate", "activate", "fund", "activate", "verify", "slow", "silence", "activate")
SOURCES = ("referral", "website", "partner", "search")


def password() -> str:
    """Three words and a number: easy to type, hard to guess."""
    words = [secrets.choice(WORDS) for _number in range(3)]
    return "-".join([*words, str(10 + secrets.randbelow(90))])


def planned_staff(place: Place) -> list[dict[str, Any]]:
    """Every member of staff with password and secret; written down before anybody is made."""
    facts = place.secrets()
    if "planned" not in facts:
        facts["planned"] = [
            {
                "role": role,
                "name": name,
                "desk": desk,
                "email": f"{role.replace('_', '.')}@linden.example",
                "password": password(),
                "totp_key": base64.b32encode(secrets.token_bytes(20)).decode(),
            }
            for role, name, desk in STAFF
        ]
        place.remember(facts)
    return list(facts["planned"])


def company() -> tuple[int, int]:
    """The broker and its brand; their keys."""
    entity = entities.list_entities().first()
    if entity is None:
        entity = found_entity(
            code="linden",
            name="Linden Street Markets Ltd",
            jurisdiction="CY",
            reporting_currency="USD",
            timezone="Asia/Nicosia",
            actor=ACTOR,
            now=now(),
        )
    brand = entities.list_brands().first()
    if brand is None:
        brand = add_brand(
            legal_entity_id=entity.pk, code="linden", name="Linden", actor=ACTOR, now=now()
        )
    return entity.pk, brand.pk


def set_up_desks(entity_id: int) -> dict[str, int]:
    """The teams, by code."""
    have = {desk.code: desk.pk for desk in known_roles.list_desks()}
    for code, name, parent in DESKS:
        if code not in have:
            made = desks.create_desk(
                legal_entity_id=entity_id,
                code=code,
                name=name,
                parent_id=have.get(parent),
                actor=ACTOR,
                now=now(),
            )
            have[code] = made.pk
    return have


def hire(person: dict[str, Any], desk_ids: dict[str, int]) -> int:
    """One member of staff, with a role and a second factor; the key."""
    user = known.find_staff(person["email"]) or people.create_staff(
        email=person["email"],
        full_name=person["name"],
        password=person["password"],
        desk_id=desk_ids.get(person["desk"]),
        actor=ACTOR,
        now=now(),
    )
    secret = base64.b32decode(person["totp_key"]).hex()
    for step in (
        lambda: roles.grant_role(user_id=user.pk, role=person["role"], actor=ACTOR, now=now()),
        lambda: two_factor.enrol_secret(user_id=user.pk, secret=secret, actor=ACTOR, now=now()),
    ):
        try:
            step()
        except Conflict:
            continue  # done at an earlier start
    return user.pk


def register_server(agent_url: str) -> int:
    """The MetaTrader server, at the agent's address of this start; its key."""
    try:
        server = servers.register_server(
            code=SERVER,
            name="Linden-Live",
            kind="live",
            timezone="Europe/Athens",
            agent_url=agent_url,
            actor=ACTOR,
            now=now(),
        )
    except servers.ServerKnown:
        (server_id,) = known_servers.active_server_ids()
        servers.move_agent(server_id=server_id, agent_url=agent_url, actor=ACTOR, now=now())
        return server_id
    return server.pk


def read_server(server_id: int) -> None:
    """Mirror the whole server before the first page is asked for."""
    for _pass in range(60):
        synced = sync.sync_server(server_id=server_id, now=now(), full=True)
        if synced.trouble:
            raise SystemExit(f"The MetaTrader server could not be read: {synced.trouble}")
        if synced.finished:
            return


def let_money_flow(entity_id: int, server_id: int) -> None:
    """How long things take on the simulated server, and a bank wire in its currencies."""
    terms = sending_terms.Terms(
        deadline_ms=5_000, transport_delay_ms=500, clock_skew_ms=500, visibility_lag_ms=500
    )
    sending_terms.set_sending_terms(server_id=server_id, terms=terms, actor=ACTOR, now=now())
    for currency in ("USD", "EUR", "JPY"):
        payment_methods.offer_method(
            legal_entity_id=entity_id,
            code="bank-wire",
            name="Bank wire",
            kind=MethodKind.BANK_WIRE,
            currency=currency,
            actor=ACTOR,
            now=now(),
        )


def tell_clients(server_id: int, place: clients.Place, owners: list[int]) -> None:
    """Register whoever the server's accounts name, and give them their accounts."""
    by_person = defaultdict(list)
    for account in list_unbound(server_id):
        by_person[account.email or account.name].append(account)
    for number, accounts in enumerate(by_person.values()):
        if number % 40 == 39:
            continue  # some accounts are nobody's yet: the back office has something to do
        owner_id = owners[number % len(owners)] if number % 5 else None
        person = described(accounts[0], SOURCES[number % len(SOURCES)])
        where = replace(place, owner_id=owner_id)
        client = clients.register_client(person=person, place=where, actor=ACTOR, now=now())
        for account in accounts:
            trading_accounts.bind_account(
                account_id=account.pk, client_id=client.pk, actor=ACTOR, now=now()
            )
        clients.change_status(
            client_id=client.pk,
            verb=LIVES[number % len(LIVES)],
            reason="As the broker knew them before",
            actor=ACTOR,
            now=now(),
        )


def described(account: "TradingAccount", source: str) -> clients.Person:
    """What MetaTrader knows of the person behind an account."""
    country, timezone = COUNTRIES.get(account.country, ("", ""))
    return clients.Person(
        full_name=account.name,
        email=account.email,
        phone=account.phone,
        country=country,
        city=account.city,
        timezone=timezone,
        source=source,
    )


def tell_leads(place: clients.Place) -> None:
    """People who asked, and have no account yet."""
    for name, country in LEADS:
        email = f"{name.lower().replace(' ', '.')}@example.com"
        person = clients.Person(full_name=name, email=email, country=country, source="website")
        clients.register_client(person=person, place=place, is_lead=True, actor=ACTOR, now=now())


def main(port: int, agent_url: str) -> None:
    """Tell the story as far as it is not told yet."""
    place = Place(port)
    staff = planned_staff(place)
    server_id = register_server(agent_url)
    if "staff" not in place.secrets():
        found(place, staff, server_id)
    place.remember({**place.secrets(), "told_agent": agent_url})


def found(place: Place, staff: list[dict[str, Any]], server_id: int) -> None:
    """Set the broker up, hire its staff, register its clients."""
    entity_id, brand_id = company()
    desk_ids = set_up_desks(entity_id)
    keys = {person["role"]: hire(person, desk_ids) for person in staff}
    read_server(server_id)
    servers.assign_groups(
        server_id=server_id, mask="*", legal_entity_id=entity_id, actor=ACTOR, now=now()
    )
    let_money_flow(entity_id, server_id)
    where = clients.Place(
        legal_entity_id=entity_id, brand_id=brand_id, desk_id=desk_ids["sales-north"]
    )
    tell_clients(server_id, where, [keys["sales_agent"], keys["retention"], keys["sales_manager"]])
    tell_leads(where)
    place.remember({**place.secrets(), "staff": staff})


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
