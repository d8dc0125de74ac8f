"""Advisory locks: a name instead of a row."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from backoffice.core import compiled
from backoffice.core.errors import Later, NoTransaction


def advisory(name: str, *, timeout_ms: int) -> None:
    """Hold the lock of this name until the transaction ends; Later when it is not free in time.

    Free, or held by this transaction already, it costs one statement; only a queue costs more.
    """
    if try_advisory(name):
        return
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout')")
            (before,) = cursor.fetchone()
            _set_timeout(f"{timeout_ms}ms")
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
            _set_timeout(before)
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Later(f"{name} is busy") from error
        raise


def try_advisory(name: str) -> bool:
    """Take the lock of this name until the transaction ends, if it is free at once."""
    _require_transaction()
    return _ask("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", name)


@contextmanager
def alone(name: str) -> Iterator[bool]:
    """Tell whether this connection holds the lock of this name until the block ends.

    For clockwork that calls the outside and so cannot keep a transaction open.
    """
    taken = _ask("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", name)
    try:
        yield taken
    finally:
        if taken:
            _ask("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", name)


def _ask(question: str, name: str) -> bool:
    ((answer,),) = compiled.ask(question, [name])
    return bool(answer)


def _set_timeout(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [value])


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise NoTransaction("This lock lives as long as a transaction; open one first")
