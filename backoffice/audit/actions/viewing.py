"""Looks at a person's record are told, once a day for each reader and record."""

from datetime import datetime

from django.db import transaction

from backoffice.audit.events import RecordViewed
from backoffice.core import idempotency, outbox
from backoffice.core.actors import Actor


def record_view(*, kind: str, key: int | str, actor: Actor, now: datetime) -> None:
    """Tell that the actor opened the record, unless it was told today (in UTC) already."""
    mark = f"viewed:{actor}:{kind}:{key}:{now:%Y-%m-%d}"
    if idempotency.is_used(mark):
        return
    with transaction.atomic():
        if idempotency.once(mark):
            outbox.emit(
                RecordViewed(kind=kind, key=str(key)), actor=actor, subjects=[(kind, key)], now=now
            )
