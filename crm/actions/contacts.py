"""A client's e-mail address and phone: changed by two people, one who asks and one who agrees.

Whoever holds the address resets the passwords and reads the letters, so one hand alone never
changes it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.approvals import terms
from backoffice.approvals.actions import asking, refusals
from backoffice.approvals.terms import Kind, Payload, Wish, Words
from backoffice.core import outbox
from backoffice.core.actors import NOWHERE, Actor, Origin
from backoffice.core.errors import Rejected
from backoffice.core.words import noop
from backoffice.identity.queries import people
from crm.actions import clients
from crm.events import ClientUpdated
from crm.models import Client
from crm.permissions import DECIDE_CONTACTS, EDIT_CLIENTS
from crm.queries import known

KIND = "crm.contacts"


class NothingToDo(Rejected):
    """The client has this address and this phone already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactWish:
    """What the address and the phone are to be, and why. `key` makes it one."""

    key: UUID
    email: str
    phone: str
    reason: str


@transaction.atomic
def ask_for_contacts(
    *,
    client_id: int,
    wish: ContactWish,
    actor: Actor,
    origin: Origin = NOWHERE,
    now: datetime,
) -> int:
    """Ask for other contacts of a client; return the request. They hold once another agreed.

    Raises NotAskable out of reach, NotEditable for what is no address, NothingToDo.
    """
    user = people.get_staff(int(actor.key)) if actor.kind == "staff" else None
    client = known.get_client(client_id)
    if user is None or client is None or not known.is_in_reach(user, EDIT_CLIENTS, client_id):
        raise refusals.NotAskable(_("You may not ask for this."))
    was = {"email": client.email, "phone": client.phone}
    client.email, client.phone = wish.email.strip().lower(), wish.phone.strip()
    clients.require_fit(client)
    if was == {"email": client.email, "phone": client.phone}:
        raise NothingToDo(_("The client has this address and this phone already."))
    payload = {
        "client": client_id,
        "number": client.number,
        "name": client.full_name,
        "email": client.email,
        "phone": client.phone,
    }
    asked = Wish(
        key=wish.key,
        kind=KIND,
        subject=("client_contacts", client_id),
        payload=payload,
        reason=wish.reason,
        client_id=client_id,
    )
    return asking.ask(wish=asked, actor=actor, origin=origin, now=now).pk


def carry_out(payload: Payload, *, request_id: int, actor: Actor, now: datetime) -> None:
    """Write what two people agreed on."""
    client = clients.locked(int(payload["client"]))
    client.email, client.phone = payload["email"], payload["phone"]
    clients.require_fit(client)
    client.save(update_fields=["email", "phone"])
    event = ClientUpdated(client_id=client.pk, fields="email, phone")
    outbox.emit(event, actor=actor, subjects=[("client", client.pk)], now=now)


def facts(payload: Payload) -> Payload:
    """Return what a change hangs on: the contacts that it replaces."""
    found = Client.objects.filter(pk=int(payload["client"])).values("email", "phone").first()
    return found or {}


def describe(payload: Payload) -> Words:
    """Tell it in words."""
    return [
        (_("Client"), f"{payload['name']} · {payload['number']}"),
        (_("E-mail"), payload["email"] or "—"),
        (_("Phone"), payload["phone"] or "—"),
    ]


def tell_facts(told: Payload) -> Words:
    """Tell the contacts that are replaced."""
    words = {"email": _("E-mail so far"), "phone": _("Phone so far")}
    return [(words[name], str(told[name] or "—")) for name in words if name in told]


def register() -> None:
    """Make the kind known."""
    terms.register(
        Kind(
            code=KIND,
            label=noop("Change of a client's e-mail or phone"),
            asks=EDIT_CLIENTS,
            decides=DECIDE_CONTACTS,
            sees=DECIDE_CONTACTS,
            describe=describe,
            facts=facts,
            tell_facts=tell_facts,
            execute=carry_out,
            in_reach=known.requests_in_reach,
        )
    )
