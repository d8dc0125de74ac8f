"""The tree: a leaf for each event and each change, and the roots of full tiles of 256."""

from django.db import models
from django.db.models.functions import Now

from backoffice.core.growing import AppendOnlyModel

EVENT, CHANGE = 1, 2  # what a leaf is of


class Leaf(AppendOnlyModel):
    """An entry's place in the log: numbered from 0 without a gap, by the sequencer alone."""

    leaf_index = models.BigIntegerField(primary_key=True)
    source = models.SmallIntegerField()
    source_id = models.BigIntegerField()
    leaf_hash = models.BinaryField()
    sequenced_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "audit_leaf"
        constraints = [
            models.UniqueConstraint(fields=["source", "source_id"], name="audit_leaf_once"),
        ]

    def __str__(self) -> str:
        return f"leaf {self.leaf_index}"


class Tile(AppendOnlyModel):
    """The root over 256**level leaves from position * 256**level on."""

    pk = models.CompositePrimaryKey("level", "position")
    level = models.SmallIntegerField()
    position = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        db_table = "audit_tile"
