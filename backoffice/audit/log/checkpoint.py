"""Signed heads: every few seconds while the log grows, a note that the witness can cosign."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from psycopg import Connection

from backoffice.audit.calc.signing import SigningKey, note_text, signature_line
from backoffice.audit.log import sequencer

EVERY = timedelta(seconds=10)
LEAVES = 256


def announce(session: Connection, keys: Sequence[SigningKey]) -> None:
    """Write down the public halves, so that a copy for an auditor can name them."""
    rows = [(key.public.fingerprint, key.kind, key.name, key.public.public) for key in keys]
    with session.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO audit_key (fingerprint, kind, name, public) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (fingerprint) DO NOTHING",
            rows,
        )


def sign_head(
    session: Connection, keys: Sequence[SigningKey], *, now: datetime, at_once: bool = False
) -> int | None:
    """Sign the head if the log has grown for long enough, or by enough; return its size.

    Every key signs: while keys are changed there are two, and a reader may know either.
    """
    size = sequencer.size_of(session)
    with session.cursor() as cursor:
        cursor.execute("SELECT size, signed_at FROM audit_checkpoint ORDER BY id DESC LIMIT 1")
        before = cursor.fetchone()
    if before is not None and not at_once:
        grown = size - before[0]
        if not grown or (grown < LEAVES and now - before[1] < EVERY):
            return None
    if before is not None and before[0] == size:
        return None
    root = sequencer.tree_of(session).root(size)
    text = note_text(keys[0].name, size, root)
    note = text.decode() + "\n" + "".join(signature_line(key, text) for key in keys)
    with session.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_checkpoint (size, root, note) VALUES (%s, %s, %s)",
            [size, root, note],
        )
    return size
