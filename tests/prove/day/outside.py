"""A day of real processes: a running demo, its parts killed one after the other, and faults.

Things happen at the simulated MetaTrader's own doors while its agent, feed, worker, PostgreSQL and
Redis work and die. Once it is quiet, `manage.py mt4_verify` has the word.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from backoffice.core.clock import now
from backoffice.demo.children import wait_until
from tests.cluster import ROOT
from tests.factories.simulator import Line
from tests.journeys.running import Demo
from tests.prove.day import spoilt
from tests.prove.day.hands import MANAGER, Hands
from tests.prove.kills import PARTS

VICTIMS = ("metatrader", "agent", "worker", "feed", "postgresql", "redis")
RECOVERY_SECONDS = 180.0
QUIET_SECONDS = 5.0  # in which nothing happens any more, before the last pass begins
LEAST_OPEN = 20
FAULT_SECONDS = 12.0  # so long a fault has to strike
LOOK_EVERY = 25  # events between two looks whether it did
ANSWER_SECONDS = 3.0
#: What is asked of MetaTrader for the mirror, and what happens to accounts and tickets there.
QUESTIONS = ("accounts", "trades", "open_trades", "open_tickets", "logins", "history")
FAULTS: dict[str, dict[str, Any]] = {
    "F-01": {}, "F-02": {}, "F-03": {"delay_ms": 400}, "F-04": {"delay_ms": 400}, "F-05": {},
    "F-06": {"delay_ms": 3000}, "F-07": {"code": 2}, "F-08": {"length": 3}, "F-09": {},
    "F-10": {}, "F-11": {"zone": "Asia/Tokyo"}, "F-12": {"amount": "1.00", "text": "foreign"},
}  # fmt: skip
OF_CHANGES = ("F-04", "F-05", "F-08", "F-12")
IN_THE_WIRE = ("F-01", "F-02", "F-03", "F-07", "F-09", "F-10")


@dataclass
class Chapter:
    """What a part of the day was: events, deaths, faults that struck, and the comparison."""

    events: int = 0
    refused: int = 0
    unanswered: int = 0
    deaths: dict[str, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    verdict: str = ""
    is_equal: bool = False
    injected: int = 0  # differences that were made on purpose, and all of which were found


class DemoDay:
    """Lets chapters of a day happen to one demo."""

    def __init__(self, demo: Demo, seed: str) -> None:
        self._demo = demo
        self._sockets = demo.sockets
        self._chance = random.Random(seed)
        self._lines: dict[str, Line] = {}
        self._unanswered = self._number = 0
        self._standing = ""  # the fault that was set last, unless the server died of us since
        self.hands = Hands(self._chance, self._ask, now)

    # The doors

    def _ask(self, door: str, verb: str, args: dict[str, Any]) -> tuple[int, Any]:
        try:
            self._number += 1
            line = self._line(door)
            line.send({"id": self._number, "verb": verb, "args": args})
            answer = line.receive()
        except (OSError, EOFError, AssertionError, ValueError):
            self._unanswered += 1
            self._hang_up(door)
            return -3, None
        return int(answer["code"]), answer["result"]

    def _line(self, door: str) -> Line:
        if door not in self._lines:
            name, mode = ("metatrader", "direct") if door == MANAGER else ("metatrader.control", "")
            line = Line(self._sockets / name, mode)
            line._socket.settimeout(ANSWER_SECONDS)
            self._lines[door] = line
        return self._lines[door]

    def _hang_up(self, door: str) -> None:
        line = self._lines.pop(door, None)
        if line is not None:
            line.close()
        time.sleep(0.05)

    # What befalls it

    def _kill(self, part: str) -> bool:
        with suppress(AssertionError, OSError):
            os.kill(self._demo.find(PARTS[part]), signal.SIGKILL)
            self._standing = ""
            return True
        return False

    def _set_fault(self, mode: str) -> None:
        """Set one fault at the server, and the same in the wire where a wire can have it."""
        told = {"mode": mode, "count": 3, "probability": "0.4", "seed": 1} | FAULTS[mode]
        self._standing = mode
        if mode in OF_CHANGES:
            for kind in self._chance.sample((75, 76, 80, 83), 2):
                self._ask("stage", "set_fault", {**told, "verb": f"transaction:{kind}"})
            return
        for question in self._chance.sample(QUESTIONS, 3):
            self._ask("stage", "set_fault", {**told, "verb": question})
            if mode in IN_THE_WIRE:
                self._ask_wire({**told, "do": "set_fault", "verb": question})

    def _has_struck(self) -> bool:
        """Whether the fault that stands has struck; a server that restarted forgot it."""
        code, faults = self._ask("stage", "faults", {})
        told = (*(faults if code == 0 else ()), *self._ask_wire({"do": "faults"}))
        return any(one["struck"] for one in told) or (code == 0 and not faults)

    def _end_faults(self) -> Counter[str]:
        """Clear every fault; return how often each struck, at the server and in the wire."""
        code, faults = self._ask("stage", "faults", {})
        struck: Counter[str] = Counter()
        for one in (*(faults if code == 0 else ()), *self._ask_wire({"do": "faults"})):
            struck[one["mode"]] += one["struck"]
        if self._standing == "F-10" and code == 0 and not faults:
            struck["F-10"] += 1  # a server that restarted remembers no fault
        self._standing = ""
        self._ask("stage", "clear_faults", {})
        self._ask_wire({"do": "clear_faults"})
        return +struck

    def _ask_wire(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        """The agent's door for faults; nobody behind it is no answer."""
        try:
            with socket.socket(socket.AF_UNIX) as door:
                door.settimeout(ANSWER_SECONDS)
                door.connect(str(self._sockets / "wire"))
                door.sendall(json.dumps(request).encode() + b"\n")
                answer: dict[str, Any] = json.loads(door.makefile().readline())
        except (OSError, ValueError):
            return []
        return answer.get("faults") or []

    # A chapter

    def chapter(self, events: int) -> Chapter:
        """Let so many things happen under faults and deaths; compare when it is quiet."""
        began, told, deaths = time.monotonic(), Chapter(), Counter[str]()
        faults: Counter[str] = Counter()
        before = self.hands.done.total(), self.hands.refused.total(), self._unanswered
        turn = self._chance.sample(VICTIMS, len(VICTIMS))
        modes = self._chance.sample(sorted(FAULTS), len(FAULTS))
        done = 0
        with self._mirroring():
            while modes:
                self._set_fault(modes.pop())
                due = events * (len(FAULTS) - len(modes)) // len(FAULTS)
                done = self._while_it_stands(done, due)
                faults.update(self._end_faults())
                if turn and len(modes) % 2 == 0:
                    deaths[turn[-1]] += self._kill(turn.pop())
        self._keep_some_open()
        told.is_equal, told.verdict = self._compared()
        if told.is_equal:
            told.injected, told.verdict = self._spoilt(told.verdict)
            told.is_equal = told.injected > 0
        told.events = self.hands.done.total() - before[0]
        told.refused = self.hands.refused.total() - before[1]
        told.unanswered = self._unanswered - before[2]
        told.deaths, told.faults = dict(deaths), dict(faults)
        told.seconds = round(time.monotonic() - began, 1)
        return told

    def _keep_some_open(self) -> None:
        """Open positions until there are some of every class to look at."""
        for _ in range(500):
            code, tickets = self._ask(MANAGER, "open_tickets", {})
            if code == 0 and len(tickets) >= LEAST_OPEN:
                return
            self.hands.open_one()

    def _while_it_stands(self, done: int, due: int) -> int:
        """Let things happen until so many did and the fault has struck, or had its time."""
        end = time.monotonic() + FAULT_SECONDS
        while done < due or (time.monotonic() < end and not self._has_struck()):
            for _ in range(LOOK_EVERY):
                self.hands.act()
            done += LOOK_EVERY
        return done

    @contextmanager
    def _mirroring(self) -> Iterator[None]:
        """One more process that takes pass after pass, and is killed in the middle of one."""
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.prove.day.passes"], cwd=ROOT, env=self._environment()
        )
        try:
            yield
        finally:
            child.kill()
            child.wait()

    def _spoilt(self, verdict: str) -> tuple[int, str]:
        """Falsify our copy in every table and class of field; how many, all of which are found."""
        self._ask("stage", "hold", {})
        writers = [self._demo.find(PARTS[part]) for part in ("worker", "feed")]
        superuser = f"postgresql://postgres@/mt4bo?host={self._sockets / 'pg'}"
        try:
            injected = spoilt.control(
                self._manage, writers, self._environment() | {"DATABASE_URL": superuser},
                seed=str(self._number),
            )  # fmt: skip
        except spoilt.Blind as blind:
            return 0, str(blind)
        finally:
            self._ask("stage", "release", {})
        return injected, verdict

    def _compared(self) -> tuple[bool, str]:
        """End the faults, hold the market, let the mirror take a pass, and ask for the verdict."""
        if not wait_until(self._is_well, seconds=RECOVERY_SECONDS, step=0.5):
            return False, f"not well {RECOVERY_SECONDS:.0f} s after the last death"
        self._ask("stage", "hold", {})
        time.sleep(QUIET_SECONDS)
        for _ in range(20):  # a pass that met the worker's own one is taken anew
            passed = self._manage("mt4_sync", "--full")
            if passed.returncode == 0:
                break
            time.sleep(3)
        done = self._manage("mt4_verify", "--patience", "60")
        self._ask("stage", "release", {})
        lines = (done.stdout or done.stderr).strip().splitlines()
        if done.returncode != 0:
            return False, "\n".join(lines[-60:])
        return True, lines[-1]

    def _is_well(self) -> bool:
        with suppress(httpx.TransportError):
            ready = httpx.get(f"{self._demo.address}/health/ready", timeout=10)
            return ready.status_code == 200 and self._ask("stage", "status", {})[0] == 0
        return False

    def _manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self._environment(),
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def _environment(self) -> dict[str, str]:
        secrets = self._demo.secrets
        static = Path(self._demo.data) / str(self._demo.port) / "static"
        return self._demo.environment | {
            "DJANGO_SETTINGS_MODULE": "backoffice.settings.demo",
            "ENVIRONMENT": "demo",
            "SECRET_KEY": secrets["secret_key"],
            "DATABASE_URL": f"postgresql://mt4bo_app@/mt4bo?host={self._sockets / 'pg'}",
            "REDIS_URL": f"unix://{self._sockets}/redis",
            "MT4_AGENT_KEYS": f"linden-live=demo:{secrets['agent_key']}",
            "STATIC_ROOT": str(static),
            "LOG_LEVEL": "ERROR",
        }

    def close(self) -> None:
        """Hang up."""
        for line in self._lines.values():
            line.close()
