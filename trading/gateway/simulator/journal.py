"""What survives a kill: accounts, tickets, contracts and settings in one SQLite file.

Every change of the server is one transaction, flushed to the disk before anybody hears of it.
Closed tickets live only here; accounts and tickets are kept as the lines in which they travel
(lines.py), so that questions about many are answered from here as they stand. One process at a time
owns a state folder (a lock that dies with the process).
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from trading.gateway.lines import Lines, read_line, write_line
from trading.gateway.simulator.records import body, read_body
from trading.terms import (
    AccountRecord,
    Cmd,
    DailyReport,
    GroupSpec,
    LogLine,
    ManagerAccount,
    Quote,
    SymbolSpec,
    TradeRecord,
)

Statement = tuple[str, Sequence[Sequence[Any]]]  # SQL, and the rows to run it for

SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spec (
    kind TEXT, name TEXT, body BLOB NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS account (
    login INTEGER PRIMARY KEY, stamp INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS account_changed ON account (stamp, login);
CREATE TABLE IF NOT EXISTS trade (
    ticket INTEGER PRIMARY KEY, login INTEGER NOT NULL, cmd INTEGER NOT NULL,
    stamp INTEGER NOT NULL,
    opened INTEGER NOT NULL, closed INTEGER NOT NULL, comment TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS password (
    login INTEGER, investor INTEGER, kept TEXT NOT NULL, PRIMARY KEY (login, investor)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS line (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, code INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS credit (
    ticket INTEGER PRIMARY KEY, login INTEGER NOT NULL, amount TEXT NOT NULL,
    expires INTEGER NOT NULL, expired INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS archived_account (
    login INTEGER PRIMARY KEY, stamp INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS archived_trade (
    ticket INTEGER PRIMARY KEY, login INTEGER NOT NULL, cmd INTEGER NOT NULL,
    stamp INTEGER NOT NULL,
    opened INTEGER NOT NULL, closed INTEGER NOT NULL, comment TEXT NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS archived_marker ON archived_trade (comment) WHERE cmd >= 6;
CREATE INDEX IF NOT EXISTS line_at ON line (at);
CREATE TABLE IF NOT EXISTS daily (
    id INTEGER PRIMARY KEY, stamp INTEGER NOT NULL, login INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS daily_stamp ON daily (stamp);
CREATE INDEX IF NOT EXISTS daily_login ON daily (login);
CREATE INDEX IF NOT EXISTS trade_closed ON trade (closed) WHERE closed > 0;
CREATE INDEX IF NOT EXISTS trade_history ON trade (login, closed);
CREATE INDEX IF NOT EXISTS trade_changed ON trade (stamp, ticket);
CREATE INDEX IF NOT EXISTS trade_open ON trade (ticket) WHERE closed = 0;
CREATE INDEX IF NOT EXISTS trade_marker ON trade (comment) WHERE cmd >= 6;
"""
VERSION = 1  # of the file; 0 kept accounts and tickets as JSON objects
_PUT_ACCOUNT = "INSERT OR REPLACE INTO account VALUES (?, ?, ?)"
_PUT_TRADE = "INSERT OR REPLACE INTO trade VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_PUT_CREDIT = "INSERT OR IGNORE INTO credit VALUES (?, ?, ?, ?, 0)"
_PUT_SPEC = "INSERT OR REPLACE INTO spec VALUES (?, ?, ?)"
_PUT_SETTING = "INSERT OR REPLACE INTO setting VALUES (?, ?)"
_PUT_KEPT = "INSERT OR REPLACE INTO password VALUES (?, ?, ?)"


class Journal:
    """The open state file; every method is synchronous and blocks for one flush at most."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")

    def close(self) -> None:
        """Fold the log into the file and let go of it."""
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()

    def write(
        self,
        *,
        accounts: Iterable[AccountRecord] = (),
        trades: Iterable[TradeRecord] = (),
        settings: dict[str, str] | None = None,
        more: Iterable[Statement] = (),
    ) -> None:
        """Write one change; on return it is on the disk. `more` runs after the records."""
        trades = tuple(trades)
        with self.transaction():
            run = self._connection.executemany
            run(_PUT_ACCOUNT, [(a.login, a.changed_stamp, write_line(a)) for a in accounts])
            run(_PUT_TRADE, [_trade_row(trade) for trade in trades])
            run(_PUT_CREDIT, [_credit_row(trade) for trade in trades if _ends(trade)])
            run(_PUT_SETTING, (settings or {}).items())
            for statement, rows in more:
                run(statement, rows)

    def rows(self, question: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """Return the rows of a question in SQL."""
        return self._connection.execute(question, tuple(parameters)).fetchall()

    def put_spec(self, kind: str, name: str, text: bytes) -> None:
        """Write one setting of a kind of its own, in JSON."""
        with self.transaction():
            self._connection.execute(_PUT_SPEC, (kind, name, text))

    def write_persons(self, *, passwords: dict[tuple[int, bool], str], gone: Iterable[int]) -> None:
        """Write passwords as they are kept, and take accounts out with theirs."""
        with self.transaction():
            run = self._connection.executemany
            run(_PUT_KEPT, [(*key, text) for key, text in passwords.items()])
            for table in ("account", "password"):
                run(f"DELETE FROM {table} WHERE login = ?", [(login,) for login in gone])  # noqa: S608 - two names of ours

    def write_office(
        self, *, lines: Iterable[LogLine] = (), reports: Iterable[DailyReport] = ()
    ) -> None:
        """Write lines of the server's journal, and reports of the day."""
        with self.transaction():
            run = self._connection.executemany
            run(
                "INSERT INTO line (at, code, body) VALUES (?, ?, ?)",
                [(_seconds(one.at), int(one.code), body(one)) for one in lines],
            )
            run(
                "INSERT INTO daily (stamp, login, body) VALUES (?, ?, ?)",
                [(one.stamp, one.login, body(one)) for one in reports],
            )

    def lines(
        self, *, span: tuple[datetime, datetime], codes: Iterable[int], after: int, limit: int
    ) -> list[tuple[int, bytes]]:
        """Return (number, body) of the journal's lines of these codes in [start, end)."""
        wanted = ",".join(str(int(code)) for code in codes)
        rows = self._connection.execute(
            f"SELECT id, body FROM line WHERE code IN ({wanted}) AND at >= ? AND at < ?"  # noqa: S608
            " AND id > ? ORDER BY id LIMIT ?",
            (_seconds(span[0]), _seconds(span[1]), after, limit),
        )
        return [(number, text) for number, text in rows]

    def reports(self, *, since: int, login: int, after: int, limit: int) -> list[tuple[int, bytes]]:
        """Return (number, body) of reports stamped at or after, of one login or (0) of all."""
        rows = self._connection.execute(
            "SELECT id, body FROM daily WHERE stamp >= ? AND (? = 0 OR login = ?) AND id > ?"
            " ORDER BY id LIMIT ?",
            (since, login, login, after, limit),
        )
        return [(number, text) for number, text in rows]

    def closed_between(self, *, start: datetime, end: datetime) -> Iterator[TradeRecord]:
        """Yield what was closed in [start, end)."""
        rows = self._connection.execute(
            "SELECT body FROM trade WHERE closed > 0 AND closed >= ? AND closed < ?",
            (_seconds(start), _seconds(end)),
        )
        return (read_line(TradeRecord, line) for (line,) in rows)

    def closed_page(
        self, *, span: tuple[datetime, datetime], after: int, limit: int
    ) -> list[tuple[int, int, str]]:
        """Return (ticket, login, line) of what was closed in [start, end), by ticket."""
        rows = self._connection.execute(
            "SELECT ticket, login, body FROM trade WHERE closed > 0 AND closed >= ? AND closed < ?"
            " AND ticket > ? ORDER BY ticket LIMIT ?",
            (_seconds(span[0]), _seconds(span[1]), after, limit),
        )
        return rows.fetchall()

    def managers(self) -> list[ManagerAccount]:
        """Return the manager accounts as last written."""
        return [read_body(ManagerAccount, text) for text in self.specs("manager")]

    def password(self, login: int, *, investor: bool) -> str | None:
        """Return a password as it is kept, None when the account was given none."""
        row = self._connection.execute(
            "SELECT kept FROM password WHERE login = ? AND investor = ?", (login, investor)
        ).fetchone()
        return str(row[0]) if row else None

    def write_specs(
        self,
        *,
        symbols: Iterable[SymbolSpec] = (),
        groups: Iterable[GroupSpec] = (),
        quotes: Iterable[Quote] = (),
        managers: Iterable[ManagerAccount] = (),
    ) -> None:
        """Write contracts, groups, latest quotes or manager accounts."""
        rows = [("symbol", spec.name, body(spec)) for spec in symbols]
        rows += [("group", spec.name, body(spec)) for spec in groups]
        rows += [("quote", quote.symbol, body(quote)) for quote in quotes]
        rows += [("manager", str(one.login), body(one)) for one in managers]
        with self.transaction():
            self._connection.executemany(_PUT_SPEC, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what is inside one transaction; one inside another joins it."""
        if self._connection.in_transaction:
            yield
            return
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def settings(self) -> dict[str, str]:
        """Return every setting."""
        return dict(self._connection.execute("SELECT key, value FROM setting"))

    def symbols(self) -> list[SymbolSpec]:
        """Return every contract, by name."""
        return [read_body(SymbolSpec, text) for text in self.specs("symbol")]

    def groups(self) -> list[GroupSpec]:
        """Return every group, by name."""
        return [read_body(GroupSpec, text) for text in self.specs("group")]

    def quotes(self) -> list[Quote]:
        """Return the quotes as last written."""
        return [read_body(Quote, text) for text in self.specs("quote")]

    def accounts(self) -> list[AccountRecord]:
        """Return every account, by login."""
        rows = self._connection.execute("SELECT body FROM account ORDER BY login")
        return list(Lines(AccountRecord, "".join([line for (line,) in rows])))

    def open_trades(self) -> list[TradeRecord]:
        """Return every open ticket, by number."""
        rows = self._connection.execute("SELECT body FROM trade WHERE closed = 0 ORDER BY ticket")
        return list(Lines(TradeRecord, "".join([line for (line,) in rows])))

    def last_ticket(self) -> int:
        """Return the highest ticket ever given, 0 when none was."""
        (ticket,) = self._connection.execute(
            "SELECT max(ticket) FROM (SELECT max(ticket) AS ticket FROM trade"
            " UNION SELECT max(ticket) FROM archived_trade)"
        ).fetchone()
        return int(ticket or 0)

    def last_archived_login(self) -> int:
        """Return the highest login in the archive, 0 when there is none."""
        (login,) = self._connection.execute("SELECT max(login) FROM archived_account").fetchone()
        return int(login or 0)

    def trade(self, ticket: int) -> TradeRecord | None:
        """Return one ticket, open or closed."""
        row = self._connection.execute(
            "SELECT body FROM trade WHERE ticket = ?", (ticket,)
        ).fetchone()
        return read_line(TradeRecord, row[0]) if row else None

    def changed_accounts(self, *, since: int, after: int, limit: int) -> list[tuple[int, str]]:
        """Return (login, line) of accounts changed at or after a stamp, by login."""
        rows = self._connection.execute(
            f"SELECT login, body FROM account {_by('account', since)}"  # noqa: S608 - our own name
            " WHERE stamp >= ? AND login > ? ORDER BY login LIMIT ?",
            (since, after, limit),
        )
        return rows.fetchall()

    def changed(self, *, since: int, after: int, limit: int) -> list[tuple[int, int, str]]:
        """Return (ticket, open, line) of tickets changed at or after a stamp, by ticket."""
        rows = self._connection.execute(
            f"SELECT ticket, closed = 0, body FROM trade {_by('trade', since)}"  # noqa: S608
            " WHERE stamp >= ? AND ticket > ? ORDER BY ticket LIMIT ?",
            (since, after, limit),
        )
        return rows.fetchall()

    def history(self, *, login: int, start: datetime, end: datetime) -> list[str]:
        """Return the lines of what a login closed in [start, end), by closing time."""
        rows = self._connection.execute(
            "SELECT body FROM trade WHERE login = ? AND closed >= ? AND closed < ?"
            " AND closed > 0 ORDER BY closed, ticket",
            (login, _seconds(start), _seconds(end)),
        )
        return [line for (line,) in rows]

    def marked(self, *, marker: str, start: datetime, end: datetime) -> list[str]:
        """Return balance records whose comment starts so, booked in [start, end), archived too."""
        found: list[tuple[int, str]] = []
        for table in ("trade", "archived_trade"):
            found += self._connection.execute(
                f"SELECT ticket, body FROM {table} WHERE cmd >= 6"  # noqa: S608 - our own names
                " AND comment >= ? AND comment < ? AND opened >= ? AND opened < ?",
                (marker, marker + "\U0010ffff", _seconds(start), _seconds(end)),
            )
        return [line for _, line in sorted(found)]

    def specs(self, kind: str) -> list[bytes]:
        """Return the JSON of every setting of a kind, by name."""
        rows = self._connection.execute(
            "SELECT body FROM spec WHERE kind = ? ORDER BY name", (kind,)
        )
        return [text for (text,) in rows]


def _seconds(moment: datetime) -> int:
    # Records carry whole seconds, so a bound with a fraction means the next whole one.
    return int(-(-moment.timestamp() // 1))


def _by(table: str, since: int) -> str:
    """Return by what changes are found: all of them by their key, the latest ones by their stamp.

    SQLite knows no statistics of ours and would walk every key for a handful of changes.
    """
    return f"INDEXED BY {table}_changed" if since > 0 else "NOT INDEXED"


def _ends(trade: TradeRecord) -> bool:
    return trade.cmd is Cmd.CREDIT and trade.profit > 0 and trade.expires_at is not None


def _credit_row(trade: TradeRecord) -> tuple[int, int, str, int]:
    expires = trade.expires_at or trade.opened_at
    return trade.ticket, trade.login, str(trade.profit), _seconds(expires)


def _trade_row(trade: TradeRecord) -> tuple[int, int, int, int, int, int, str, str]:
    closed = _seconds(trade.closed_at) if trade.closed_at is not None else 0
    return (
        trade.ticket,
        trade.login,
        int(trade.cmd),
        trade.changed_stamp,
        _seconds(trade.opened_at),
        closed,
        trade.comment,
        write_line(trade),
    )
