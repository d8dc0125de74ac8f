"""Signed heads of the tree, what the witness says of them, and the keys that both sign with."""

from django.db import models
from django.db.models.functions import Now

from backoffice.core.growing import AppendOnlyModel

COSIGNED, REFUSED = "cosigned", "refused"


class Checkpoint(AppendOnlyModel):
    """A head of the tree, signed by the sequencer: a C2SP note."""

    id = models.BigAutoField(primary_key=True)
    size = models.BigIntegerField()
    root = models.BinaryField()
    note = models.TextField()
    signed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "audit_checkpoint"
        indexes = [models.Index(fields=["size"], name="audit_checkpoint_by_size")]

    def __str__(self) -> str:
        return f"checkpoint {self.size}"


class Witnessing(AppendOnlyModel):
    """What the witness said of a head: cosigned (with its signature), or refused and why."""

    id = models.BigAutoField(primary_key=True)
    witness = models.TextField()
    size = models.BigIntegerField()
    verdict = models.TextField()
    words = models.TextField(default="", blank=True)
    first_bad = models.BigIntegerField(null=True)
    signature = models.TextField(default="", blank=True)
    said_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "audit_witnessing"
        indexes = [models.Index(fields=["size"], name="audit_witnessing_by_size")]
        constraints = [
            models.CheckConstraint(
                name="audit_witnessing_verdict_known",
                condition=models.Q(verdict__in=["cosigned", "refused"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.witness} {self.verdict} {self.size}"


class PublicKey(AppendOnlyModel):
    """A public key that signs heads; its fingerprint is the SHA-256 of its 32 bytes."""

    fingerprint = models.TextField(primary_key=True)
    kind = models.TextField()
    name = models.TextField()
    public = models.BinaryField()
    announced_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "audit_key"
        constraints = [
            models.CheckConstraint(
                name="audit_key_kind_known", condition=models.Q(kind__in=["log", "witness"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name} {self.fingerprint[:16]}"
