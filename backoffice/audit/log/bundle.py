"""A copy for an auditor: entries, hashes, heads, proofs and keys, in the files of the verifier."""

import base64
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from django.db import connection
from psycopg import Connection

from backoffice.audit.calc import verify_bundle
from backoffice.audit.calc.verify_bundle import Note, Report
from backoffice.audit.log.sequencer import tree_of
from backoffice.audit.models import Checkpoint, PublicKey, Witnessing
from backoffice.audit.models.head import COSIGNED

AT_ONCE = 5000
SIGNED_AT_MOST = 64  # each signature is checked by plain arithmetic, some milliseconds long
ENTRIES = """
SELECT leaf.leaf_hash, coalesce(event.body, change.body)
FROM audit_leaf AS leaf
LEFT JOIN core_event AS event ON leaf.source = 1 AND event.id = leaf.source_id
LEFT JOIN audit_change AS change ON leaf.source = 2 AND change.id = leaf.source_id
WHERE leaf.leaf_index >= %s AND leaf.leaf_index < %s ORDER BY leaf.leaf_index
"""


class NothingSigned(RuntimeError):
    """There is no signed head yet, so there is nothing that a copy could prove."""


@dataclass(frozen=True)
class Head:
    """A signed head with the witness's lines under it."""

    size: int
    note: str


def write(folder: Path) -> Report:
    """Write a bundle into `folder/bundle`, the verifier beside it, and return what it finds.

    FileExistsError when there is something already; NothingSigned when there is no head. A copy of
    a broken log is written all the same: it is the evidence.
    """
    heads = _heads()
    if not heads:
        raise NothingSigned("Nothing is signed yet: start the sequencer, or wait ten seconds.")
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / "bundle.half"
    shutil.rmtree(half, ignore_errors=True)
    if (folder / "bundle").exists():
        raise FileExistsError(f"{folder / 'bundle'} is there already: name another folder.")
    half.mkdir()
    _entries(half, heads[-1].size)
    _texts(half, heads)
    half.replace(folder / "bundle")
    shutil.copyfile(verify_bundle.__file__, folder / "verify_bundle.py")
    return verify_bundle.verify(lambda name: (folder / "bundle" / name).open("rb"))


def _heads() -> list[Head]:
    """Return the newest head that is witnessed (signed, where no witness ever spoke) and others.

    They stand evenly before it, at most SIGNED_AT_MOST, with the witness's lines under them.
    """
    cosigned = Witnessing.objects.filter(verdict=COSIGNED)
    newest = cosigned.order_by("-size").values_list("size", flat=True).first()
    rows = Checkpoint.objects.order_by("size", "id")
    if newest is not None:
        rows = rows.filter(size__lte=newest)
    sizes = sorted(set(rows.values_list("size", flat=True)))
    chosen = sizes[::-1][:: max(1, -(-len(sizes) // SIGNED_AT_MOST))][::-1]
    words = {word.size: word.signature for word in cosigned.filter(size__in=chosen).order_by("id")}
    signed = {row.size: row for row in rows.filter(size__in=chosen)}
    return [Head(size, signed[size].note + words.get(size, "")) for size in chosen]


def _entries(folder: Path, size: int) -> None:
    with (
        (folder / "entries.jsonl").open("wb") as entries,
        (folder / "leaves.bin").open("wb") as leaves,
        connection.cursor() as cursor,
    ):
        for first in range(0, size, AT_ONCE):
            cursor.execute(ENTRIES, [first, min(first + AT_ONCE, size)])
            for leaf, body in cursor.fetchall():
                leaves.write(bytes(leaf))
                entries.write(bytes(body or b"") + b"\n")


def _texts(folder: Path, heads: Sequence[Head]) -> None:
    roots = Checkpoint.objects.filter(size__lte=heads[-1].size).order_by("size", "id")
    by_size = {row.size: bytes(row.root) for row in roots}
    lines = [f"{size} {_plain(root)}\n" for size, root in by_size.items()]
    (folder / "roots.txt").write_text("".join(lines))
    (folder / "checkpoints.txt").write_text("".join(f"{head.note}\n" for head in heads))
    (folder / "proofs.txt").write_text("".join(_proofs(heads)))
    (folder / "keys.txt").write_text("".join(_keys(heads)))


def _proofs(heads: Sequence[Head]) -> Iterator[str]:
    connection.ensure_connection()
    session: Connection = connection.connection
    tree = tree_of(session)
    for earlier, later in pairwise(heads):
        if earlier.size:
            steps = ",".join(map(_plain, tree.consistency(earlier.size, later.size)))
            yield f"consistency {earlier.size} {later.size} {steps}\n"


def _keys(heads: Sequence[Head]) -> Iterator[str]:
    used = {
        (name.decode(), number)
        for head in heads
        for name, number, _ in Note.read(head.note.encode()).signatures
    }
    for row in PublicKey.objects.order_by("kind", "announced_at", "fingerprint"):
        key = verify_bundle.Key(row.kind, row.name.encode(), bytes(row.public))
        if (row.name, key.number) in used:
            yield f"{row.kind} {row.name} {_plain(key.public)}\n"


def _plain(data: bytes) -> str:
    return base64.b64encode(data).decode()
