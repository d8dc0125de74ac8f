"""A list that leaves the house as a file is told of in the log: which, how much, by whom."""

from datetime import datetime

from django.db import transaction

from backoffice.core import outbox
from backoffice.core.actors import Actor
from trading.events import ListTaken


@transaction.atomic
def note_export(*, name: str, rows: int, narrowed: str, actor: Actor, now: datetime) -> None:
    """Note that somebody took a list; `narrowed` names the filters that were in force."""
    event = ListTaken(what=name, rows=rows, narrowed=narrowed)
    outbox.emit(event, actor=actor, subjects=[], now=now)
