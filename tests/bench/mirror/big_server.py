"""A big MetaTrader, made quickly: one small invented world, copied until it has the wanted size.

Every copy has logins and tickets of its own; the tickets of one moment stand side by side, as on a
server that all clients trade on at once.
"""

import dataclasses
import re
import sqlite3
import time
from calendar import timegm
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.factories.simulator import running
from trading.gateway.lines import Fields, Lines
from trading.gateway.simulator.beginning.folder import FILE
from trading.terms import AccountRecord, TradeRecord

WORLD_ACCOUNTS, WORLD_DAYS = 20, 150
OPEN_PERCENT, MONEY_PERCENT = 5, 10
WORLD = ("--seed", "11", "--accounts", str(WORLD_ACCOUNTS), "--days", str(WORLD_DAYS))
QUIET = ("--hold-prices", "--no-terminals")
FIRST_LOGIN, FIRST_TICKET = 1_000_000, 10_000_000
STAMP = [field.name for field in dataclasses.fields(AccountRecord)].index("changed_stamp")
PART = re.compile(r"(from|to) #(\d+)")


@dataclass(frozen=True)
class Size:
    """How many accounts and tickets there shall be; whole copies of the world are made."""

    accounts: int
    tickets: int

    @property
    def copies(self) -> int:
        """How often the world is copied."""
        return max(1, self.accounts // WORLD_ACCOUNTS)


def make(folder: Path, size: Size) -> None:
    """Make the state of a big server in the folder; `simulator.running` starts it then."""
    with running(folder, *WORLD, *QUIET):
        pass
    with closing(sqlite3.connect(folder / "state" / FILE, isolation_level=None)) as state:
        state.execute("PRAGMA synchronous = OFF")
        state.execute("BEGIN")
        accounts = Lines(AccountRecord, _all(state, "account", "login")).split()
        tickets = Lines(TradeRecord, _all(state, "trade", "ticket")).split()
        state.execute("DELETE FROM account")
        state.execute("DELETE FROM trade")
        logins = {fields[0]: number for number, fields in enumerate(accounts)}
        state.executemany("INSERT INTO account VALUES (?, ?, ?)", _accounts(accounts, size.copies))
        wanted = _enough(tickets, size.tickets // size.copies)
        state.executemany(
            "INSERT INTO trade VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            _tickets(wanted, logins, size),
        )
        state.execute("COMMIT")


def _all(state: sqlite3.Connection, table: str, key: str) -> str:
    rows = state.execute(f"SELECT body FROM {table} ORDER BY {key}")  # noqa: S608 - our own names
    return "".join(line for (line,) in rows)


def _enough(tickets: list[Fields], wanted: int) -> list[Fields]:
    """As many tickets of each kind as are wanted, by time of opening; some come more than once."""
    is_open = [fields[11] == r"\N" for fields in tickets]
    is_money = [fields[2] >= "6" for fields in tickets]
    kinds = (
        ([one for one, test in zip(tickets, is_open, strict=True) if test], OPEN_PERCENT),
        ([one for one, test in zip(tickets, is_money, strict=True) if test], MONEY_PERCENT),
    )
    found: list[Fields] = []
    for kind, percent in kinds:
        found += _cycled(kind, wanted * percent // 100)
    closed = [one for one in tickets if one[11] != r"\N" and one[2] < "6"]
    found += _cycled(closed, wanted - len(found))
    return sorted(found, key=lambda fields: fields[6])


def _cycled(tickets: list[Fields], wanted: int) -> list[Fields]:
    return [tickets[number % len(tickets)] for number in range(wanted)]


def _accounts(accounts: list[Fields], copies: int) -> Iterator[tuple[int, int, str]]:
    for copy in range(copies):
        for number, fields in enumerate(accounts):
            login = FIRST_LOGIN + copy * len(accounts) + number
            yield login, int(fields[STAMP]), "\t".join((str(login), *fields[1:])) + "\n"


def _tickets(
    tickets: list[Fields], logins: dict[str, int], size: Size
) -> Iterator[tuple[int, int, int, int, int, int, str, str]]:
    places = {fields[0]: place for place, fields in enumerate(tickets)}
    for place, fields in enumerate(tickets):
        closed = 0 if fields[11] == r"\N" else _seconds(fields[11])
        opened, stamp, cmd = _seconds(fields[6]), int(fields[22]), int(fields[2])
        middle = "\t".join(fields[2:21])
        for copy in range(size.copies):
            ticket = FIRST_TICKET + place * size.copies + copy
            login = FIRST_LOGIN + copy * len(logins) + logins[fields[1]]
            comment = fields[21]
            if "#" in comment:
                comment = PART.sub(
                    lambda found, copy=copy: _renumbered(found, places, size.copies, copy), comment
                )
            line = f"{ticket}\t{login}\t{middle}\t{comment}\t{stamp}\n"
            yield ticket, login, cmd, stamp, opened, closed, comment, line


def _renumbered(found: re.Match[str], places: dict[str, int], copies: int, copy: int) -> str:
    place = places.get(found[2])
    number = 0 if place is None else FIRST_TICKET + place * copies + copy
    return f"{found[1]} #{number}"


def _seconds(moment: str) -> int:
    return timegm(time.strptime(moment, "%Y-%m-%dT%H:%M:%SZ"))
