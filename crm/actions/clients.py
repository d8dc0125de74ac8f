"""A client's life: registered, updated, given to an owner, moved to another status."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from backoffice.core import locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Rejected
from backoffice.core.events import Event
from backoffice.identity.queries import people
from crm.calc import countries
from crm.events import ClientRegistered, ClientStatusChanged, ClientUpdated, OwnerAssigned
from crm.models import Client
from crm.models.client import NUMBER_SEQUENCE
from crm.states import CLIENT, SEGMENT_VERBS, ClientKind, ClientStatus

#: Changed by two people: `contacts`.
CONTACTS = ("email", "phone")
EDITABLE = (
    "full_name",
    "country",
    "city",
    "language",
    "timezone",
    "source",
    "tags",
    "kind",
)


class NotAnOwner(Rejected):
    """Only an active member of staff can own a client."""


class NotEditable(Rejected):
    """A field that has a verb of its own, or a value that it cannot take."""


class NumberTaken(Conflict):
    """Another client has this number."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """What is known of somebody when they are registered."""

    full_name: str
    email: str = ""
    phone: str = ""
    country: str = ""
    city: str = ""
    language: str = ""
    timezone: str = ""
    source: str = ""
    tags: tuple[str, ...] = ()
    kind: ClientKind = ClientKind.PERSON
    is_test: bool = False
    number: int | None = None  # None: the next free one; else as the broker counted before us


@dataclass(frozen=True, kw_only=True)
class Place:
    """Whose a client is: the legal entity always, the rest when it is known."""

    legal_entity_id: int
    brand_id: int | None = None
    owner_id: int | None = None
    desk_id: int | None = None


@transaction.atomic
def register_client(
    *, person: Person, place: Place, is_lead: bool = False, actor: Actor, now: datetime
) -> Client:
    """Make somebody known, as a client or as a lead. Empty figures are the database's own doing.

    Raises NotEditable for a value that a field cannot take, NotAnOwner, NumberTaken.
    """
    _check_owner(place.owner_id)
    client = _new_client(person, place, is_lead=is_lead, now=now)
    require_fit(client)
    client.save()
    if person.number is None:
        client.refresh_from_db(fields=["number"])
    else:
        _count_on_from(person.number)
    _tell(
        ClientRegistered(
            client_id=client.pk,
            number=client.number,
            status=client.status,
            legal_entity_id=place.legal_entity_id,
        ),
        client,
        actor=actor,
        now=now,
    )
    return client


@transaction.atomic
def update_client(
    *, client_id: int, changes: Mapping[str, object], actor: Actor, now: datetime
) -> Client:
    """Change a client's own data; NotEditable for other fields and for values that do not fit."""
    foreign = sorted(set(changes) - set(EDITABLE))
    if foreign:
        raise NotEditable(_("%(fields)s cannot be edited.") % {"fields": ", ".join(foreign)})
    client = locked(client_id)
    before = {name: getattr(client, name) for name in changes}
    for name, value in changes.items():
        setattr(client, name, _tidied(name, value))
    changed = [name for name in changes if getattr(client, name) != before[name]]
    if not changed:
        return client
    require_fit(client)
    client.save(update_fields=changed)
    told = ClientUpdated(client_id=client.pk, fields=", ".join(sorted(changed)))
    _tell(told, client, actor=actor, now=now)
    return client


@transaction.atomic
def assign_owner(
    *,
    client_id: int,
    owner_id: int | None,
    desk_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> Client:
    """Give a client to a member of staff and their desk, or to nobody; NotAnOwner otherwise.

    Without a desk the owner's own one takes the client over.
    """
    owner = _check_owner(owner_id)
    client = locked(client_id)
    before = client.owner_id
    client.owner_id = owner_id
    client.desk_id = desk_id if desk_id is not None else getattr(owner, "desk_id", None)
    client.save(update_fields=["owner_id", "desk_id"])
    told = OwnerAssigned(client_id=client.pk, before=before, after=owner_id, desk_id=client.desk_id)
    _tell(told, client, actor=actor, now=now)
    return client


@transaction.atomic
def change_status(*, client_id: int, verb: str, reason: str, actor: Actor, now: datetime) -> Client:
    """Move a client by one of the workflow's verbs; IllegalMove when it is not allowed here."""
    client = locked(client_id)
    before = client.status
    client.status = CLIENT.after(before, verb)
    if client.registered_at is None and client.status in (
        ClientStatus.REGISTERED,
        *SEGMENT_VERBS.values(),
    ):
        client.registered_at = now
    client.save(update_fields=["status", "registered_at"])
    told = ClientStatusChanged(
        client_id=client.pk, before=before, after=client.status, reason=reason
    )
    _tell(told, client, actor=actor, now=now)
    return client


def _new_client(person: Person, place: Place, *, is_lead: bool, now: datetime) -> Client:
    known = {name: _tidied(name, getattr(person, name)) for name in (*EDITABLE, *CONTACTS)}
    if person.number is not None:
        locks.advisory(f"crm.client.{person.number}", timeout_ms=2_000)
        if Client.objects.filter(number=person.number).exists():
            raise NumberTaken(
                _("There is a client %(number)s already.") % {"number": person.number}
            )
        known["number"] = person.number
    return Client(
        **known,
        legal_entity_id=place.legal_entity_id,
        brand_id=place.brand_id,
        owner_id=place.owner_id,
        desk_id=place.desk_id,
        status=ClientStatus.LEAD if is_lead else ClientStatus.REGISTERED,
        is_test=person.is_test,
        created_at=now,
        registered_at=None if is_lead else now,
    )


def _count_on_from(number: int) -> None:
    """Let the next free number lie beyond one that was given from outside."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT setval(%s, %s) FROM {NUMBER_SEQUENCE} WHERE last_value < %s",  # noqa: S608
            [NUMBER_SEQUENCE, number, number],
        )


def _tidied(name: str, value: object) -> object:
    match name, value:
        case "email", str():
            return value.strip().lower()
        case "country", str():
            return countries.iso_code(value) or value.strip().upper()
        case "tags", _:
            return list(dict.fromkeys(value))  # type: ignore[call-overload]  # a sequence of words
        case _, str():
            return value.strip()
    return value


def require_fit(client: Client) -> None:
    """Raise NotEditable when a field holds what it cannot take."""
    fixed = {field.name for field in Client._meta.concrete_fields} - {*EDITABLE, *CONTACTS}
    try:
        client.clean_fields(exclude=fixed)
    except ValidationError as error:
        raise NotEditable(" ".join(error.messages)) from error


def _check_owner(owner_id: int | None) -> object | None:
    if owner_id is None:
        return None
    owner = people.get_staff(owner_id)
    if owner is None:
        raise NotAnOwner(_("Only an active member of staff can own a client."))
    return owner


def locked(client_id: int) -> Client:
    """Return the client, its row locked."""
    return locks.rows(Client.objects.filter(pk=client_id)).get()


def _tell(event: Event, client: Client, *, actor: Actor, now: datetime) -> None:
    outbox.emit(event, actor=actor, subjects=[("client", client.pk)], now=now)
