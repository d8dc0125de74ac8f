"""The port of one MetaTrader server, filled by the SQL replica of it: every question, no command.

The server's time is told as far as the replica has come: a pass that begins there loses nothing
when the replication is late or stands. Pages since a stamp follow the index on TIMESTAMP.
"""

import inspect
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from trading.gateway import clock
from trading.gateway.errors import BadMessage, ReadOnly, Refused, Unavailable
from trading.gateway.port import Commands, News, Page
from trading.gateway.replica import tables
from trading.gateway.replica.address import ReplicaAddress
from trading.gateway.replica.connection import Connection, as_stored
from trading.gateway.replica.hours import DAY, NONE, Hours, from_stamp
from trading.gateway.replica.rows import Reader
from trading.terms import (
    AccountRecord,
    Cmd,
    GroupSpec,
    MarginState,
    Quote,
    ServerInfo,
    SymbolSpec,
    TradeRecord,
)

PAGE = 5_000
NO_ACCOUNT = 65
BUILD = 1000  # the row of mt4_config that names the API's build
COMMANDS = frozenset(name for name, _ in inspect.getmembers(Commands, inspect.isfunction))

Trades = tuple[TradeRecord, ...]


class ReplicaGateway:
    """One server, read from its replica. See port.py for what each question means."""

    #: Contracts and groups are told by name only: how they are set stands in no table.
    knows_settings = False

    def __init__(self, address: ReplicaAddress, *, now: Callable[[], datetime] = clock.now) -> None:
        self._address = address
        self._now = now
        self._connection = Connection(address)
        self._hours = Hours(ZoneInfo(address.timezone))
        self._reader = Reader(self._hours, as_stored(address.stored_as), address.currency)

    def __getattr__(self, name: str) -> Callable[..., NoReturn]:
        """Return what refuses a command, or a question that no table answers."""
        if name.startswith("_"):
            raise AttributeError(name)
        if name in COMMANDS:
            return self._refuse
        raise AttributeError(name)

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise ReadOnly(
            f"The server {self._address.server} is read from its SQL replica, which takes no"
            " command: nothing was sent."
        )

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    # How it is asked

    def _users(self, rest: str, *values: object) -> list[AccountRecord]:
        columns = tables.selection(tables.USERS, self._connection.columns, "u")
        rows = self._connection.ask(f"SELECT {columns} FROM mt4_users u {rest}", *values)  # noqa: S608
        records = [self._reader.account(row) for row in rows]
        if any(not record.currency for record in records):
            raise Unavailable(
                "The replica does not say in which currency its accounts are kept: add"
                " ?currency=USD (or theirs) to its address in MT4_REPLICAS."
            )
        return records

    def _trades(self, rest: str, *values: object) -> list[TradeRecord]:
        there = self._connection.columns
        columns = tables.selection(tables.TRADES, there, "t")
        currency = "u.`CURRENCY`" if "CURRENCY" in there["mt4_users"] else "''"
        question = (
            f"SELECT {columns}, COALESCE({currency}, '') FROM mt4_trades t"  # noqa: S608
            f" LEFT JOIN mt4_users u ON u.`LOGIN` = t.`LOGIN` {rest}"
        )
        return [self._reader.trade(row) for row in self._connection.ask(question, *values)]

    def _page(
        self, ask: Callable[..., list[Any]], key: str, since: int, cursor: str
    ) -> tuple[list[Any], str]:
        """Return the records of a page and the cursor of the next one, empty after the last."""
        if since <= 0:
            (after,) = _numbers(cursor or "0", 1)
            records = ask(f"WHERE {key} > %s ORDER BY {key} LIMIT {PAGE}", after)
        else:
            stamp = f"{key[0]}.`TIMESTAMP`"
            at, after = _numbers(cursor or f"{since}:0", 2)
            records = ask(
                f"WHERE {stamp} >= %s AND ({stamp} > %s OR {key} > %s)"
                f" ORDER BY {stamp}, {key} LIMIT {PAGE}",
                *(at, at, after),
            )
        if len(records) < PAGE:
            return records, ""
        last = records[-1]
        number = last.login if isinstance(last, AccountRecord) else last.ticket
        return records, str(number) if since <= 0 else f"{last.changed_stamp}:{number}"

    # Questions

    def server_info(self) -> ServerInfo:
        """Return what is known of the server; its time is that of the replica's latest change."""
        ((number, trades, users),) = self._connection.ask(
            "SELECT CONNECTION_ID(), (SELECT MAX(`TIMESTAMP`) FROM mt4_trades),"
            " (SELECT MAX(`TIMESTAMP`) FROM mt4_users)"
        )
        now = self._now()
        reached = min(max(trades or 0, users or 0), self._hours.stamp(now))
        return ServerInfo(
            name=self._address.server,
            company="",
            build=self._build(),
            timezone=self._address.timezone,
            server_time=from_stamp(reached),
            now=now,
            end_of_day="",
            journal_id="",
            clock_error_ms=None,
            connection_number=number,
        )

    def _build(self) -> int:
        if tables.CONFIG.table not in self._connection.columns:
            return 0
        rows = self._connection.ask("SELECT `VALUE_INT` FROM mt4_config WHERE `CONFIG` = %s", BUILD)
        return int(rows[0][0] or 0) if rows else 0

    def symbols(self) -> tuple[SymbolSpec, ...]:
        """Return every symbol that has a price, by name and digits."""
        return tuple(self._reader.symbol(row) for row in self._prices())

    def groups(self) -> tuple[GroupSpec, ...]:
        """Return every group that has an account, by name and currency."""
        currency = "`CURRENCY`" if "CURRENCY" in self._connection.columns["mt4_users"] else "''"
        rows = self._connection.ask(
            f"SELECT `GROUP`, MAX({currency}) FROM mt4_users GROUP BY `GROUP`"  # noqa: S608
        )
        return tuple(self._reader.group(row) for row in rows)

    def quotes(self) -> tuple[Quote, ...]:
        """Return the latest prices."""
        return tuple(self._reader.quote(row) for row in self._prices())

    def _prices(self) -> Sequence[tuple[Any, ...]]:
        columns = tables.selection(tables.PRICES, self._connection.columns, "p")
        return self._connection.ask(f"SELECT {columns} FROM mt4_prices p")  # noqa: S608

    def accounts(self, *, since_stamp: int = 0, cursor: str = "") -> Page[AccountRecord]:
        """Return accounts changed at or after a stamp, in pages."""
        records, following = self._page(self._users, "u.`LOGIN`", since_stamp, cursor)
        return Page(records=tuple(records), next_cursor=following)

    def account(self, *, login: int) -> AccountRecord:
        """Return one account; Refused 65 when there is none."""
        found = self._users("WHERE u.`LOGIN` = %s", login)
        if not found:
            raise Refused(NO_ACCOUNT, f"there is no account {login}")
        return found[0]

    def trades(self, *, since_stamp: int = 0, cursor: str = "") -> Page[TradeRecord]:
        """Return tickets changed at or after a stamp, in pages."""
        records, following = self._page(self._trades, "t.`TICKET`", since_stamp, cursor)
        return Page(records=tuple(records), next_cursor=following)

    def open_trades(self) -> Trades:
        """Return every open ticket, at the price of the replication's last look."""
        return tuple(self._trades("WHERE t.`CLOSE_TIME` < %s ORDER BY t.`TICKET`", NONE))

    def open_tickets(self) -> tuple[int, ...]:
        """Return the numbers of the open tickets."""
        rows = self._connection.ask("SELECT `TICKET` FROM mt4_trades WHERE `CLOSE_TIME` < %s", NONE)
        return tuple(ticket for (ticket,) in rows)

    def logins(self) -> tuple[int, ...]:
        """Return every login."""
        rows = self._connection.ask("SELECT `LOGIN` FROM mt4_users ORDER BY `LOGIN`")
        return tuple(login for (login,) in rows)

    def history(self, *, login: int, start: datetime, end: datetime) -> Trades:
        """Return what a login closed in [start, end), by closing time."""
        found = self._trades(
            "WHERE t.`LOGIN` = %s AND t.`CLOSE_TIME` >= %s AND t.`CLOSE_TIME` < %s"
            " ORDER BY t.`CLOSE_TIME`, t.`TICKET`",
            *(login, max(NONE, self._hours.wall(start) - DAY), self._hours.wall(end) + DAY),
        )
        return tuple(one for one in found if one.closed_at and start <= one.closed_at < end)

    def find_marker(self, *, login: int, marker: str, start: datetime, end: datetime) -> Trades:
        """Return balance and credit records that begin with a marker, booked in [start, end)."""
        found = self._trades(
            "WHERE t.`CMD` IN (%s, %s) AND t.`OPEN_TIME` >= %s AND t.`OPEN_TIME` < %s"
            " AND LEFT(t.`COMMENT`, %s) = %s ORDER BY t.`TICKET`",
            *(int(Cmd.BALANCE), int(Cmd.CREDIT)),
            *(self._hours.wall(start) - DAY, self._hours.wall(end) + DAY),
            *(len(marker), marker),
        )
        return tuple(one for one in found if start <= one.opened_at < end)

    def margin(self, *, login: int) -> MarginState:
        """Return MetaTrader's figures for an account, as old as the replication makes them."""
        columns = tables.selection(tables.FIGURES, self._connection.columns, "u")
        question = f"SELECT {columns} FROM mt4_users u WHERE u.`LOGIN` = %s"  # noqa: S608
        rows = self._connection.ask(question, login)
        if not rows:
            raise Refused(NO_ACCOUNT, f"there is no account {login}")
        return self._reader.margin(rows[0])

    async def stream(self, *, resume_after: int = 0) -> AsyncIterator[News]:
        """Raise Unavailable: a table tells nothing unasked."""
        raise Unavailable("A SQL replica has no stream: it is asked, and tells nothing by itself.")
        yield News(number=0, kind="stop", at=self._now())  # makes this a generator


def _numbers(cursor: str, count: int) -> tuple[int, ...]:
    parts = cursor.split(":")
    if len(parts) != count or not all(part.isdecimal() for part in parts):
        raise BadMessage(f"{cursor[:40]!r} is no cursor of this replica.")
    return tuple(int(part) for part in parts)
