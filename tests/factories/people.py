"""Legal entities, desks, staff, signed-in browsers, clients: made by the product's own actions."""

import itertools
from datetime import UTC, datetime
from typing import Any

from django.test import Client as Browser
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from backoffice.company.models import LegalEntity
from backoffice.core.actors import Actor
from backoffice.identity.actions import desks, people, roles, two_factor
from backoffice.identity.models import Desk, User
from backoffice.identity.pages.entry import BACKEND, PROVED, SEEN, SINCE
from crm.actions import clients
from crm.models import Client

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SETUP = Actor.system("setup")
PASSWORD = "a long horse battery"
_count = itertools.count(1)


def a_legal_entity(code: str = "", **values: Any) -> LegalEntity:
    """Return a legal entity that reports in dollars unless told otherwise."""
    code = code or f"entity-{next(_count)}"
    plain = {"name": code.title(), "jurisdiction": "CY", "reporting_currency": "USD"}
    return LegalEntity.objects.create(code=code, **(plain | values))


def a_desk(entity: LegalEntity, code: str = "sales", parent: Desk | None = None) -> Desk:
    """Return a desk of the legal entity."""
    return desks.create_desk(
        legal_entity_id=entity.pk,
        code=code,
        name=code.title(),
        parent_id=parent.pk if parent else None,
        actor=SETUP,
        now=NOW,
    )


def a_staff_user(
    role: str | None = None,
    *,
    desk: Desk | None = None,
    entity: LegalEntity | None = None,
    name: str = "",
    **changes: Any,
) -> User:
    """Return a member of staff with PASSWORD, holding one role (in one legal entity, if named)."""
    name = name or f"Person {next(_count)}"
    user = people.create_staff(
        email=f"{name.lower().replace(' ', '.')}@house.example",
        full_name=name,
        password=PASSWORD,
        desk_id=desk.pk if desk else None,
        actor=SETUP,
        now=NOW,
    )
    if changes:
        User.objects.filter(pk=user.pk).update(**changes)
    if role:
        roles.grant_role(
            user_id=user.pk,
            role=role,
            legal_entity_id=entity.pk if entity else None,
            actor=SETUP,
            now=NOW,
        )
    return User.objects.select_related("desk").get(pk=user.pk)


def a_device(user: User) -> TOTPDevice:
    """Return the user's second factor, enrolled."""
    secret = f"{next(_count):040x}"
    return two_factor.enrol_secret(user_id=user.pk, secret=secret, actor=user.actor, now=NOW)


def code_of(device: TOTPDevice, at: datetime) -> str:
    """Return the code that the authenticator shows at this moment."""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    totp.time = at.timestamp()
    return f"{totp.token():06d}"


def a_browser(user: User, *, at: datetime | None = None) -> Browser:
    """Return a browser in which the user passed both factors just now."""
    at = at or datetime.now(UTC)
    device = TOTPDevice.objects.filter(user=user).first() or a_device(user)
    browser = Browser()
    browser.force_login(user, backend=BACKEND)
    session = browser.session
    session["otp_device_id"] = device.persistent_id
    session[SINCE] = session[SEEN] = session[PROVED] = int(at.timestamp())
    session.save()
    return browser


def a_client(
    name: str = "",
    *,
    entity: LegalEntity | None = None,
    owner: User | None = None,
    desk: Desk | None = None,
    is_lead: bool = False,
    now: datetime = NOW,
    **person: Any,
) -> Client:
    """Return a client of the legal entity (a new one, if none is named)."""
    number = next(_count)
    entity = entity or a_legal_entity()
    return clients.register_client(
        person=clients.Person(full_name=name or f"Client {number}", **person),
        place=clients.Place(
            legal_entity_id=entity.pk,
            owner_id=owner.pk if owner else None,
            desk_id=desk.pk if desk else None,
        ),
        is_lead=is_lead,
        actor=SETUP,
        now=now,
    )
