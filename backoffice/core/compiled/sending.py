"""Statements of a fixed text: PostgreSQL plans them once a connection, and only values travel.

Django binds values into the text, so that each statement is a new one to be parsed and planned: of
one that joins many tables that is most of its time. What is said here goes the other way. It is
counted, timed and translated (errors) by Django as every other statement.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection
from psycopg import ClientCursor, Cursor


def ask(sql: str, values: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Send a statement and return its rows; what it lacks of them (a plain UPDATE) is none."""
    cursor = _cursor()
    cursor.execute(sql, values)
    # Not `description`: it puts every column into words, which costs more than reading the rows.
    return cursor.fetchall() if cursor.pgresult.nfields else []


def ask_one(sql: str, values: Sequence[Any] | Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Send a statement and return its first row, or None."""
    return next(iter(ask(sql, values)), None)


def tell(sql: str, values: Sequence[Any] | Mapping[str, Any]) -> int:
    """Send a statement and return how many rows it touched."""
    cursor = _cursor()
    cursor.execute(sql, values)
    return int(cursor.rowcount)


class _Said(NamedTuple):
    """A statement with its values in it, where Django's log of queries looks for it."""

    query: bytes


class _Cursor(Cursor[Any]):
    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        done = super().execute(query, params, **more)
        if connection.queries_logged:  # in tests and under DEBUG
            said = ClientCursor(self.connection).mogrify(query, params)
            self._query: Any = _Said(said.encode())
        return done


def _cursor() -> Any:
    """Return this connection's one cursor: every answer is read to its end before the next use."""
    connection.ensure_connection()
    kept: Any = getattr(connection, "planned", None)  # of this thread's own connection
    if kept is None or kept.connection is not connection.connection:
        with connection.wrap_database_errors:
            kept = _Cursor(connection.connection)
        connection.planned = kept  # type: ignore[attr-defined]
    # Django's own way to wrap one: it counts, logs, and refuses in a broken transaction.
    return connection._prepare_cursor(kept)  # type: ignore[attr-defined]
