"""Recomputing the log piece by piece, from the entries' own bytes to the newest signed head."""

from dataclasses import dataclass
from itertools import pairwise

from django.db import connection

from backoffice.audit.calc.tree import TILE
from backoffice.audit.calc.verify_bundle import Key, Note, root_of
from backoffice.audit.log.sequencer import Hole, read, tree_of
from backoffice.audit.models import Checkpoint, Leaf, PublicKey, Tile, Witnessing
from backoffice.audit.models.head import COSIGNED

PIECE = 128 * TILE  # entries of one step; whole tiles
HEADS = 50  # of the newest heads the roots are recomputed, of the newest the signatures too

OTHER = """
SELECT min(leaf.leaf_index)
FROM audit_leaf AS leaf
LEFT JOIN core_event AS event ON leaf.source = 1 AND event.id = leaf.source_id
LEFT JOIN audit_change AS change ON leaf.source = 2 AND change.id = leaf.source_id
WHERE leaf.leaf_index >= %s AND leaf.leaf_index < %s
  AND sha256('\\x00'::bytea || coalesce(event.body, change.body)) IS DISTINCT FROM leaf.leaf_hash
"""


@dataclass(frozen=True)
class Finding:
    """The first entry that is not what was written there, and what is wrong, in plain words."""

    index: int
    words: str


def size() -> int:
    """Return how many entries are numbered."""
    newest = Leaf.objects.order_by("-leaf_index").first()
    return newest.leaf_index + 1 if newest else 0


def check_piece(first: int, end: int) -> Finding | None:
    """Compare the entries from `first` to before `end` with their leaves, and these with tiles."""
    numbers = Leaf.objects.filter(leaf_index__gte=first, leaf_index__lt=end)
    found = list(numbers.order_by("leaf_index").values_list("leaf_index", flat=True))
    if len(found) != end - first:
        gaps = (one + 1 for one, other in pairwise([first - 1, *found, end]) if other != one + 1)
        index = next(gaps)
        return Finding(index, f"entry {index} is missing")
    with connection.cursor() as cursor:
        cursor.execute(OTHER, [first, end])
        (index,) = cursor.fetchone()
    if index is not None:
        return Finding(index, f"entry {index} is not the one that was written there")
    return _tiles(first, end)


def _tiles(first: int, end: int) -> Finding | None:
    session = _session()
    places = range(first // TILE, end // TILE)
    tiles = Tile.objects.filter(level=1, position__gte=places.start, position__lt=places.stop)
    kept = {tile.position: bytes(tile.hash) for tile in tiles}
    for place in places:
        if kept.get(place) != root_of(read(session, 0, place * TILE, TILE)):
            return Finding(place * TILE, f"the leaves from {place * TILE} on are not those of old")
    return None


def check_heads() -> Finding | None:
    """Compare the newest signed heads with the tree, and check the newest one's signatures."""
    tree, heads = tree_of(_session()), list(Checkpoint.objects.order_by("-size", "-id")[:HEADS])
    try:
        for head in reversed(heads):
            if tree.root(head.size) != bytes(head.root):
                return Finding(0, f"the tree does not lead to the head of {head.size} entries")
    except Hole as hole:
        return Finding(0, str(hole))
    return _signatures(heads[0]) if heads else None


def _signatures(head: Checkpoint) -> Finding | None:
    note = Note.read(head.note.encode())
    keys = [Key(row.kind, row.name.encode(), bytes(row.public)) for row in PublicKey.objects.all()]
    word = Witnessing.objects.filter(verdict=COSIGNED, size=head.size).order_by("-id").first()
    if (note.size, note.root) != (head.size, bytes(head.root)):
        return Finding(0, f"the note of head {head.size} tells another head")
    lines = head.note + (word.signature if word else "")
    for name, number, signature in Note.read(lines.encode()).signatures:
        signing = [key for key in keys if (key.name, key.number) == (name, number)]
        if not any(key.signs(note.text, signature) for key in signing):
            return Finding(0, f"a signature under head {head.size} is wrong")
    return None


def _session():
    connection.ensure_connection()
    return connection.connection
