"""A prepared statement sent by the driver's own hand: libpq's call, and nothing of a cursor around.

psycopg's cursor is made anew for each text, finds dumpers and loaders again, and waits in a
generator; that costs more than most of our statements take. Here the connection keeps what it
learned: the name of each prepared statement, and one transformer of values. The call blocks, so a
signal is heard after the statement, which PostgreSQL ends by its own time limits.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple

import psycopg
from psycopg import pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.types.datetime import TimestamptzLoader

#: So many statements a connection keeps; the texts of `core/compiled` are fewer.
MOST_PREPARED = 500
#: A statement is prepared the third time that a connection sends it.
SENT_BEFORE = 2
_UNKNOWN = "26000"  # invalid_sql_statement_name: somebody had PostgreSQL forget what was prepared
_PLACE = re.compile(r"%(?:\((?P<name>\w+)\))?(?P<kind>[s%])")
_PLACE_OF_KEPT = "_compiled_kept"
_GOOD = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK)

Values = Sequence[Any] | Mapping[str, Any]


class Answer(NamedTuple):
    """The rows of a statement, and how many it touched."""

    rows: list[tuple[Any, ...]]
    touched: int


class _Text(NamedTuple):
    """A statement as PostgreSQL takes it, and which value stands at each of its numbers."""

    sql: bytes
    names: tuple[str, ...]  # empty: by position
    formats: list[PyFormat]


class _Kept:
    """What one connection has learned; it is kept on the connection itself."""

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        cursor = psycopg.Cursor(connection)
        if connection.info.timezone is UTC:  # Django's own loader makes the same, in Python
            cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
        self.transformer = Transformer(cursor)
        self.names: dict[tuple[str, tuple[int, ...]], bytes] = {}
        self.times: dict[tuple[str, tuple[int, ...]], int] = {}
        self.numbers = count()


def is_plain(connection: "psycopg.Connection[Any]") -> bool:
    """Say whether a transaction of this connection begins by a plain BEGIN."""
    return connection.isolation_level is connection.read_only is connection.deferrable is None


def run(
    connection: "psycopg.Connection[Any]", sql: str, values: Values, *, prepares: bool
) -> Answer:
    """Send one statement and return its answer; psycopg's errors, as its cursor raises them.

    `prepares` false: a pooler stands between, which keeps no prepared statement.
    """
    kept: _Kept | None = getattr(connection, _PLACE_OF_KEPT, None)
    if kept is None:
        kept = _Kept(connection)
        setattr(connection, _PLACE_OF_KEPT, kept)
    text = _text_of(sql)
    told: Any = values
    if text.names:
        told = [values[name] for name in text.names]  # type: ignore[call-overload]
    if len(told) != len(text.formats):
        raise psycopg.ProgrammingError(f"{len(text.formats)} values are needed, not {len(told)}")
    server, transformer = connection.pgconn, kept.transformer
    dumped: Any = transformer.dump_sequence(told, text.formats)
    types, formats = tuple(transformer.types or ()), transformer.formats
    if not connection.autocommit and server.transaction_status == pq.TransactionStatus.IDLE:
        _checked(connection, server.exec_(b"BEGIN"))
    key = (sql, types)
    name = kept.names.get(key) or (_prepared(connection, kept, text, key) if prepares else b"")
    if name:
        result = server.exec_prepared(name, dumped, formats)
        if result.error_field(pq.DiagnosticField.SQLSTATE) == _UNKNOWN.encode():
            kept.names.clear()  # the next transaction prepares anew
    else:
        result = server.exec_params(text.sql, dumped, types, formats)
    _checked(connection, result)
    rows: list[tuple[Any, ...]] = []
    if result.nfields:
        transformer.set_pgresult(result)
        rows = transformer.load_rows(0, result.ntuples, tuple)
    return Answer(rows, result.command_tuples or 0)


def _prepared(
    connection: "psycopg.Connection[Any]",
    kept: _Kept,
    text: _Text,
    key: tuple[str, tuple[int, ...]],
) -> bytes:
    """Prepare what was sent often enough and return its name; b"" while it was not."""
    if len(kept.names) >= MOST_PREPARED:
        return b""
    kept.times[key] = kept.times.get(key, 0) + 1
    if kept.times[key] <= SENT_BEFORE:
        return b""
    name = f"compiled_{next(kept.numbers)}".encode()
    _checked(connection, connection.pgconn.prepare(name, text.sql, key[1]))
    del kept.times[key]
    kept.names[key] = name
    return name


def _checked(connection: "psycopg.Connection[Any]", result: Any) -> None:
    if result.status in _GOOD:
        return
    if connection.pgconn.status != pq.ConnStatus.OK:
        raise psycopg.OperationalError(f"the connection is lost: {result.get_error_message()}")
    raise psycopg.errors.error_from_result(result, encoding=connection.info.encoding)


@lru_cache(maxsize=1000)
def _text_of(sql: str) -> _Text:
    """Number the places of a text: %s by position or %(name)s, %% for a percent sign."""
    names: list[str] = []
    places = 0

    def number(match: "re.Match[str]") -> str:
        nonlocal places
        if match["kind"] == "%":
            return "%"
        name = match["name"]
        if name is None:
            places += 1
            return f"${places}"
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    numbered = _PLACE.sub(number, sql)
    if names and places:
        raise psycopg.ProgrammingError("Values stand by name or by position, not by both")
    return _Text(numbered.encode(), tuple(names), [PyFormat.AUTO] * (places or len(names)))
