"""One client's life, told from the events about them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from backoffice.core import records
from backoffice.core.actors import Actor
from backoffice.identity.queries import people
from crm.models import Client
from crm.permissions import SEE_LOOKS
from crm.queries.clients import get_client_for

PAGE = 50
LOOKED = "audit.record.viewed"


@dataclass(frozen=True)
class Line:
    """One event as the timeline shows it. `number` is the place to go on from."""

    number: int
    name: str
    at: datetime
    who: str
    sentence: str


def list_timeline_for(
    user: Any, client_id: int, *, before: int | None = None, limit: int = PAGE
) -> list[Line]:
    """Return what happened to a client in reach, newest first; Http404 when out of reach."""
    client = get_client_for(user, client_id)
    return list_timeline_of(user, client, before=before, limit=limit)


def list_timeline_of(
    user: Any, client: Client, *, before: int | None = None, limit: int = PAGE
) -> list[Line]:
    """Return the same of a client that was found in reach a moment ago.

    Who looked at the client is told to those who may see looks: the others read what happened.
    """
    but = "" if user.may(str(SEE_LOOKS)) else LOOKED
    views = records.for_subject("client", client.pk, before=before, limit=limit, but=but)
    names = people.names_of(set().union(*(view.person_ids for view in views)))
    return [_line(view, names, client) for view in views]


def _line(view: records.EventView, names: dict[int, str], client: Client) -> Line:
    who = _name(view.actor, names)
    told = view.told_by(who, names, words=_in_words(view, client))
    return Line(number=view.number, name=view.name, at=view.at, who=who, sentence=told)


def _name(actor: Actor, names: dict[int, str]) -> str:
    if _is_person(actor):
        return names.get(int(actor.key), str(actor))
    return _("The system (%(part)s)") % {"part": actor.key}


def _in_words(view: records.EventView, client: Client) -> dict[str, str]:
    """Return what people read instead of keys: this client by the number that pages show."""
    if view.name == LOOKED and view.fields.get("kind") == "client":
        return {"key": f"#{client.number}"}
    return {}


def _is_person(actor: Actor) -> bool:
    return actor.kind != "system"
