"""What happened, append-only: Python refuses a change, and the database refuses it again."""

import json
from typing import Any

from django.db import models

from backoffice.core.access import Scope
from backoffice.core.growing import AppendOnlyModel


class EventRecord(AppendOnlyModel):
    """One event as its exact canonical bytes; the other columns are read out of them by SQL."""

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True)
    name = models.TextField()
    actor = models.TextField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    body = models.BinaryField()
    address = models.TextField(default="", db_default="")
    transaction = models.BigIntegerField(default=0, db_default=0)

    #: An event knows no owner, desk or entity: only a reach over everything sees any.
    scope = Scope()

    class Meta:
        db_table = "core_event"
        indexes = [
            models.Index("name", models.F("id").desc(), name="core_event_by_name"),
            models.Index("actor", models.F("id").desc(), name="core_event_by_actor"),
            models.Index(
                "address",
                models.F("id").desc(),
                name="core_event_by_address",
                condition=~models.Q(address=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"

    def told(self) -> dict[str, Any]:
        """Return what the bytes say: event, actor, at, id, fields, subjects, perhaps origin."""
        told: dict[str, Any] = json.loads(bytes(self.body))
        return told


class EventSubject(AppendOnlyModel):
    """Whom an event is about, so that a timeline is one indexed query (the key, read backward)."""

    pk = models.CompositePrimaryKey("kind", "key", "event_id")
    kind = models.TextField()
    key = models.TextField()
    event = models.ForeignKey(EventRecord, on_delete=models.PROTECT, related_name="subjects")

    class Meta:
        db_table = "core_event_subject"
