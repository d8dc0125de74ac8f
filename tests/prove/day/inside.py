"""A day within one process: the simulated MetaTrader's own desk on its disk, and our real mirror.

Time is the day's own and runs as fast as things happen. What is a process in truth can die all the
same: MetaTrader keeps only its disk, a worker is lost in the middle of a pass, the feed forgets
its news, PostgreSQL ends our session, Redis forgets everything.
"""

import random
import sqlite3
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import psycopg
import redis
from django.db import Error as DatabaseError
from django.db import connection

from tests.cluster import Database
from tests.factories.simulator import Clock, a_desk, a_server, accounts, other_group
from tests.prove.day.faults import Faults
from tests.prove.day.hands import MANAGER, Hands
from trading.actions import sync
from trading.gateway.agent.engine import CodeError
from trading.gateway.agent.simulated.direct import SimulatedDirect
from trading.gateway.codes import INVALID_DATA
from trading.gateway.errors import Refused
from trading.gateway.port import News
from trading.gateway.simulator.beginning.folder import FILE
from trading.gateway.simulator.book import Happening
from trading.gateway.simulator.clockwork import Clockwork
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.front.control import Control
from trading.gateway.simulator.front.direct import Direct
from trading.gateway.simulator.front.pump import Pump
from trading.gateway.simulator.journal import Journal
from trading.gateway.simulator.protocol import No
from trading.terms import ServerInfo

ZONE = ZoneInfo("Europe/Athens")
ELSEWHERE = ("Europe/London", "Asia/Tokyo", "America/New_York")
PASS_SECONDS, FULL_SECONDS = 15, 300
RESTARTS = ("metatrader", "agent", "worker", "feed", "postgresql", "redis")
RESTART_EVERY = 50  # events
LOGINS = 8


class Killed(BaseException):
    """The worker died here."""


class DeskLine(SimulatedDirect):
    """The agent's own reading of the simulated MetaTrader, without the socket between them."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("")
        self._direct = Direct(desk)

    def _call(self, verb: str, /, **arguments: Any) -> tuple[int, str, Any]:
        try:
            answer = self._direct.answer(verb, orjson.loads(orjson.dumps(arguments)))
        except No as no:
            return int(no.code), no.text, None
        return 0, "", orjson.loads(orjson.dumps(answer))


class DayGateway:
    """The port over a day's desk: every question may meet a fault, or the death of its asker."""

    def __init__(self, day: "Day") -> None:
        self._day = day

    def server_info(self) -> ServerInfo:
        """What the server says of itself."""
        facts = self._ask("info")
        return ServerInfo(
            name=facts.name,
            company=facts.company,
            build=facts.build,
            timezone=facts.timezone,
            server_time=facts.server_time,
            now=self._day.clock.time,
            end_of_day=facts.end_of_day,
            journal_id="day",
            clock_error_ms=0,
            connection_number=1,
        )

    def accounts(self, *, since_stamp: int = 0, cursor: str = "") -> Any:
        """A page of accounts."""
        return self._ask("accounts", since_stamp=since_stamp, cursor=cursor)

    def trades(self, *, since_stamp: int = 0, cursor: str = "") -> Any:
        """A page of tickets."""
        return self._ask("trades", since_stamp=since_stamp, cursor=cursor)

    def closed_trades(self, *, start: datetime, end: datetime, cursor: str = "") -> Any:
        """A page of what was closed in a span."""
        span = {"start": start, "end": end, "cursor": cursor}
        return self._ask("closed_trades", group="", symbol="", **span)

    def trade(self, *, ticket: int) -> Any:
        """A ticket; MetaTrader's 3 when there is none, as the agent answers."""
        found = self._ask("trade", ticket=ticket)
        if found is None:
            raise Refused(INVALID_DATA, "there is no such ticket")
        return found

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return partial(self._ask, name)

    def _ask(self, name: str, **arguments: Any) -> Any:
        self._day.perhaps_die()
        return self._day.faults.befall(lambda: self._answer(name, arguments))

    def _answer(self, name: str, arguments: dict[str, Any]) -> Any:
        try:
            return getattr(DeskLine(self._day.desk), name)(**arguments)
        except CodeError as no:
            raise Refused(no.code, no.text) from no


@dataclass
class Day:
    """One day; `run` lets things happen, `quiet` ends every fault and lets the mirror catch up."""

    folder: Path
    seed: int
    server_id: int
    database: Database
    redis_url: str = ""
    clock: Clock = field(default_factory=Clock)
    events_done: int = 0
    passes: Counter[str] = field(default_factory=Counter)
    restarts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"day {self.seed}")
        self.faults = Faults(self.chance, self)
        self.gateway = DayGateway(self)
        self.news: deque[News] = deque()
        self._late: deque[tuple[int, Callable[[], Any]]] = deque()
        self._nested = False
        self._zone_until = 0
        self._turn = list(RESTARTS)
        self.chance.shuffle(self._turn)
        self._armed = ""
        self._transactions = 0
        self._next_restart = RESTART_EVERY
        self._next_pass = self._next_full = self.clock.time
        self.desk = self._started()
        self.hands = Hands(self.chance, self._carry_out, self.clock)

    # The server

    def _started(self) -> Desk:
        logins = [{"login": 5001 + n} for n in range(LOGINS)]
        logins += [{"login": 6001 + n, "group": "real-eur", "currency": "EUR"} for n in range(3)]
        groups = (*a_server().groups, other_group())
        desk = a_desk(self.folder, self.clock, a_server(accounts=accounts(*logins), groups=groups))
        # A verification asks for the next page in a thread of its own.
        shared = sqlite3.connect(self.folder / FILE, isolation_level=None, check_same_thread=False)
        desk.book.journal = Journal(shared)
        desk.hours.closed_seconds = 0
        desk.book.tell = self._hear
        pump = Pump(desk.hours)
        clockwork = Clockwork(desk, traders=None, on_quotes=lambda quotes: None)
        self._direct = Direct(desk)
        self._control = Control(desk, clockwork, pump, self._direct)
        return desk

    def _hear(self, happening: Happening) -> None:
        kind, record = happening.kind, happening.record
        told: dict[str, Any] = {}
        if kind == "account":
            told = {"account": record}
        elif kind == "trade_delete":
            told = {"ticket": record.ticket}
        elif kind == "account_delete":
            told = {"login": record.login}
        elif kind.startswith("trade_"):
            told = {"trade": record}
        self.news.append(News(number=0, kind=kind, at=self.clock.time, **told))

    def _carry_out(self, door: str, verb: str, args: dict[str, Any]) -> tuple[int, Any]:
        """Let a verb happen; F-04 lets one in thirty transactions happen later, F-08 edits one."""
        if self.faults.is_on and verb == "transaction":
            self._transactions += 1
            if self._transactions % 30 == 10:
                self.faults.struck["F-04"] += 1
                due = self.events_done + self.chance.randrange(1, 25)
                self._late.append((due, lambda: self._now(door, verb, args)))
                return -2, None
            if self._transactions % 30 == 20:
                self.faults.struck["F-08"] += 1
                args = {**args, "comment": str(args.get("comment", ""))[:3]}
        return self._now(door, verb, args)

    def _now(self, door: str, verb: str, args: dict[str, Any]) -> tuple[int, Any]:
        owner: Any = self._direct if door == MANAGER else self._control
        try:
            answer = owner.answer(verb, orjson.loads(orjson.dumps(args)))
        except No as no:
            return int(no.code), None
        return 0, orjson.loads(orjson.dumps(answer))

    # What faults make happen

    def events(self, count: int) -> None:
        """Things happen, each within three seconds of the last."""
        for _ in range(count):
            self.clock.time += timedelta(seconds=self.chance.randrange(1, 4))
            self.events_done += 1
            self.hands.act()
            while self._late and self._late[0][0] <= self.events_done:
                self._late.popleft()[1]()
            if self._zone_until and self.events_done >= self._zone_until and not self._nested:
                self._zone_until, self.desk.hours.zone = 0, ZONE

    def restart_server(self) -> None:
        """What is on the disk is all that the server knows; nobody tells of what was going on."""
        self.restarts["metatrader"] += 1
        self.desk = self._started()
        self.restart_agent()

    def restart_agent(self, part: str = "agent") -> None:
        """The news on their way are lost; whoever connects anew says so."""
        self.restarts[part] += 1
        self.news.clear()
        self.news.append(News(number=0, kind="start", at=self.clock.time))

    def jump_zone(self) -> None:
        """Until the mirror has passed at least twice: the clock of no server jumps to and fro."""
        self.desk.hours.zone = ZoneInfo(self.chance.choice(ELSEWHERE))
        self._zone_until = self.events_done + 60

    def server_stamp(self) -> int:
        """The server's wall clock in whole seconds."""
        return self.desk.hours.stamp(self.clock.time)

    def perhaps_die(self) -> None:
        """The worker is killed, or PostgreSQL ends its session, between two questions."""
        armed, self._armed = self._armed, ""
        if armed:
            self.restarts[armed] += 1
        if armed == "worker":
            raise Killed
        if armed != "postgresql":
            return
        with psycopg.connect(self.database.superuser_url, autocommit=True) as session:
            session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    # Our side

    def run(self, count: int) -> None:
        """Let so many things happen, with the feed and the worker at their work."""
        end = self.events_done + count
        while self.events_done < end:
            self.events(1)
            if self.chance.random() < 0.6:
                self._deliver()
            if self.events_done >= self._next_restart:
                self._next_restart += RESTART_EVERY
                self._turn.append(self._turn.pop(0))
                self._restart(self._turn[-1])
            self._passes()

    def _restart(self, part: str) -> None:
        """End one part; worker and PostgreSQL die in the middle of their next work."""
        if part in ("worker", "postgresql"):
            self._armed = part
        elif part == "metatrader":
            self.restart_server()
        elif part == "redis":
            self.restarts[part] += 1
            with redis.Redis.from_url(self.redis_url) as client:
                client.flushall()
        else:
            self.restart_agent(part)

    def _passes(self) -> None:
        if self.clock.time >= self._next_full:
            self._next_full = self.clock.time + timedelta(seconds=FULL_SECONDS)
            self._next_pass = self.clock.time + timedelta(seconds=PASS_SECONDS)
            self._survive(partial(self.sync, full=True))
        elif self.clock.time >= self._next_pass:
            self._next_pass = self.clock.time + timedelta(seconds=PASS_SECONDS)
            self._survive(self.sync)

    def sync(self, *, full: bool = False) -> bool:
        """One turn of the worker; whether it came to its end."""
        self._nested = True
        try:
            done = sync.sync_server(server_id=self.server_id, now=self.clock.time, full=full)
        finally:
            self._nested = False
        self.passes["finished" if done.finished else "in trouble"] += 1
        return done.finished

    def _deliver(self) -> None:
        """The feed hands a batch over; F-05: some of it twice."""
        batch = [self.news.popleft() for _ in range(len(self.news))]
        if not batch:
            return
        if self.faults.is_on and self.chance.random() < 0.05:
            self.faults.struck["F-05"] += 1
            batch += batch[self.chance.randrange(len(batch)) :]
        apply = partial(sync.apply, server_id=self.server_id, news=batch, now=self.clock.time)
        if not self._survive(apply):
            self.restart_agent("feed")  # what was handed over and not kept is lost

    def _survive(self, work: Callable[[], Any]) -> bool:
        """Do our work; a death in its middle leaves what the database has."""
        try:
            work()
        except (Killed, DatabaseError):
            self.passes["died"] += 1
            connection.close()
            return False
        return True

    def quiet(self) -> None:
        """No more faults, and nothing happens: the mirror has its turns."""
        self.faults.is_on = False
        while self._late:
            self._late.popleft()[1]()
        self.desk.hours.zone, self._zone_until = ZONE, 0
        self._deliver()
        for full in (False, True):
            self.clock.time += timedelta(seconds=PASS_SECONDS)
            assert self.sync(full=full)
