"""A client's e-mail address and phone: changed by two people, one who asks and one who agrees.

Whoever holds the address resets the passwords and reads the letters, so one hand alone never
changes it. Requests are kept for ever, so the contacts stand sealed in them and go with the client.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from backoffice.approvals import terms
from backoffice.approvals.actions import askers, asking
from backoffice.approvals.queries import requests
from backoffice.approvals.terms import Kind, Payload, Wish, Words
from backoffice.core import outbox
from backoffice.core.actors import NOWHERE, Actor, Origin
from backoffice.core.errors import Conflict, Rejected
from backoffice.core.outbox import sealing
from backoffice.core.words import noop
from crm.actions import clients
from crm.events import ClientUpdated
from crm.models import Client
from crm.permissions import DECIDE_CONTACTS, EDIT_CLIENTS
from crm.queries import known

KIND = "crm.contacts"
MARK_LENGTH = 12  # hex digits that people can compare


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
    askers.require_reach(actor, EDIT_CLIENTS, Client.objects.filter(pk=client_id))
    client = Client.objects.get(pk=client_id)
    was = {"email": client.email, "phone": client.phone}
    client.email, client.phone = wish.email.strip().lower(), wish.phone.strip()
    clients.require_fit(client)
    if was == {"email": client.email, "phone": client.phone}:
        raise NothingToDo(_("The client has this address and this phone already."))
    asked_before = requests.find_by_key(wish.key, KIND)
    if asked_before is not None:
        return _same(asked_before, client)
    payload = {
        "client": client_id,
        "number": client.number,
        "email": sealing.keep("client", client_id, client.email),
        "phone": sealing.keep("client", client_id, client.phone),
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
    wanted = sealing.opened(dict(payload))
    if sealing.ERASED in (wanted["email"], wanted["phone"]):
        raise Rejected(_("The person was forgotten meanwhile."))
    client.email, client.phone = wanted["email"], wanted["phone"]
    clients.require_fit(client)
    client.save(update_fields=["email", "phone"])
    event = ClientUpdated(client_id=client.pk, fields="email, phone")
    outbox.emit(event, actor=actor, subjects=[("client", client.pk)], now=now)


def facts(payload: Payload) -> Payload:
    """Return what a change hangs on: a mark of the contacts that it replaces."""
    found = known.get_client(int(payload["client"]))
    if found is None:
        return {}
    keyed = salted_hmac(KIND, f"{found.email}\n{found.phone}", algorithm="sha256")
    return {"contacts": keyed.hexdigest()[:MARK_LENGTH]}


def describe(payload: Payload) -> Words:
    """Tell it in words: the contacts asked for, and those of now."""
    client, wanted = known.get_client(int(payload["client"])), sealing.opened(dict(payload))
    name = client.full_name if client is not None else ""
    return [
        (_("Client"), f"{name} · {payload['number']}"),
        (_("E-mail"), wanted["email"] or "—"),
        (_("Phone"), wanted["phone"] or "—"),
        (_("E-mail now"), (client.email if client is not None else "") or "—"),
        (_("Phone now"), (client.phone if client is not None else "") or "—"),
    ]


def tell_facts(told: Payload) -> Words:
    """Tell by a mark whether the contacts that are replaced are still those of the request."""
    return [(_("Mark of the contacts"), str(mark)) for mark in told.values()]


def _same(asked_before: tuple[int, dict[str, str]], client: Client) -> int:
    number, payload = asked_before
    before = sealing.opened(payload)
    if (before["client"], before["email"], before["phone"]) != (
        str(client.pk), client.email, client.phone,
    ):  # fmt: skip
        raise Conflict(_("This form was used for another request."))
    return number


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
