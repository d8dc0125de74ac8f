"""How a process dies: at a named point or at a random moment, and what stood where just then."""

import contextlib
import json
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from redis import Redis

from backoffice.demo.children import wait_until
from tests.journeys.running import Demo, children_of, lives
from tests.prove.kills import PARTS
from tests.prove.money.armed.kill_points import POINTS
from tests.prove.money.eye import Eye, Standing

PROCESSES = PARTS | {"scheduler": "backoffice.celery beat"}
OVERTAKEN = "paused until others had paid"
FLUSHED = "redis flushed"  # FLUSHALL: it lives on and knows nothing any more
NUMBERS = {name: number for number, name in enumerate(POINTS)}
ARMED = Path(__file__).with_name("armed")
REACH_SECONDS = 10.0  # then it dies at whatever moment it is
RANDOM_SECONDS = 1.0  # at most so long until a random death
BACK_SECONDS = 60.0
ZOMBIE_SECONDS = 90.0
#: Where somebody else stands when PostgreSQL dies.
DATABASE_POINTS = (
    "hold placed, request not committed",
    "approval committed, not answered",
    "operation planned, not committed",
    "attempt committed, nothing sent",
    "answer heard, not recorded",
    "verdict reached, not committed",
    "confirmation committed",
    "hold settled, not committed",
)


def points_of(process: str) -> tuple[str, ...]:
    """The named points at which this process is killed."""
    if process == "postgresql":
        return DATABASE_POINTS
    return tuple(name for name, point in POINTS.items() if point.process == process)


@dataclass(frozen=True)
class Kill:
    """One death: of whom, how, at which point, when; what stood where just then.

    `caught` are the payments (and legs) on their way just then; `back_seconds` until it was started
    again, `rest_seconds` until the last of the caught was settled (later kills included).
    """

    process: str
    how: str
    point: str = ""
    states: list[str] = field(default_factory=list)
    at: str = ""
    caught: list[str] = field(default_factory=list)
    back_seconds: float = 0.0
    rest_seconds: float = 0.0


class Executioner:
    """Stops, kills and resumes processes of one demo that was started with the hook."""

    def __init__(
        self, demo: Demo, folder: Path, eye: Eye, in_flight: Callable[..., list[Standing]]
    ) -> None:
        self.demo = demo
        self._folder = folder
        self._eye = eye
        self._in_flight = in_flight

    def at_point(self, process: str, point: str, chance: random.Random) -> Kill:
        """Kill a process when somebody reaches the point; at any moment when nobody does."""
        reached = self._stopped_at(POINTS[point].process, point)
        if reached is None:
            return self.at_random(process, chance, wait=0)
        stood = self._stood(self._whose(reached), "none yet/none")
        how, seconds = self._kill(process, chance, reached["pid"])
        with contextlib.suppress(ProcessLookupError):
            os.kill(reached["pid"], signal.SIGCONT)  # if it was another that died
        return Kill(process, how, point, **stood, back_seconds=seconds)

    def at_random(
        self, process: str, chance: random.Random, *, wait: float = RANDOM_SECONDS
    ) -> Kill:
        """Kill a process at a random moment; or let Redis forget everything."""
        if wait:  # a death while nothing moves, since the one before is not over yet, says little
            wait_until(self._something_moves, seconds=REACH_SECONDS, step=0.2)
            time.sleep(chance.uniform(0, wait))
        stood = self._stood(self._in_flight(), "nothing in flight")
        if process == FLUSHED:
            with Redis(unix_socket_path=str(self.demo.sockets / "redis")) as door:
                door.flushall()
            return Kill(process, "FLUSHALL", **stood)
        how, seconds = self._kill(process, chance)
        return Kill(process, how, **stood, back_seconds=seconds)

    def _something_moves(self) -> bool:
        return any(one.moves for one in self._in_flight())

    def zombie_worker(self) -> Kill | None:
        """Stop a sender before it sends; others prove its absence and pay; then let it go on."""
        point = "attempt committed, nothing sent"
        reached = self._stopped_at("worker", point)
        if reached is None:
            return None
        stood = self._stood(self._whose(reached), "none yet/none")
        over = wait_until(lambda: self._is_settled(reached), seconds=ZOMBIE_SECONDS, step=0.5)
        with contextlib.suppress(ProcessLookupError):
            os.kill(reached["pid"], signal.SIGCONT)
        time.sleep(2)
        return Kill("worker", OVERTAKEN if over else "paused", point, **stood)

    def slow_agent(self, chance: random.Random) -> Kill | None:
        """Stop the agent between its last check and the socket, past every deadline; resume it."""
        point = "intent on disk, nothing sent"
        reached = self._stopped_at("agent", point)
        if reached is None:
            return None
        stood = self._stood(self._whose(reached), "none yet/none")
        time.sleep(chance.uniform(6, 20))
        os.kill(reached["pid"], signal.SIGCONT)
        return Kill("agent", "paused past the deadline", point, **stood)

    def _stopped_at(self, process: str, point: str) -> dict[str, Any] | None:
        """Arm a point and wait until a process of this group stands there, stopped."""
        for left in self._folder.glob("reached-*"):
            left.unlink()
        armed = self._folder / f"armed-{self.demo.find(PROCESSES[process])}-{NUMBERS[point]}"
        armed.touch()
        wait_until(lambda: any(self._folder.glob("reached-*[0-9]")), seconds=REACH_SECONDS)
        armed.unlink(missing_ok=True)
        time.sleep(0.02)  # who took it in the last moment writes down who it is
        for path in self._folder.glob("reached-*[0-9]"):
            reached: dict[str, Any] = json.loads(path.read_text())
            wait_until(partial(_is_stopped, reached["pid"]), seconds=5)
            return reached
        return None

    def _whose(self, reached: dict[str, Any]) -> list[Standing]:
        """The withdrawals that the stopped call was about; all in flight when it did not say."""
        told = {name: str(value) for name, value in reached.items() if name != "pid"}
        if not told:
            return self._in_flight()
        return [
            one
            for one in self._in_flight(True)
            if any(str(getattr(one, name)) == value for name, value in told.items())
        ]

    def _stood(self, whose: list[Standing], nobody: str) -> dict[str, Any]:
        moving = [one.name for one in self._in_flight() if one.moves]
        states = [one.words for one in whose] or [nobody]
        return {"states": states, "caught": moving, "at": datetime.now(UTC).isoformat()}

    def _is_settled(self, reached: dict[str, Any]) -> bool:
        query = "SELECT state, attempts FROM trading_balanceoperation WHERE id = %s"
        rows = self._eye.rows(query, [reached.get("operation_id", 0)])
        return bool(rows) and rows[0][0] in ("CONFIRMED", "REFUSED", "MANUAL")

    def _kill(self, process: str, chance: random.Random, stopped: int = 0) -> tuple[str, float]:
        """Kill it in one of its ways; how, and the seconds until it was started again."""
        main = self.demo.find(PROCESSES[process])
        start = time.monotonic()
        how, part, number = self._way(process, main, chance, stopped)
        if part:
            os.kill(part, number)  # its own main process deals with that
            return how, 0.0
        if process == "postgresql":
            os.kill(main, number)
        else:
            os.killpg(main, number)
        if not wait_until(lambda: self._is_back(process, main), seconds=BACK_SECONDS):
            raise AssertionError(f"{process} was not started again in {BACK_SECONDS:.0f} s")
        return how, time.monotonic() - start

    def _way(
        self, process: str, main: int, chance: random.Random, stopped: int
    ) -> tuple[str, int, int]:
        """How it dies: words, which of its children alone (0: all of it), the signal."""
        if process == "postgresql":
            way = chance.choice(("kill -9", "stop immediate", "kill -9 of a session"))
            if way == "stop immediate":
                return way, 0, signal.SIGQUIT
            if way == "kill -9 of a session" and (sessions := _sessions(self._eye)):
                return way, chance.choice(sessions), signal.SIGKILL
        if process == "worker" and chance.random() < 1 / 3:
            children = list(children_of(main))
            one = stopped or (chance.choice(children) if children else 0)
            return "kill -9 of a child", one, signal.SIGKILL
        return "kill -9", 0, signal.SIGKILL

    def _is_back(self, process: str, before: int) -> bool:
        try:
            return self.demo.find(PROCESSES[process]) != before
        except (AssertionError, OSError):
            return False


def _sessions(eye: Eye) -> list[int]:
    """The sessions of the product in PostgreSQL, by process."""
    rows = eye.rows("SELECT pid FROM pg_stat_activity WHERE usename = 'mt4bo_app'")
    return [pid for (pid,) in rows if lives(pid)]


def _is_stopped(number: int) -> bool:
    try:
        stat = Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return True  # it is gone: stopped for good
    return stat.rpartition(")")[2].split()[0] in "TZ"
