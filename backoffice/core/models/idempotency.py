"""Keys that are used up: one key, one effect."""

from django.db import models
from django.db.models.functions import Now


class IdempotencyKey(models.Model):
    """A key that has had its effect; it was written in the effect's own transaction."""

    key = models.TextField(primary_key=True)
    used_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "core_idempotency_key"
        indexes = [models.Index(fields=["used_at"], name="core_idempotency_by_age")]

    def __str__(self) -> str:
        return self.key
