"""A client's KYC level: changed by two people, one who asks with the evidence and one who agrees.

The level opens and shuts what a client may do with money (reference/workflows.md 9.2), so neither
sales nor one person alone sets it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.approvals import terms
from backoffice.approvals.actions import askers, asking
from backoffice.approvals.queries import requests
from backoffice.approvals.terms import Kind, Payload, Wish, Words
from backoffice.core import outbox
from backoffice.core.actors import NOWHERE, Actor, Origin
from backoffice.core.errors import Conflict, Rejected
from backoffice.core.words import noop
from crm.actions import clients
from crm.events import KycLevelChanged
from crm.models import Client
from crm.permissions import DECIDE_KYC, EDIT_CLIENTS
from crm.queries import known
from crm.states import KYC_LEVELS

KIND = "crm.kyc_level"


class NothingToDo(Rejected):
    """The client has this level already, or there is no such level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KycWish:
    """Which level it is to be, and what was seen that says so. `key` makes it one."""

    key: UUID
    level: int
    reason: str


@transaction.atomic
def ask_for_level(
    *, client_id: int, wish: KycWish, actor: Actor, origin: Origin = NOWHERE, now: datetime
) -> int:
    """Ask for another KYC level of a client; return the request. It holds once another agreed.

    Raises NotAskable out of reach, NothingToDo; Conflict when the key was used for another level.
    """
    askers.require_reach(actor, EDIT_CLIENTS, Client.objects.filter(pk=client_id))
    client = Client.objects.get(pk=client_id)
    if wish.level not in KYC_LEVELS:
        raise NothingToDo(_("There is no such KYC level."))
    asked_before = requests.find_by_key(wish.key, KIND)
    if asked_before is not None:
        return _same(asked_before, client_id, wish.level)
    if client.kyc_level == wish.level:
        raise NothingToDo(_("The client has this KYC level already."))
    asked = Wish(
        key=wish.key,
        kind=KIND,
        subject=("client_kyc", client_id),
        payload={"client": client_id, "number": client.number, "level": wish.level},
        reason=wish.reason,
        client_id=client_id,
    )
    return asking.ask(wish=asked, actor=actor, origin=origin, now=now).pk


def carry_out(payload: Payload, *, request_id: int, actor: Actor, now: datetime) -> None:
    """Set the level that two people agreed on."""
    client = clients.locked(int(payload["client"]))
    before, client.kyc_level = client.kyc_level, int(payload["level"])
    client.save(update_fields=["kyc_level"])
    event = KycLevelChanged(client_id=client.pk, before=before, after=client.kyc_level)
    outbox.emit(event, actor=actor, subjects=[("client", client.pk)], now=now)


def facts(payload: Payload) -> Payload:
    """Return what a change hangs on: the level that it replaces."""
    client = known.get_client(int(payload["client"]))
    return {} if client is None else {"kyc_level_now": str(client.kyc_level)}


def describe(payload: Payload) -> Words:
    """Tell it in words: the level asked for, and that of now."""
    client = known.get_client(int(payload["client"]))
    name = client.full_name if client is not None else ""
    return [
        (_("Client"), f"{name} · {payload['number']}"),
        (_("KYC level"), str(payload["level"])),
        (_("KYC level now"), "—" if client is None else str(client.kyc_level)),
    ]


def _same(asked_before: tuple[int, dict[str, str]], client_id: int, level: int) -> int:
    number, payload = asked_before
    if (payload["client"], payload["level"]) != (str(client_id), str(level)):
        raise Conflict(_("This form was used for another request."))
    return number


def register() -> None:
    """Make the kind known."""
    terms.register(
        Kind(
            code=KIND,
            label=noop("Change of a client's KYC level"),
            asks=EDIT_CLIENTS,
            decides=DECIDE_KYC,
            sees=DECIDE_KYC,
            describe=describe,
            facts=facts,
            execute=carry_out,
            in_reach=known.requests_in_reach,
        )
    )
