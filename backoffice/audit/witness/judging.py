"""One look of the witness: is the newest head a continuation of what it knows, and are the entries
still those that it saw? Then it cosigns; else it says what is wrong and from which entry on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from psycopg import Connection

from backoffice.audit.calc.signing import SigningKey, signature_line
from backoffice.audit.calc.verify_bundle import Key, Note, leaf_hash
from backoffice.audit.witness.memory import Memory

WINDOW = 20_000  # entries that are hashed anew at each look: the newest, and a strip of the others
REPEATS = 60  # seconds after which the same word is said again

NEWEST = "SELECT note FROM audit_checkpoint ORDER BY size DESC, id DESC LIMIT 1"
LEAVES = """
SELECT leaf_hash FROM audit_leaf WHERE leaf_index >= %s AND leaf_index < %s ORDER BY leaf_index
"""
ENTRIES = """
SELECT leaf.leaf_index, leaf.leaf_hash, coalesce(event.body, change.body)
FROM audit_leaf AS leaf
LEFT JOIN core_event AS event ON leaf.source = 1 AND event.id = leaf.source_id
LEFT JOIN audit_change AS change ON leaf.source = 2 AND change.id = leaf.source_id
WHERE leaf.leaf_index >= %s AND leaf.leaf_index < %s ORDER BY leaf.leaf_index
"""
SAY = """
INSERT INTO audit_witnessing (witness, size, verdict, words, first_bad, signature)
VALUES (%s, %s, %s, %s, %s, %s)
"""


class Refused(Exception):
    """The witness does not cosign: why, and the first entry that is not what it was."""

    def __init__(self, words: str, first_bad: int | None = None) -> None:
        super().__init__(words)
        self.words, self.first_bad = words, first_bad


@dataclass(frozen=True)
class Word:
    """What the witness says of a head, as a row of the database."""

    size: int
    verdict: str
    words: str = ""
    first_bad: int | None = None
    signature: str = ""


@dataclass
class Witness:
    """A witness with its key, its memory, and the log's keys that it was told to believe.

    `origin` and `log_keys` (fingerprints) come from its own configuration, never from the server.
    """

    key: SigningKey
    memory: Memory
    origin: str
    log_keys: frozenset[str]
    _strip: int = field(default=0, repr=False)
    _said: tuple[int, str, float] = field(default=(-1, "", 0.0), repr=False)

    def look(self, session: Connection, *, now: datetime) -> str:
        """Look once; say, if there is something new to say, and return the words of it."""
        size = self.memory.size
        try:
            note, fresh = self._continuation(session)
            if note is None:
                return "nothing is signed yet"
            size = note.size
            self._entries(session, fresh)
        except Refused as refused:
            self._say(session, now, Word(size, "refused", refused.words, refused.first_bad))
            return refused.words
        tree = self.memory.grown(fresh)
        if fresh:
            self.memory.keep(fresh, tree)
        line = signature_line(self.key, note.text, at=int(now.timestamp()))
        self._say(session, now, Word(size, "cosigned", signature=line))
        return "cosigned"

    def _continuation(self, session: Connection) -> tuple[Note | None, list[bytes]]:
        """Return the newest head and the leaves it adds; Refused when it does not continue ours."""
        row = session.execute(NEWEST).fetchone()
        if row is None:
            if self.memory.size:
                raise Refused("the log shrank: it has no head any more", 0)
            return None, []
        note = self._believed(session, row[0].encode())
        if note.size < self.memory.size:
            words = f"the log shrank from {self.memory.size} entries to {note.size}"
            raise Refused(words, note.size)
        fresh = _hashes(session, self.memory.size, note.size)
        if len(fresh) != note.size - self.memory.size:
            raise Refused("leaves of the newest head are missing", self.memory.size + len(fresh))
        if self.memory.grown(fresh).root() != note.root:
            first = self._first_other(session)
            raise Refused(
                f"a fork: head {note.size} does not continue head {self.memory.size}", first
            )
        return note, fresh

    def _believed(self, session: Connection, data: bytes) -> Note:
        try:
            note = Note.read(data)
        except ValueError:
            raise Refused("the newest head cannot be read") from None
        if note.origin.decode() != self.origin:
            raise Refused(f"the head is of {note.origin.decode()}, not of {self.origin}")
        keys = session.execute("SELECT name, public FROM audit_key WHERE kind = 'log'").fetchall()
        for name, public in keys:
            key = Key("log", name.encode(), bytes(public))
            if key.fingerprint not in self.log_keys:
                continue
            for _, number, signature in note.signatures:
                if number == key.number and key.signs(note.text, signature):
                    return note
        raise Refused("no key of the log that I was told to believe signed the newest head")

    def _first_other(self, session: Connection) -> int:
        for first in range(0, self.memory.size, WINDOW):
            ours = self.memory.leaves(first, WINDOW)
            theirs = _hashes(session, first, first + len(ours))
            for place, (one, other) in enumerate(zip(ours, theirs, strict=False)):
                if one != other:
                    return first + place
            if len(theirs) < len(ours):
                return first + len(theirs)
        return self.memory.size

    def _entries(self, session: Connection, fresh: Sequence[bytes]) -> None:
        """Hash entries anew: the fresh ones, the newest of the old, and the next strip of them."""
        known = self.memory.size
        self._compare(session, known, fresh)
        newest = max(0, known - WINDOW)
        self._compare(session, newest, self.memory.leaves(newest, WINDOW))
        if newest:
            self._compare(session, self._strip, self.memory.leaves(self._strip, WINDOW))
            self._strip = self._strip + WINDOW if self._strip + WINDOW < newest else 0

    def _compare(self, session: Connection, first: int, leaves: Sequence[bytes]) -> None:
        for start in range(0, len(leaves), WINDOW):
            wanted = leaves[start : start + WINDOW]
            at = first + start
            rows = session.execute(ENTRIES, [at, at + len(wanted)]).fetchall()
            there = {index: (bytes(leaf), body) for index, leaf, body in rows}
            for place, leaf in enumerate(wanted, start=at):
                theirs, body = there.get(place, (b"", None))
                if theirs != leaf:
                    raise Refused(f"leaf {place} is not the one that was witnessed", place)
                if body is None or leaf_hash(bytes(body)) != leaf:
                    raise Refused(f"entry {place} is not the one that was witnessed", place)

    def _say(self, session: Connection, now: datetime, word: Word) -> None:
        seconds, (size, words, at) = now.timestamp(), self._said
        told = word.verdict + word.words
        if (size, words) == (word.size, told) and seconds - at < REPEATS:
            return
        values = [
            self.key.name,
            word.size,
            word.verdict,
            word.words,
            word.first_bad,
            word.signature,
        ]
        session.execute(SAY, values)
        self._said = (word.size, told, seconds)


def _hashes(session: Connection, first: int, end: int) -> list[bytes]:
    rows = session.execute(LEAVES, [first, end]).fetchall()
    return [bytes(row[0]) for row in rows]
