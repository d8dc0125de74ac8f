"""Writes an event as canonical bytes, links its subjects, and lists one work row per reaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from django.db import connection

from backoffice.core import canonical, work
from backoffice.core.actors import Actor
from backoffice.core.errors import NoTransaction
from backoffice.core.events import Event
from backoffice.core.models import Work
from backoffice.core.outbox import bell


def emit(
    event: Event, *, actor: Actor, subjects: Sequence[tuple[str, int | str]], now: datetime
) -> int:
    """Tell an event as part of the caller's transaction, and return its number.

    `subjects` says whom it is about, for example `[("client", 5), ("account", 9)]`. Whoever reacts
    is rung for after the commit. NoTransaction when no transaction is open.
    """
    if not connection.in_atomic_block:
        raise NoTransaction("An event is written with the change it tells of: open a transaction")
    number = _append(_body(event, actor=actor, subjects=subjects, now=now))
    reactions = work.reactions_to(type(event))
    if reactions:
        Work.objects.bulk_create(
            Work(event_id=number, reaction=reaction, run_after=now) for reaction in reactions
        )
        bell.ring_after_commit()
    return number


def _body(
    event: Event, *, actor: Actor, subjects: Sequence[tuple[str, int | str]], now: datetime
) -> bytes:
    return canonical.encode(
        {
            "actor": str(actor),
            "at": now,
            "event": event.name,
            "fields": event.values(),
            "id": uuid4(),
            "subjects": sorted({(kind, str(key)) for kind, key in subjects}),
        }
    )


def _append(body: bytes) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT event_append(%s)", [body])
        (number,) = cursor.fetchone()
    return int(number)
