"""Writes an event as canonical bytes, links its subjects, and lists one work row per reaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import connection

from backoffice.core import canonical, compiled, work
from backoffice.core.actors import Actor
from backoffice.core.errors import NoTransaction
from backoffice.core.events import Event
from backoffice.core.outbox import bell, sealing
from backoffice.core.runtime import origin

work.opens_by(sealing.opened)
LIST = """
INSERT INTO core_work (event_id, reaction, state, attempts, run_after, last_error)
SELECT told.id, reaction.name, 'WAITING', 0, %s, ''
FROM told, unnest(%s::text[]) WITH ORDINALITY AS reaction (name, place)
ORDER BY reaction.place
"""


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
    fields, words = sealing.of_words(event, subjects)
    reactions = work.reactions_to(type(event))
    told = _told(event, fields, actor=actor, subjects=subjects, now=now)
    body = canonical.encode(told | {"origin": whence} if whence else told)
    number = _append(body, (*sealed, *words), reactions, now)
    # A worker that tells it in the middle of its work looks at the list itself, right after.
    if reactions and not work.is_under_way():
        bell.ring_after_commit()
    return number


def _told(
    event: Event,
    fields: Mapping[str, object],
    *,
    actor: Actor,
    subjects: Sequence[tuple[str, int | str]],
    now: datetime,
) -> dict[str, object]:
    return {
        "actor": str(actor),
        "at": now,
        "event": event.name,
        "fields": fields,
        "id": uuid4(),
        "subjects": sorted({(kind, str(key)) for kind, key in subjects}),
    }


def _append(
    body: bytes, sealed: Sequence[sealing.Seal], reactions: Sequence[str], now: datetime
) -> int:
    """Write the event, what is sealed of it and the work it causes, in one statement."""
    keep = "".join("keep_sealed(%s, %s, %s, %s), " for _ in sealed)
    told = f"SELECT {keep}event_append(%s) AS id"
    values: list[Any] = [
        value for seal in sealed for value in (seal.kind, seal.key, seal.salt, seal.value)
    ]
    values.append(body)
    if reactions:
        told = f"WITH told AS ({told}), listed AS ({LIST}) SELECT id FROM told"  # noqa: S608
        values += [now, list(reactions)]
    (row,) = compiled.ask(told, values)
    return int(row[-1])
