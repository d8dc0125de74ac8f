"""Rounds of kills under load, each judged at rest; a journal of what is proved; the report."""

import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.cluster import ROOT
from tests.journeys.running import Demo
from tests.prove.money import oracle
from tests.prove.money.desks import Desks
from tests.prove.money.eye import IN, Eye, Standing
from tests.prove.money.killing import (
    ARMED,
    FLUSHED,
    OVERTAKEN,
    Executioner,
    Kill,
    points_of,
)

PROCESSES = ("web", "worker", "feed", "agent", "metatrader", "postgresql")
BESIDE = ("redis", "scheduler")  # nothing may hang on them
FLUSHES = 2  # a round
PAUSES = 3  # one round in so many has one
PAYING_IN = 0.4  # this part of what people begin is a deposit
#: Deadline, transport, clocks and visibility of the demo's terms, and the promised minute.
LIMIT_SECONDS = 6.5 + 60
PEOPLE_SECONDS = 180.0  # how long people go on with what waits for them, after the faults
ACCOUNTS = "60"
ASKED = ("REQUESTED", "STARTED", "PENDING")  # of people, so far

Say = Callable[[str], None]


class NotProved(AssertionError):
    """Money moved twice or not at all, the books disagree, or something is stuck."""


@dataclass(frozen=True)
class Round:
    """What one round proved: its kills, what came of the withdrawals, and how long it took."""

    kills: list[Kill]
    withdrawals: int
    confirmed: int
    manual: int
    rest_seconds: float  # from the last fault until the last withdrawal that it caught was settled
    waiting: int = 0  # still waiting for a person when people stopped


@dataclass
class Fleet:
    """A demo that carries the hook, and whoever looks at it and kills in it."""

    demo: Demo
    folder: Path
    eye: Eye
    desks: Desks
    sockets: Path
    executioner: Executioner = field(init=False)

    def __post_init__(self) -> None:
        self.executioner = Executioner(self.demo, self.folder, self.eye, self.in_flight)

    def in_flight(self, everything: bool = False) -> list[Standing]:
        """The latest movements that are on their way, or just being asked for."""
        errands = self.desks.errands[-60:]
        stands = self.eye.standings(errand.key for errand in errands)
        return [one for one in stands if everything or one.moves or one.state in ASKED]

    def deposits(self) -> list[str]:
        """The names of the deposits that its desks began."""
        stands = self.eye.standings(errand.key for errand in self.desks.errands)
        return [one.name.partition(" ")[0] for one in stands if one.leg == IN]

    def judge(self) -> dict[str, Any]:
        """Everything that the oracle is told."""
        return judge_of(self.demo, self.sockets)

    def records(self) -> list[dict[str, Any]]:
        """Every record in MetaTrader that carries our mark."""
        return records_of(self.demo)


def judge_of(demo: Demo, sockets: Path) -> dict[str, Any]:
    """Everything that the oracle is told of a demo."""
    secrets = demo.secrets
    env = demo.environment | {
        "DJANGO_SETTINGS_MODULE": "backoffice.settings.demo",
        "ENVIRONMENT": "demo",
        "SECRET_KEY": secrets["secret_key"],
        "DATABASE_URL": f"postgresql://mt4bo_app@/mt4bo?host={sockets / 'pg'}",
        "REDIS_URL": f"unix://{sockets}/redis",
        "MT4_AGENT_KEYS": f"linden-live=demo:{secrets['agent_key']}",
        "STATIC_ROOT": str(demo.data / str(demo.port) / "static"),
        "LOG_LEVEL": "ERROR",
        "MT4BO_KILL_POINTS": "",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.prove.money.books"], cwd=ROOT, env=env,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"the books could not be read: {done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout.strip().rpartition("\n")[2])
    return told


def records_of(demo: Demo) -> list[dict[str, Any]]:
    """Every record in MetaTrader that carries our mark."""
    found, after = [], 0
    while True:
        page = demo.manager("trades", since_stamp=0, after=after, limit=5000)
        found += [one for one in page["records"] if one["comment"].startswith(oracle.OURS)]
        after = page["next"]
        if not after:
            return found


def hooked(folder: Path) -> dict[str, str]:
    """What a demo's environment has to say so that its processes carry the hook."""
    return {"PYTHONPATH": str(ARMED), "MT4BO_KILL_POINTS": str(folder)}


@contextmanager
def a_fleet(seed: str, accounts: str = ACCOUNTS) -> Iterator[Fleet]:
    """Start a demo with the hook and its desks; stop it and throw its data away."""
    with tempfile.TemporaryDirectory(prefix="mt4bo-money-") as name:
        data, folder = Path(name), Path(name) / "points"
        data.chmod(0o755)  # PostgreSQL's user walks through it
        folder.mkdir()
        demo = Demo(data, ACCOUNTS=accounts, **hooked(folder))
        try:
            with beside(demo.start(), seed, paying_in=PAYING_IN) as fleet:
                yield fleet
        finally:
            demo.stop()
            demo.verb("reset")


@contextmanager
def beside(demo: Demo, seed: str, *, paying_in: float = 0) -> Iterator[Fleet]:
    """Open the desks beside a running demo that carries the hook; this part are deposits."""
    sockets, folder = demo.sockets, Path(demo.environment["MT4BO_KILL_POINTS"])
    eye, desks = Eye(sockets), Desks(demo, sockets, seed, paying_in=paying_in)
    try:
        yield Fleet(demo=demo, folder=folder, eye=eye, desks=desks, sockets=sockets)
    finally:
        desks.close()
        eye.close()


def plan(seed: int, number: int) -> list[tuple[str, str]]:
    """The kills of one round, (process, point or nothing): two at points, one at random, of each.

    Points take turns, so that every one has been somebody's death after enough rounds.
    """
    chance = random.Random(f"{seed}:{number}")
    kills = [(process, "") for process in (*PROCESSES, *BESIDE)] + [(FLUSHED, "")] * FLUSHES
    for process in PROCESSES:
        points = points_of(process)
        kills += [(process, points[(number * 2 + turn) % len(points)]) for turn in range(2)]
    chance.shuffle(kills)
    return kills


def run_round(fleet: Fleet, seed: int, number: int, say: Say) -> Round:
    """Kill under load, let the faults stop, wait for rest, judge; NotProved when it is not so."""
    chance = random.Random(f"{seed}:{number}:how")
    already = len(fleet.desks.errands)
    fleet.desks.open_again()
    kills: list[Kill] = []
    for process, point in plan(seed, number):
        kill = (
            fleet.executioner.at_point(process, point, chance)
            if point
            else fleet.executioner.at_random(process, chance)
        )
        kills.append(kill)
        say(f"  {number:>3} {kill.process:11}{kill.how:21}{kill.point or 'at random':40}"
            f"{', '.join(kill.states)[:60]}")  # fmt: skip
    if paused := _paused(fleet, number, chance):
        kills.append(paused)
        say(f"  {number:>3} {paused.process:11}{paused.how}")
    return judged(fleet, kills, already, say)


def _paused(fleet: Fleet, number: int, chance: random.Random) -> Kill | None:
    """Pause somebody past a deadline, in one round of three: that takes as long as ten kills."""
    if number % PAUSES:
        return None
    zombie = fleet.executioner.zombie_worker() if number % (2 * PAUSES) else None
    return zombie or fleet.executioner.slow_agent(chance)


def judged(
    fleet: Fleet, kills: list[Kill], already: int, say: Say, *, limit: float = LIMIT_SECONDS
) -> Round:
    """Wait for rest and judge; NotProved says what is wrong."""
    rest, waiting = settle(fleet, limit)
    told = fleet.judge()
    wrong = oracle.findings(told, fleet.records(), fleet.deposits())
    wrong = [one for one in wrong if not _waits(one, waiting)]
    if wrong:
        raise NotProved("; ".join(wrong[:10]))
    states = Counter(one["state"] for one in told["operations"])
    done = Round(
        kills=[_timed(kill, told["rested"]) for kill in kills],
        withdrawals=len(fleet.desks.errands) - already,
        confirmed=states["CONFIRMED"],
        manual=states["MANUAL"],
        rest_seconds=rest,
        waiting=len(waiting),
    )
    say(
        f"      at rest after {rest:.1f} s; {done.withdrawals} deposits and withdrawals in it; "
        f"in all {done.confirmed} movements confirmed, {done.manual} for a person; books agree"
    )
    return done


def _timed(kill: Kill, rested: dict[str, str]) -> Kill:
    """The kill with the seconds until the last withdrawal that it caught was settled."""
    ends = [datetime.fromisoformat(rested[one]) for one in kill.caught if one in rested]
    if not ends:
        return kill
    return replace(kill, rest_seconds=(max(ends) - datetime.fromisoformat(kill.at)).total_seconds())


def settle(fleet: Fleet, limit: float = LIMIT_SECONDS) -> tuple[float, list[int]]:
    """Let people finish; how long the machine took at most, and who still waits for a person.

    A withdrawal that the machine owes something has its time from the last fault on, or from the
    moment at which a person handed it to the machine; NotProved when `limit` seconds do not do.
    """
    fleet.desks.take_no_more()
    start = time.monotonic()
    since: dict[Any, float] = {}
    worst = 0.0
    while True:
        now = time.monotonic()
        errands = {errand.key: errand for errand in fleet.desks.errands}
        stands = {one.key: one for one in fleet.eye.standings(errands)}
        for key, one in stands.items():
            if one.moves:
                since.setdefault(key, now)
                if now - since[key] > limit:
                    raise NotProved(f"not at rest after {limit} s: {one}")
            elif key in since:
                worst = max(worst, now - since.pop(key))
        open_ones = [key for key, errand in errands.items() if not errand.is_over(stands.get(key))]
        if not open_ones:
            return worst, []
        if now - start > PEOPLE_SECONDS and not since:
            return worst, [stands[key].payment_id for key in open_ones if key in stands]
        time.sleep(0.5)


def _waits(finding: str, waiting: Sequence[int]) -> bool:
    return any(finding.startswith(f"payment {number}: still") for number in waiting)


def control(say: Say) -> str:
    """The same harness with the send gate off: the double that it must show, or NotProved."""
    with a_fleet("control", "20") as fleet:
        (fleet.folder / "gate-off").touch()
        paused = fleet.executioner.zombie_worker()
        if paused is None or paused.how != OVERTAKEN:
            raise NotProved(f"the control's sender was not overtaken: {paused}")
        settle(fleet)
        found = oracle.doubles(fleet.records())
        if not found:
            raise NotProved("with the send gate off there was no double: the harness is blind")
        say(f"  positive control, send gate off: {found[0]}")
        return found[0]


class Journal:
    """prove-results/money-SEED.jsonl: a line a judged round, and one for the positive control."""

    def __init__(self, seed: int) -> None:
        self.path = ROOT / "prove-results" / f"money-{seed}.jsonl"
        self.path.parent.mkdir(exist_ok=True)
        self.rounds: list[Round] = []
        self.control = ""
        for line in self.path.read_text().splitlines() if self.path.exists() else ():
            self._read(line)

    def _read(self, line: str) -> None:
        try:
            told = json.loads(line)
        except ValueError:
            return  # half a line of a run that was killed
        if "control" in told:
            self.control = told["control"]
            return
        told["kills"] = [Kill(**kill) for kill in told["kills"]]
        self.rounds.append(Round(**told))

    def keep_control(self, found: str) -> None:
        """The harness sees doubles."""
        self.control = found
        self._write({"control": found})

    def keep(self, done: Round) -> None:
        """One more round is proved."""
        self.rounds.append(done)
        self._write(asdict(done))

    def _write(self, told: dict[str, Any]) -> None:
        with self.path.open("a") as out:
            out.write(json.dumps(told) + "\n")


def report(rounds: Sequence[Round], say: Say) -> None:
    """Kills by process, and where withdrawals stood when each process died."""
    kills = [kill for done in rounds for kill in done.kills]
    by_process: dict[str, list[Kill]] = defaultdict(list)
    for kill in kills:
        by_process[kill.process].append(kill)
    for process, some in sorted(by_process.items()):
        deaths = [kill for kill in some if not kill.how.startswith("paused")]
        points = Counter(kill.point for kill in deaths if kill.point)
        back = max((kill.back_seconds for kill in deaths), default=0.0)
        rest = max((kill.rest_seconds for kill in some), default=0.0)
        say(
            f"  {process}: {len(deaths)} kills ({sum(points.values())} at {len(points)} named "
            f"points), {len(some) - len(deaths)} pauses; started again within {back:.1f} s, "
            f"what it caught settled within {rest:.1f} s, later kills included"
        )
        ways = Counter(kill.how for kill in some)
        say("      " + ", ".join(f"{how} x {count}" for how, count in ways.most_common()))
        stood = Counter(state for kill in some for state in kill.states)
        for state, count in stood.most_common():
            say(f"      {state:28}{count:>6}")
    say(
        f"  {len(kills)} faults in {len(rounds)} rounds, "
        f"{sum(done.withdrawals for done in rounds)} deposits and withdrawals; at rest "
        f"{max((done.rest_seconds for done in rounds), default=0):.1f} s after the faults at worst "
        f"(promised: {LIMIT_SECONDS:g} s); 0 doubles, 0 lost, books agree after every round"
    )


def prove(minutes: float, seed: int, say: Say) -> int:
    """Go on with the rounds of a seed; 1 when something is not so."""
    journal = Journal(seed)
    end = time.monotonic() + 60 * minutes
    say(f"  Kill runs of deposits and withdrawals, seed {seed}: {len(journal.rounds)} rounds are "
        f"proved, going on for {minutes:g} min")  # fmt: skip
    try:
        if not journal.control:
            journal.keep_control(control(say))
        if time.monotonic() < end:
            with a_fleet(f"{seed}:{len(journal.rounds)}") as fleet:
                while time.monotonic() < end:
                    journal.keep(run_round(fleet, seed, len(journal.rounds), say))
    except NotProved as problem:
        say(f"  NOT PROVED, seed {seed}, round {len(journal.rounds)}: {problem}")
        return 1
    finally:
        if journal.rounds:
            report(journal.rounds, say)
    return 0


def keep_evidence(demo: Demo, name: str) -> Path:
    """Copy the logs of a demo that failed to where they outlive it."""
    place = ROOT / "prove-results" / name
    shutil.copytree(demo.data / str(demo.port) / "logs", place, dirs_exist_ok=True)
    return place
