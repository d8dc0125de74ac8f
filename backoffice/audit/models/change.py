"""A change of a row, whoever made it and however: written by a trigger at the commit."""

import json
from typing import Any

from django.db import models

from backoffice.core.access import Scope
from backoffice.core.growing import AppendOnlyModel


class Change(AppendOnlyModel):
    """One insert, update or delete of a watched table, with what was before and after.

    The body is an entry of the log (canonical JSON); `transaction` joins it with the event beside.
    """

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField()
    table_name = models.TextField()
    row_key = models.TextField()
    verb = models.TextField()
    actor = models.TextField()
    address = models.TextField(default="", db_default="")
    recorded_at = models.DateTimeField()
    transaction = models.BigIntegerField()
    body = models.BinaryField()

    #: A change knows no owner, desk or entity: only a reach over everything sees any.
    scope = Scope()

    class Meta:
        db_table = "audit_change"
        indexes = [
            models.Index(
                "table_name", "row_key", models.F("id").desc(), name="audit_change_by_row"
            ),
            models.Index("actor", models.F("id").desc(), name="audit_change_by_actor"),
            models.Index(fields=["transaction"], name="audit_change_by_act"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.table_name} {self.row_key}"

    def told(self) -> dict[str, Any]:
        """Return what the bytes say: actor, before, after, change, table, row, at, origin."""
        told: dict[str, Any] = json.loads(bytes(self.body))
        return told
