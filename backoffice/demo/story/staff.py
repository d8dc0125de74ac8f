"""The broker's house and its staff: entity, brand, desks, people with their second factor."""

import base64
import contextlib
import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.actions import payment_methods
from accounts.states import MethodKind
from backoffice.company.actions.entities import add_brand, found_entity
from backoffice.company.queries import entities
from backoffice.core.actors import Actor
from backoffice.core.clock import now
from backoffice.core.errors import Conflict
from backoffice.demo.places import Place
from backoffice.demo.processes import PROVIDER
from backoffice.identity.actions import desks, people, roles, two_factor
from backoffice.identity.queries import people as known
from backoffice.identity.queries import roles as known_roles

ACTOR = Actor.system("demo")
# role, name, desk: whose sign-ins are printed, one a role
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
# their colleagues: they work, and nobody signs in as them
COLLEAGUES = [
    ("sales_agent", "Nadia Ferrant", "sales-north"),
    ("sales_agent", "Oscar Bergius", "sales-south"),
    ("sales_agent", "Yara Costa", "sales-south"),
    ("retention", "Lea Morand", "sales-south"),
    ("back_office", "Felix Amsel", "office"),
    ("finance", "Ruth Okafor", "office"),
]
DESKS = [
    ("sales", "Sales", ""),
    ("sales-north", "Sales north", "sales"),
    ("sales-south", "Sales south", "sales"),
    ("office", "Back office", ""),
    ("dealing", "Dealing", ""),
]
# none of the house's own names, which a password may not be made of
WORDS = [
    "amber", "birch", "cedar", "coral", "delta", "ember", "fjord", "grove", "heron", "ivory",
    "juniper", "kestrel", "lichen", "maple", "north", "opal", "pine", "quartz", "river", "stone",
    "tundra", "umber", "violet", "willow",
]  # fmt: skip
CURRENCIES = ("USD", "EUR", "JPY")


def password(email: str, name: str) -> str:
    """Three words and a number: easy to type, hard to guess, and lawful for this person.

    Some words share too many letters with somebody's address: then others are drawn.
    """
    person = get_user_model()(email=email, full_name=name)
    while True:
        words = [secrets.choice(WORDS) for _number in range(3)]
        drawn = "-".join([*words, str(10 + secrets.randbelow(90))])
        with contextlib.suppress(ValidationError):
            validate_password(drawn, person)
            return drawn


def planned_staff(place: Place) -> list[dict[str, Any]]:
    """Whose sign-in is printed, with password and secret; written down before they are made."""
    facts = place.secrets()
    if "planned" not in facts:
        facts["planned"] = [
            {
                "role": role,
                "name": name,
                "desk": desk,
                "email": role_address(role),
                "password": password(role_address(role), name),
                "totp_key": base64.b32encode(secrets.token_bytes(20)).decode(),
            }
            for role, name, desk in STAFF
        ]
        place.remember(facts)
    return list(facts["planned"])


def role_address(role: str) -> str:
    """The e-mail address of whoever signs in for a role."""
    return f"{role.replace('_', '.')}@linden.example"


def colleagues() -> list[dict[str, Any]]:
    """The rest of the staff: without password and second factor nobody comes in as them."""
    return [
        {"role": role, "name": name, "desk": desk, "email": address_of(name)}
        for role, name, desk in COLLEAGUES
    ]


def address_of(name: str) -> str:
    """A colleague's e-mail address."""
    return f"{name.lower().replace(' ', '.')}@linden.example"


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
    """One member of staff, with a role and, for whoever signs in, a second factor; the key."""
    user = known.find_staff(person["email"]) or people.create_staff(
        email=person["email"],
        full_name=person["name"],
        password=person.get("password"),
        desk_id=desk_ids.get(person["desk"]),
        actor=ACTOR,
        now=now(),
    )
    with contextlib.suppress(Conflict):  # done at an earlier start
        roles.grant_role(user_id=user.pk, role=person["role"], actor=ACTOR, now=now())
    if "totp_key" in person:
        secret = base64.b32decode(person["totp_key"]).hex()
        with contextlib.suppress(Conflict):
            two_factor.enrol_secret(user_id=user.pk, secret=secret, actor=ACTOR, now=now())
    return user.pk


def offer_wires(entity_id: int) -> None:
    """A bank wire in each currency that accounts are kept in; those that stand are left alone."""
    for currency in CURRENCIES:
        with contextlib.suppress(payment_methods.MethodKnown):
            payment_methods.offer_method(
                legal_entity_id=entity_id,
                code="bank-wire",
                name="Bank wire",
                kind=MethodKind.BANK_WIRE,
                currency=currency,
                actor=ACTOR,
                now=now(),
            )


def offer_cards(entity_id: int) -> None:
    """A card in each currency, through the simulated provider; those that stand are left alone."""
    for currency in CURRENCIES:
        with contextlib.suppress(payment_methods.MethodKnown):
            method = payment_methods.offer_method(
                legal_entity_id=entity_id,
                code="card",
                name="Card",
                kind=MethodKind.CARD,
                currency=currency,
                actor=ACTOR,
                now=now(),
            )
            payment_methods.take_deposits_by(
                method_id=method.pk, provider=PROVIDER, actor=ACTOR, now=now()
            )
