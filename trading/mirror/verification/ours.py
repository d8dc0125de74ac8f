"""Our side of the comparison: rows in the order of their keys, a page at a time.

Pages are asked for by key and not by a cursor, so that no transaction stays open while the server
is asked; values come in binary, which reads three times as fast as text.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql

from trading.mirror.verification.tables import ACCOUNTS, TICKETS, Table
from trading.models import Group, Symbol
from trading.models.ticket import TICKETS_PER_SERVER, ticket_key
from trading.terms import GroupSpec, SymbolSpec

PAGE = 5_000
Values = tuple[Any, ...]
#: A ticket's row: which table it stands in, our key of its account, the compared values.
Row = tuple[Table, int, Values]


def accounts(server_id: int, logins: Iterable[int] | None = None) -> Iterator[tuple[int, Values]]:
    """Yield (login, (our key, compared values …)) of every account, or of these, by login."""
    statement = sql.SQL(
        "SELECT ours.login, ours.id, {columns} FROM {table} AS ours"
        " JOIN trading_group AS of_group ON of_group.id = ours.group_id"
        " WHERE ours.server_id = %(server)s AND ours.login > %(after)s {among}"
        " ORDER BY ours.login LIMIT %(page)s"
    ).format(
        columns=sql.SQL(", ").join(
            sql.Identifier("of_group", "name")
            if column == "group_id"
            else sql.Identifier("ours", column)
            for column in ACCOUNTS.columns
        ),
        table=ACCOUNTS.database_name,
        among=_among("ours.login", logins),
    )
    known = {"server": server_id, "keys": None if logins is None else list(logins)}
    for login, *values in _pages(statement, known, after=0):
        yield login, tuple(values)


def tickets(
    server_id: int, table: Table, wanted: Iterable[int] | None = None
) -> Iterator[tuple[int, Row]]:
    """Yield (ticket, row) of a table, or of these tickets, by ticket; a ticket may come twice."""
    keys = None if wanted is None else [ticket_key(server_id, ticket) for ticket in wanted]
    statement = sql.SQL(
        "SELECT ours.id, ours.account_id, {columns} FROM {table} AS ours"
        " WHERE ours.id > %(after)s AND ours.id < %(end)s {among} ORDER BY ours.id LIMIT %(page)s"
    ).format(columns=table.selection, table=table.database_name, among=_among("ours.id", wanted))
    first = ticket_key(server_id, 0)
    known = {"end": first + TICKETS_PER_SERVER, "keys": keys}
    for key, account_id, *values in _pages(statement, known, after=first - 1):
        yield key - first, (table, account_id, tuple(values))


def tickets_among(server_id: int, wanted: Iterable[int]) -> dict[int, list[Row]]:
    """Return the rows of these tickets, wherever they stand."""
    found: dict[int, list[Row]] = {ticket: [] for ticket in wanted}
    if found:
        for table in TICKETS:
            for ticket, row in tickets(server_id, table, found):
                found[ticket].append(row)
    return found


def symbols(server_id: int) -> dict[str, SymbolSpec]:
    """Return our contracts by name."""
    return {one.name: one.spec() for one in Symbol.objects.filter(server_id=server_id)}


def groups(server_id: int) -> dict[str, GroupSpec]:
    """Return our groups by name."""
    return {one.name: one.spec() for one in Group.objects.filter(server_id=server_id)}


def _among(column: str, keys: Iterable[int] | None) -> sql.SQL:
    return sql.SQL("" if keys is None else f"AND {column} = ANY(%(keys)s)")


def _pages(statement: sql.Composed, known: dict[str, Any], *, after: int) -> Iterator[Values]:
    """Yield the rows of a statement, page by page; its first column is the key.

    Rows that share the last key of a full page are left to the next one, so that none is lost.
    """
    while True:
        page = _ask(statement, {**known, "after": after, "page": PAGE})
        if len(page) < PAGE:
            yield from page
            return
        last = page[-1][0]
        whole = [row for row in page if row[0] != last]
        yield from whole
        after = last - 1


def _ask(statement: sql.Composed, known: dict[str, Any]) -> list[Values]:
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, known, binary=True)
        return cursor.fetchall()
