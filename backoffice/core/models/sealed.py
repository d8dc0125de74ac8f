"""Personal values that the log proves without holding them."""

from django.db import models

from backoffice.core.growing import AppendOnlyModel


class SealedValue(AppendOnlyModel):
    """A value and its salt, until the person is erased; the log holds only their digest."""

    digest = models.BinaryField(primary_key=True)
    kind = models.TextField()
    key = models.TextField()
    salt = models.BinaryField()
    value = models.TextField()

    class Meta:
        db_table = "core_sealed"
        indexes = [models.Index(fields=["kind", "key"], name="core_sealed_by_subject")]

    def __str__(self) -> str:
        return f"sealed of {self.kind} {self.key}"
