"""Agents for tests: a scripted MetaTrader behind a real agent on loopback, and real processes."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from queue import Queue
from typing import Any

import uvicorn

from trading.gateway import clock
from trading.gateway.agent.app import Agent
from trading.gateway.agent.config import Config
from trading.gateway.agent.engine import LinkError, Reply, ServerFacts
from trading.gateway.agent.gate import Gate
from trading.gateway.agent.journal import Journal
from trading.gateway.port import News, Page, ServerAddress
from trading.terms import (
    AccountRecord,
    BalanceKind,
    Cmd,
    LevelType,
    MarginState,
    Passage,
    Quote,
    TradeRecord,
)

KEY_ID, KEY = "test", bytes(range(32))
ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def a_passage(marker: str = "BO:0001", attempt: int = 1, *, seconds: int = 60) -> Passage:
    """A passage that the gate lets out for a minute."""
    evidence = "proof" if attempt > 1 else ""
    deadline = clock.now() + timedelta(seconds=seconds)
    return Passage(marker=marker, attempt=attempt, deadline=deadline, absence_evidence=evidence)


def a_record(ticket: int = 1, *, login: int = 7, **fields: Any) -> TradeRecord:
    """A booked deposit of 10.00."""
    known: dict[str, Any] = {
        "cmd": Cmd.BALANCE, "symbol": "", "digits": 2, "volume_hundredths": 0, "opened_at": NOON,
        "opened_server_time": datetime(2026, 3, 4, 14), "open_price": Decimal(0),  # noqa: DTZ001
        "stop_loss": Decimal(0), "take_profit": Decimal(0), "closed_at": NOON,
        "closed_server_time": datetime(2026, 3, 4, 14), "close_price": Decimal(0),  # noqa: DTZ001
        "expires_at": None, "commission": Decimal(0), "swap": Decimal(0), "taxes": Decimal(0),
        "profit": Decimal("10.00"), "margin_rate": Decimal(0), "magic": 0, "comment": "",
        "changed_stamp": 1,
    }  # fmt: skip
    return TradeRecord(ticket=ticket, login=login, **(known | fields))


def an_account(login: int = 7, **fields: Any) -> AccountRecord:
    """An account of the scripted server."""
    known: dict[str, Any] = {
        "group": "demo", "name": "Ada", "currency": "USD", "leverage": 100,
        "balance": Decimal("100.00"), "credit": Decimal(0), "enabled": True, "read_only": False,
        "email": "", "phone": "", "country": "", "city": "", "comment": "", "agent_login": 0,
        "registered_at": NOON, "registered_server_time": datetime(2026, 3, 4, 14),  # noqa: DTZ001
        "previous_balance": Decimal(0), "changed_stamp": 1,
    }  # fmt: skip
    return AccountRecord(login=login, **(known | fields))


def a_quote(symbol: str, bid: str) -> Quote:
    """A quote with a spread of two points."""
    return Quote(symbol=symbol, bid=Decimal(bid), ask=Decimal(bid) + Decimal("0.0002"), at=NOON)


@dataclass
class Script:
    """A MetaTrader that keeps what it booked and fails exactly as it is told.

    `before` and `after` are called around the booking of each balance command; what they raise is
    what the caller of the connection sees. `code` is answered instead of 0; `books` off books
    nothing. `seen_late` hides booked records from that many searches by marker,
    and from history meanwhile.
    """

    booked: list[TradeRecord] = field(default_factory=list)
    sent: int = 0
    code: int = 0
    books: bool = True
    seen_late: int = 0
    is_hidden: bool = False
    closed_window: bool = False
    is_down: bool = False
    connections: int = 0
    before: Callable[[], None] = lambda: None
    after: Callable[[], None] = lambda: None
    asked: Callable[[], None] = lambda: None
    news: Queue[tuple[News, ...] | None] = field(default_factory=Queue)

    def direct(self) -> "ScriptedDirect":
        """See Engine."""
        return ScriptedDirect(self)

    def pump(self) -> "ScriptedPump":
        """See Engine."""
        return ScriptedPump(self)


class ScriptedDirect:
    """The direct connection of a script."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self._is_open = False

    @property
    def is_alive(self) -> bool:
        """Whether it is connected; a MetaTrader that went down took the connection with it."""
        self._is_open = self._is_open and not self.script.is_down
        return self._is_open

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name in ("symbols", "groups", "logins", "open_trades", "open_tickets"):
            return tuple
        raise AttributeError(name)

    def connect(self) -> None:
        if self.script.is_down:
            raise LinkError("the script is down")
        self.script.connections += 1
        self._is_open = True

    def close(self) -> None:
        self._is_open = False

    def patience(self, until: float) -> None:
        self.until = until

    def _lose(self, error: LinkError) -> None:
        self._is_open = False
        raise error

    def info(self) -> ServerFacts:
        return ServerFacts(
            name="Script", company="Example", build=1440, timezone="Europe/Athens",
            server_time=datetime(2026, 3, 4, 14), end_of_day="23:59",  # noqa: DTZ001
            closed_window=self.script.closed_window,
        )  # fmt: skip

    def quotes(self) -> tuple[Quote, ...]:
        self.script.asked()
        return (a_quote("EURUSD", "1.1000"),)

    def accounts(self, *, since_stamp: int, cursor: str) -> Page[AccountRecord]:
        return Page(records=(an_account(),), next_cursor="")

    def account(self, *, login: int) -> AccountRecord | None:
        return an_account(login)

    def trade(self, *, ticket: int) -> TradeRecord | None:
        return next((record for record in self.script.booked if record.ticket == ticket), None)

    def margin(self, *, login: int) -> MarginState:
        zero = Decimal(0)
        return MarginState(
            login=login + 1, balance=zero, credit=zero, floating=zero, equity=zero, margin=zero,
            free_margin=zero, level_percent=zero, level_type=LevelType.OK,
        )  # fmt: skip

    def find_marker(self, *, marker: str, start: datetime, end: datetime) -> tuple[Any, ...]:
        self.script.is_hidden = self.script.seen_late > 0
        if self.script.is_hidden:
            self.script.seen_late -= 1
            return ()
        there = (r for r in self.script.booked if start <= r.opened_at < end)
        return tuple(r for r in there if r.comment.startswith(marker))

    def history(self, *, login: int, start: datetime, end: datetime) -> tuple[Any, ...]:
        if self.script.is_hidden:
            return ()
        there = (r for r in self.script.booked if start <= r.opened_at < end)
        return tuple(r for r in there if r.login == login)

    def change_balance(self, *, kind: BalanceKind, **told: Any) -> Reply:
        script = self.script
        script.sent += 1
        try:
            script.before()
            if script.books:
                self._book(kind, **told)
            script.after()
        except LinkError as lost:
            self._lose(lost)
        return Reply(code=script.code, text="scripted", ticket=len(script.booked))

    def _book(
        self, kind: BalanceKind, *, login: int, amount: Decimal, comment: str, **told: Any
    ) -> None:
        ticket = len(self.script.booked) + 1
        record = a_record(
            ticket, login=login, profit=amount, comment=comment, opened_at=clock.now(),
            expires_at=told.get("expires_at"),
        )  # fmt: skip
        cmd = Cmd.CREDIT if kind is BalanceKind.CREDIT else Cmd.BALANCE
        self.script.booked.append(replace(record, cmd=cmd))

    def close_trade(self, **told: Any) -> Reply:
        self.script.sent += 1
        return Reply(code=self.script.code, text="scripted", ticket=told["ticket"])


class ScriptedPump:
    """The pumping connection of a script: it tells what the script's queue holds; None ends it."""

    def __init__(self, script: Script) -> None:
        self.script = script

    def connect(self) -> None:
        if self.script.is_down:
            raise LinkError("the script is down")

    def read(self) -> tuple[News, ...]:
        news = self.script.news.get()
        if news is None:
            raise LinkError("the script ended the pump")
        return news

    def close(self) -> None:
        self.script.news.put(None)


def a_config(journal: Path, **changed: Any) -> Config:
    """What an agent of a test is told."""
    config = Config(
        host="127.0.0.1", port=0, keys={KEY_ID: KEY}, journal=journal, engine="simulated",
        simulator="", clock_skew_ms=10_000, clock_error_ms=0, reconnect_seconds=0,
        window_frames=100, log_level="INFO",
    )  # fmt: skip
    return replace(config, **changed)


@dataclass
class Running:
    """An agent that serves in a thread of this process."""

    address: ServerAddress
    agent: Agent
    journal: Journal
    stopped: list[str]


class OpenGate(Gate):
    """A gate with its checks off: the positive control."""

    def check(self, passage: Passage) -> None:
        """Let everything out."""


@contextlib.contextmanager
def an_agent(
    script: Any,
    folder: Path,
    *,
    gate_open: bool = False,
    disk: Any = None,
    is_first: bool = True,
    **changed: Any,
) -> Iterator[Running]:
    """Run an agent over a scripted engine, on a free port of loopback."""
    config = a_config(folder / "journal", **changed)
    journal = Journal(config.journal, now=clock.now(), disk=disk, is_first=is_first)
    gate = None
    if gate_open:
        gate = OpenGate(journal, now=clock.now, clock_error_ms=lambda: 0, clock_skew_ms=1)
    stopped: list[str] = []
    agent = Agent(config, script, journal, stop=stopped.append, gate=gate)
    settings = {"http": "httptools", "ws": "websockets-sansio", "loop": "asyncio"}
    server = uvicorn.Server(
        uvicorn.Config(agent, port=0, lifespan="on", log_config=None, **settings)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        wait_until(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Running(an_address(f"http://127.0.0.1:{port}"), agent, journal, stopped)
    finally:
        server.should_exit = True
        thread.join(20)
        journal.release()
    assert not thread.is_alive()


def an_address(url: str, key: bytes = KEY) -> ServerAddress:
    """The address of an agent, with the tests' key."""
    return ServerAddress(server="demo-1", url=url, key_id=KEY_ID, key=key)


def wait_until(true: Callable[[], Any], *, seconds: float = 20) -> None:
    """Wait for something that has to become true."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not become true in time"
        time.sleep(0.01)


def agent_environment(folder: Path, simulator: Path, **changed: str) -> dict[str, str]:
    """The environment of an agent process."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "MT4_AGENT_LISTEN": "127.0.0.1:0",
        "MT4_AGENT_KEYS": f"{KEY_ID}={KEY.hex()}",
        "MT4_AGENT_JOURNAL": str(folder / "journal"),
        "MT4_AGENT_ENGINE": "simulated",
        "MT4_AGENT_NEW_JOURNAL": "accept",
        "MT4_AGENT_SIMULATOR": str(simulator),
        "MT4_AGENT_CLOCK_SKEW_MS": "2000",
        "MT4_AGENT_CLOCK_ERROR_MS": "0",
        "MT4_AGENT_RECONNECT_SECONDS": "0",
        **changed,
    }


def start_python(
    *line: str, environment: dict[str, str], quiet: bool = False
) -> subprocess.Popen[str]:
    """Start a Python process of ours whose output can be read; quiet: but not what it logs."""
    return subprocess.Popen(
        [sys.executable, *line], env=environment, text=True, cwd=ROOT,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL if quiet else subprocess.PIPE,
    )  # fmt: skip


@contextlib.contextmanager
def an_agent_process(environment: dict[str, str]) -> Iterator[tuple[ServerAddress, Any]]:
    """Run the agent as a process; kill it in the end."""
    process = start_python("-m", "trading.gateway.agent", environment=environment, quiet=True)
    try:
        first = process.stdout.readline() if process.stdout else ""
        assert "listens on" in first, process.communicate()
        yield an_address(first.split()[-1]), process
    finally:
        process.kill()
        process.communicate()
