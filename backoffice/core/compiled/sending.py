"""Statements of a fixed text: PostgreSQL plans them once a connection, and only values travel.

Django binds values into the text, so that each statement is a new one to be parsed and planned: of
one that joins many tables that is most of its time. What is said here goes the other way. It is
counted, timed and translated (errors) by Django as every other statement.
"""

from typing import Any, NamedTuple

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections
from psycopg import ClientCursor, Cursor

from backoffice.core.compiled import driver
from backoffice.core.compiled.driver import Answer, Values


def ask(sql: str, values: Values) -> list[tuple[Any, ...]]:
    """Send a statement and return its rows; what it lacks of them (a plain UPDATE) is none."""
    return _sent(sql, values).rows


def ask_one(sql: str, values: Values) -> tuple[Any, ...] | None:
    """Send a statement and return its first row, or None."""
    return next(iter(ask(sql, values)), None)


def tell(sql: str, values: Values) -> int:
    """Send a statement and return how many rows it touched."""
    return _sent(sql, values).touched


def _sent(sql: str, values: Values) -> Answer:
    ours = connections[DEFAULT_DB_ALIAS]
    if ours.connection is None:
        ours.ensure_connection()
    # Who logs, counts or forbids statements hears of each: they go the long way, through Django.
    if ours.queries_logged or ours.execute_wrappers or not driver.is_plain(ours.connection):
        return _by_django(sql, values)
    ours.validate_no_broken_transaction()
    try:
        return driver.run(
            ours.connection, sql, values, prepares=ours.settings_dict.get("PREPARES", False)
        )
    except psycopg.Error:
        with ours.wrap_database_errors:
            raise


def _by_django(sql: str, values: Values) -> Answer:
    cursor = _cursor()
    cursor.execute(sql, values)
    # Not `description`: it puts every column into words, which costs more than reading the rows.
    rows = cursor.fetchall() if cursor.pgresult.nfields else []
    return Answer(rows, int(cursor.rowcount))


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
