"""Bulk upsert: COPY (binary) into a temporary table, then one INSERT … ON CONFLICT … WHERE changed.

Rows that are the same already are not rewritten, so an overlap window costs a read, not a write.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar

from django.db import connection, transaction
from psycopg import sql

Row = Sequence[Any]
LINES_A_WRITE = 500


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows of a batch were new, and how many changed; the rest were as they should be."""

    inserted: int = 0
    updated: int = 0

    def __add__(self, other: "Written") -> "Written":
        """Return both together."""
        return Written(self.inserted + other.inserted, self.updated + other.updated)


@dataclass(frozen=True)
class Target:
    """A table to write: its columns in the order of the rows, and the columns of its key.

    `unwatched` columns are written with a change but are none themselves. A `kept` column is not
    overwritten by NULL.
    """

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    unwatched: tuple[str, ...] = ("mirrored_at",)
    kept: tuple[str, ...] = ()

    prefix: ClassVar[str] = "incoming_"

    @property
    def incoming(self) -> str:
        """Return the name of the temporary table."""
        return self.prefix + self.table

    def key_of(self, row: Row) -> tuple[Any, ...]:
        """Return a row's key."""
        return tuple(row[self.columns.index(column)] for column in self.key)


def upsert(target: Target, rows: Iterable[Row]) -> Written:
    """Write the rows; of several with one key the latest one counts. Needs an open transaction.

    The rows stay in the temporary table until the transaction ends (see `Target.incoming`).
    """
    return merge(target, load(target, rows))


def load(target: Target, rows: Iterable[Row]) -> int:
    """Put rows into the temporary table of their target, the latest one of each key; how many."""
    latest = {target.key_of(row): row for row in rows}
    if latest:
        with _cursor() as cursor:
            _make_room(cursor, target)
            _load(cursor, target, [latest[key] for key in sorted(latest)])
    return len(latest)


def load_text(target: Target, lines: Sequence[str]) -> int:
    """Put rows in the text form of COPY, no key twice, into the temporary table; how many."""
    if lines:
        with _cursor() as cursor:
            _make_room(cursor, target)
            _load_text(cursor, target, target.incoming, lines)
    return len(lines)


def merge(target: Target, count: int) -> Written:
    """Bring the `count` rows of the temporary table into their table."""
    if not count:
        return Written()
    with _cursor() as cursor:
        cursor.execute(_count_known(target))
        (known,) = cursor.fetchone()
        cursor.execute(_merge(target))
        inserted = count - known
        return Written(inserted=inserted, updated=cursor.rowcount - inserted)


def copy_text(target: Target, lines: Iterable[str]) -> Written:
    """Copy rows, in the text form of COPY, of which the table has none. Needs a transaction."""
    if lines == []:
        return Written()
    with _cursor() as cursor:
        return Written(inserted=_load_text(cursor, target, target.table, lines))


def _cursor() -> Any:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a bulk write is part of its caller's change")
    return connection.cursor()


def _make_room(cursor: Any, target: Target) -> None:
    """Make the session's temporary table, empty."""
    incoming, columns = sql.Identifier(target.incoming), _names(target.columns)
    cursor.execute("SELECT to_regclass(%s)", [f"pg_temp.{target.incoming}"])
    (there,) = cursor.fetchone()
    if there is None:
        cursor.execute(
            sql.SQL(
                "CREATE TEMP TABLE {} ON COMMIT DELETE ROWS AS SELECT {} FROM {} WITH NO DATA"
            ).format(incoming, columns, sql.Identifier(target.table))
        )
    else:
        cursor.execute(sql.SQL("DELETE FROM {}").format(incoming))


def _load(cursor: Any, target: Target, rows: list[Row]) -> None:
    incoming, columns = sql.Identifier(target.incoming), _names(target.columns)
    cursor.execute(sql.SQL("SELECT {} FROM {} LIMIT 0").format(columns, incoming))
    types = [column.type_code for column in cursor.description]
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(incoming, columns)
    with connection.wrap_database_errors, cursor.copy(statement) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


def _load_text(cursor: Any, target: Target, table: str, lines: Iterable[str]) -> int:
    """Copy lines as they come; return how many there were."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), _names(target.columns)
    )
    left, count = iter(lines), 0
    with connection.wrap_database_errors, cursor.copy(statement) as copy:
        while chunk := list(islice(left, LINES_A_WRITE)):
            copy.write("".join(chunk))
            count += len(chunk)
    return count


def _names(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _count_known(target: Target) -> sql.Composed:
    """Return the question how many incoming rows are in the table already."""
    return sql.SQL("SELECT count(*) FROM {} AS theirs JOIN {} AS ours USING ({})").format(
        sql.Identifier(target.incoming), sql.Identifier(target.table), _names(target.key)
    )


def _merge(target: Target) -> sql.Composed:
    """Return the statement that inserts what is new and updates what differs.

    What was read from the server before our row was is older than it, and changes nothing.
    """
    columns = _names(target.columns)
    changing = [column for column in target.columns if column not in target.key]
    watched = [column for column in changing if column not in target.unwatched]
    return sql.SQL(
        "INSERT INTO {table} AS ours ({columns}) SELECT {columns} FROM {incoming}"
        " ON CONFLICT ({key}) DO UPDATE SET {changes}"
        " WHERE ours.mirrored_at <= excluded.mirrored_at AND ({old}) IS DISTINCT FROM ({new})"
    ).format(
        table=sql.Identifier(target.table),
        columns=columns,
        incoming=sql.Identifier(target.incoming),
        key=_names(target.key),
        changes=sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(column), _new(target, column))
            for column in changing
        ),
        old=sql.SQL(", ").join(sql.Identifier("ours", column) for column in watched),
        new=sql.SQL(", ").join(_new(target, column) for column in watched),
    )


def _new(target: Target, column: str) -> sql.Composable:
    theirs = sql.Identifier("excluded", column)
    if column in target.kept:
        return sql.SQL("COALESCE({}, {})").format(theirs, sql.Identifier("ours", column))
    return theirs
