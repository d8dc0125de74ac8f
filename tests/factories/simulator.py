"""Makes simulated MetaTraders: a desk in this process, or a real process with its sockets."""

import json
import socket
import sqlite3
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.factories.terms import a_group, a_symbol, an_account
from trading.gateway import wire
from trading.gateway.lines import Lines
from trading.gateway.simulator.beginning.folder import FILE, open_state
from trading.gateway.simulator.beginning.state import Beginning, write_beginning
from trading.gateway.simulator.book import Book, Happening
from trading.gateway.simulator.desk import Desk, Identity
from trading.gateway.simulator.hours import Hours
from trading.gateway.simulator.journal import Journal
from trading.gateway.simulator.market import Market
from trading.terms import (
    AccountRecord,
    GroupSpec,
    MarginMode,
    Quote,
    SymbolSpec,
    TradeRecord,
)

ROOT = Path(__file__).parents[2]
START_SECONDS = 60


@dataclass
class Clock:
    """A clock that stands until it is set; calling it gives the time."""

    time: datetime = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)  # a Wednesday

    def __call__(self) -> datetime:
        return self.time


@dataclass
class Heard:
    """Everything that a book told."""

    happenings: list[Happening] = field(default_factory=list)

    def __call__(self, happening: Happening) -> None:
        self.happenings.append(happening)

    @property
    def kinds(self) -> list[str]:
        """The kinds of the events, in order."""
        return [happening.kind for happening in self.happenings]


GOLD: dict[str, Any] = {
    "base_currency": "XAU",
    "margin_currency": "USD",
    "digits": 2,
    "contract_size": Decimal(100),
    "margin_mode": MarginMode.CFD_LEVERAGE,
}


def a_server(**changes: Any) -> Beginning:
    """Two pairs and gold, a dollar group at 1:100, one account with 10,000.00."""
    at = Clock().time
    known: dict[str, Any] = {
        "symbols": (
            a_symbol(swap_long=Decimal("-5.0"), swap_short=Decimal("2.0")),
            a_symbol("USDJPY", digits=3),
            a_symbol("XAUUSD", **GOLD),
        ),
        "groups": (a_group(),),
        "quotes": (
            Quote(symbol="EURUSD", bid=Decimal("1.20000"), ask=Decimal("1.20010"), at=at),
            Quote(symbol="USDJPY", bid=Decimal("150.000"), ask=Decimal("150.010"), at=at),
            Quote(symbol="XAUUSD", bid=Decimal("2000.00"), ask=Decimal("2000.30"), at=at),
        ),
        "accounts": (an_account(),),
        "trades": (),
    }
    return Beginning(**{**known, **changes})


def a_desk(folder: Path, clock: Clock | None = None, beginning: Beginning | None = None) -> Desk:
    """A desk over a state in the folder, made first where there is none; the market is held."""
    clock = clock or Clock()
    hours = Hours(ZoneInfo("Europe/Athens"), clock, weekends=True)
    if not (folder / "metatrader.sqlite3").exists():
        settings = {"seed": "1"}
        write_beginning(folder, beginning or a_server(), hours, settings, hours.now())
    book = Book(_journal(folder), hours)
    market = Market(book.symbols, book.journal.quotes(), tempers={}, seed=1, held=True)
    identity = Identity(name="Test-1", company="Example", build=1440, code_page="cp1252")
    return Desk(identity, book, market, hours)


def _journal(folder: Path) -> Journal:
    """The state in the folder, for any thread that asks: the mirror reads ahead in another."""
    open_state(folder).close()
    shared = sqlite3.connect(folder / FILE, isolation_level=None, check_same_thread=False)
    return Journal(shared)


def reopened(desk: Desk, folder: Path) -> Desk:
    """A desk that knows only what is on the disk; the other one is not closed, as after a kill."""
    return a_desk(folder, Clock(desk.hours.exact_now()))


def other_group(**fields: Any) -> GroupSpec:
    """A second group, in euros."""
    return a_group(**{"name": "real-eur", "currency": "EUR", **fields})


def accounts(*fields: dict[str, Any]) -> tuple[AccountRecord, ...]:
    """Accounts with these fields."""
    return tuple(an_account(**one) for one in fields)


def symbols(*fields: tuple[str, dict[str, Any]]) -> tuple[SymbolSpec, ...]:
    """Symbols by name and fields."""
    return tuple(a_symbol(name, **one) for name, one in fields)


# A real process ---------------------------------------------------------------------------------


#: What the lines of an answer hold, by verb.
LINED: dict[str, type] = {
    "accounts": AccountRecord,
    "trades": TradeRecord,
    "open_trades": TradeRecord,
    "closed_trades": TradeRecord,
    "history": TradeRecord,
    "find_marker": TradeRecord,
}


def opened(verb: str, result: Any) -> Any:
    """Return a result with its lines as objects."""
    kind = LINED.get(verb)
    if kind is None:
        return result
    if isinstance(result, dict):
        return result | {"records": opened(verb, result["records"])}
    return [wire.encode(kind, record) for record in Lines(kind, result)]


class Line:
    """One connection to a simulated MetaTrader's socket."""

    def __init__(self, path: Path, mode: str = "") -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(START_SECONDS)
        self._socket.connect(str(path))
        self._asked = 0
        self.path = path
        self.hello: dict[str, Any] = {}
        if mode:
            self.send({"mode": mode})
            self.hello = self.receive()

    def send(self, message: object) -> None:
        """Send one frame."""
        self.send_bytes(json.dumps(message).encode())

    def send_bytes(self, body: bytes) -> None:
        """Send one frame with this body."""
        self._socket.sendall(struct.pack(">I", len(body)) + body)

    def receive(self) -> dict[str, Any]:
        """Return the next frame; EOFError at the end."""
        (length,) = struct.unpack(">I", self._read(4))
        answer: dict[str, Any] = json.loads(self._read(length))
        return answer

    def ask(self, verb: str, /, **args: object) -> dict[str, Any]:
        """Return the answer to a request."""
        self._asked += 1
        self.send({"id": self._asked, "verb": verb, "args": args})
        answer = self.receive()
        assert answer["id"] == self._asked
        return answer

    def result(self, verb: str, /, **args: object) -> Any:
        """Return the result of a request that must succeed."""
        answer = self.ask(verb, **args)
        assert answer["code"] == 0, answer
        return opened(verb, answer["result"])

    def until(self, kind: str) -> dict[str, Any]:
        """Return the next event of a kind."""
        while (event := self.receive())["kind"] != kind:
            pass
        return event

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _read(self, length: int) -> bytes:
        got = b""
        while len(got) < length:
            more = self._socket.recv(length - len(got))
            if not more:
                raise EOFError
            got += more
        return got


@dataclass
class Process:
    """A simulated MetaTrader that runs."""

    child: subprocess.Popen[str]
    path: Path

    def direct(self) -> Line:
        """A direct connection."""
        return Line(self.path, "direct")

    def pumping(self) -> Line:
        """A pumping connection."""
        return Line(self.path, "pumping")

    def control(self) -> Line:
        """A connection to the stage door."""
        return Line(self.path.with_name(self.path.name + ".control"))

    def kill(self) -> None:
        """Kill it without a word."""
        self.child.kill()
        self.child.wait()


def command(folder: Path, *line: str) -> list[str]:
    """The command line of a server whose state and socket are in the folder."""
    place = ["--state", str(folder / "state"), "--socket", str(folder / "mt4")]
    return [sys.executable, "-m", "trading.gateway.simulator", *place, *line]


@contextmanager
def running(folder: Path, *line: str) -> Iterator[Process]:
    """Start a server in the folder, wait until it answers, end it afterwards."""
    child = subprocess.Popen(command(folder, *line), cwd=ROOT, text=True)
    process = Process(child, folder / "mt4")
    try:
        _wait(process)
        yield process
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait(START_SECONDS)


def _wait(process: Process) -> None:
    patience = time.monotonic() + START_SECONDS
    while True:
        try:
            process.control().close()
        except OSError:
            assert process.child.poll() is None, "the server ended while it started"
            assert time.monotonic() < patience, "the server does not listen"
            time.sleep(0.02)
        else:
            return
