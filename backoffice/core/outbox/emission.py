"""Writes an event as canonical bytes, links its subjects, and lists one work row per reaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from django.db import connection

from backoffice.core import canonical, work
from backoffice.core.actors import Actor
from backoffice.core.errors import NoTransaction
from backoffice.core.events import Event
from backoffice.core.models import Work
from backoffice.core.outbox import bell, sealing
from backoffice.core.runtime import origin


def emit(
    event: Event, *, actor: Actor, subjects: Sequence[tuple[str, int | str]], now: datetime
) -> int:
    """Tell an event as part of the caller's transaction, and return its number.

    `subjects` says whom it is about, for example `[("client", 5), ("account", 9)]`. Whoever reacts
    is rung for after the commit. NoTransaction when no transaction is open.
    """
    if not connection.in_atomic_block:
        raise NoTransaction("An event is written with the change it tells of: open a transaction")
    whence, sealed = sealing.of_origin(origin.current(), actor)
    number = _append(_body(event, actor=actor, subjects=subjects, now=now, whence=whence), sealed)
    reactions = work.reactions_to(type(event))
    if reactions:
        Work.objects.bulk_create(
            Work(event_id=number, reaction=reaction, run_after=now) for reaction in reactions
        )
        bell.ring_after_commit()
    return number


def _body(
    event: Event,
    *,
    actor: Actor,
    subjects: Sequence[tuple[str, int | str]],
    now: datetime,
    whence: Mapping[str, str],
) -> bytes:
    told: dict[str, object] = {
        "actor": str(actor),
        "at": now,
        "event": event.name,
        "fields": event.values(),
        "id": uuid4(),
        "subjects": sorted({(kind, str(key)) for kind, key in subjects}),
    }
    if whence:
        told["origin"] = whence
    return canonical.encode(told)


def _append(body: bytes, sealed: Sequence[sealing.Seal]) -> int:
    """Write the event, and with it what is sealed of it, in one statement."""
    keep = "".join("keep_sealed(%s, %s, %s, %s), " for _ in sealed)
    values = [value for seal in sealed for value in (seal.kind, seal.key, seal.salt, seal.value)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {keep}event_append(%s)", [*values, body])
        row = cursor.fetchone()
    return int(row[-1])
