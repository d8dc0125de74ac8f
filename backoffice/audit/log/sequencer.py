"""The one writer of the tree: committed entries become numbered leaves, without a gap.

What is committed is found by what has no leaf yet, above a floor, and never by "greater than the
last number": numbers become visible out of order. The floor rises to a number once every
transaction that could hold it, or a smaller one, has ended. At a start it is 0, so that everything
is looked through once.
"""

from dataclasses import dataclass, field

from psycopg import Connection

from backoffice.audit.calc.tree import TILE, Tree
from backoffice.audit.calc.verify_bundle import root_of

AT_ONCE = 5000  # of each source
LOCK = 0x6D743462  # "mt4b": one sequencer at a time

# Numbers first, then the snapshot: who has drawn a number has drawn its transaction's before
# (event_append, and triggers run in transactions that have written), so it stands in the snapshot.
HEADS = """
SELECT (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM core_event_id_seq),
       (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM audit_change_id_seq)
"""
SNAPSHOT = """
SELECT pg_snapshot_xmin(now_seen)::text::bigint, pg_snapshot_xmax(now_seen)::text::bigint
FROM pg_current_snapshot() AS now_seen
"""
SEQUENCE = """
INSERT INTO audit_leaf (leaf_index, source, source_id, leaf_hash)
SELECT (SELECT coalesce(max(leaf_index) + 1, 0) FROM audit_leaf)
       + row_number() OVER (ORDER BY recorded_at, source, id) - 1,
       source, id, sha256('\\x00'::bytea || body)
FROM (
    (SELECT 1 AS source, id, recorded_at, body FROM core_event AS entry
     WHERE id > %(events)s AND NOT EXISTS (
        SELECT FROM audit_leaf WHERE source = 1 AND source_id = entry.id)
     ORDER BY id LIMIT %(at_once)s)
    UNION ALL
    (SELECT 2, id, recorded_at, body FROM audit_change AS entry
     WHERE id > %(changes)s AND NOT EXISTS (
        SELECT FROM audit_leaf WHERE source = 2 AND source_id = entry.id)
     ORDER BY id LIMIT %(at_once)s)
) AS fresh
"""
LEAVES = """
SELECT leaf_hash FROM audit_leaf WHERE leaf_index >= %s AND leaf_index < %s ORDER BY leaf_index
"""
TILES = """
SELECT hash FROM audit_tile WHERE level = %s AND position >= %s AND position < %s ORDER BY position
"""


class Hole(RuntimeError):
    """A leaf or a tile that must be there is not."""


@dataclass
class Sequencer:
    """Sequences over one session of the sequencer's role; it remembers how far all is done."""

    session: Connection
    floor: tuple[int, int] = (0, 0)
    _waits: tuple[tuple[int, int], int] | None = field(default=None, repr=False)

    def step(self) -> int:
        """Give what is committed its places; return how many entries got one.

        While another sequencer is at it, nothing is done.
        """
        with self.session.transaction(), self.session.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            if cursor.fetchone() != (True,):
                return 0
            cursor.execute(HEADS)
            heads = cursor.fetchone() or (0, 0)
            cursor.execute(SNAPSHOT)
            oldest, next_one = cursor.fetchone() or (0, 0)
            events, changes = self.floor
            values = {"events": events, "changes": changes, "at_once": AT_ONCE}
            cursor.execute(SEQUENCE, values)
            count = cursor.rowcount
            if count:
                self._grow_tiles()
        self._raise_floor((heads[0], heads[1]), oldest, next_one, whole=count < AT_ONCE)
        return count

    def _raise_floor(
        self, heads: tuple[int, int], oldest: int, next_one: int, *, whole: bool
    ) -> None:
        if self._waits and whole and oldest >= self._waits[1]:
            self.floor, self._waits = self._waits[0], None
        if self._waits is None:
            self._waits = (heads, next_one)

    def _grow_tiles(self) -> None:
        size, level = size_of(self.session), 1
        tree = self.read
        while size >= TILE**level:
            with self.session.cursor() as cursor:
                cursor.execute(
                    "SELECT coalesce(max(position) + 1, 0) FROM audit_tile WHERE level = %s",
                    [level],
                )
                (position,) = cursor.fetchone() or (0,)
                rows = [
                    (level, place, root_of(tree(level - 1, place * TILE, TILE)))
                    for place in range(position, size // TILE**level)
                ]
                cursor.executemany("INSERT INTO audit_tile VALUES (%s, %s, %s)", rows)
            level += 1

    def read(self, level: int, first: int, count: int) -> list[bytes]:
        """Return hashes in a row for the tree; Hole when one is missing."""
        return read(self.session, level, first, count)


def read(session: Connection, level: int, first: int, count: int) -> list[bytes]:
    """Return leaves (level 0) or roots of tiles in a row; Hole when one is missing."""
    with session.cursor() as cursor:
        if level:
            cursor.execute(TILES, [level, first, first + count])
        else:
            cursor.execute(LEAVES, [first, first + count])
        found = [bytes(row[0]) for row in cursor.fetchall()]
    if len(found) != count:
        raise Hole(f"of {count} hashes at level {level} from {first} on, {len(found)} are there")
    return found


def size_of(session: Connection) -> int:
    """Return how many leaves there are."""
    with session.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(leaf_index) + 1, 0) FROM audit_leaf")
        (size,) = cursor.fetchone() or (0,)
    return int(size)


def tree_of(session: Connection) -> Tree:
    """Return the tree as the database holds it."""
    return Tree(lambda level, first, count: read(session, level, first, count))
