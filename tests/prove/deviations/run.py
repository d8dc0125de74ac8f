"""`make prove ONLY=deviations`: each class of deviation is made among clean operations, and found.

In rounds: by the stream alone until it is found, then by the sweep alone with the stream cut. Time
is the proof's own clock and the schedule that of the settings; the comparison's own work is added.
Every case that nobody made is false. `OPERATIONS` clean ones end it (100,000 unless told
otherwise), or the minutes. WORKERS=2 lets two processes share the rounds, each with a server and a
database of its own. prove-results/deviations-SEED.jsonl has a line a round, so an interrupted proof
goes on where it ended, and one with nothing left to do says what was found.
"""

import json
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.cluster import ROOT

if TYPE_CHECKING:
    from tests.prove.deviations.classes import Deviation, Found
    from tests.prove.deviations.ground import Ground

Say = Callable[[str], None]
STREAM, SWEEP = "stream", "sweep"
LIMITS = {STREAM: 60, SWEEP: 300}
WHOLE = 100_000
LOGINS, A_SECOND = 1_000, 300
#: A round's clean beginning, how often each class is made, how long its last may be waited for.
QUIET_SECONDS, COPIES, PATIENCE = 20, 2, 700


@dataclass
class Tally:
    """What was made, found and how late, by class and way; what was false."""

    operations: int = 0
    made: int = 0
    found: int = 0
    worst: dict[str, dict[str, float]] = field(default_factory=lambda: {STREAM: {}, SWEEP: {}})
    lost: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        """Whether everything was found in time, and nothing else."""
        late = any(
            seconds > LIMITS[way] for way, ones in self.worst.items() for seconds in ones.values()
        )
        return not (self.lost or self.false or late) and self.made == self.found

    def add(self, other: "Tally") -> None:
        """Count another round in."""
        self.operations += other.operations
        self.made += other.made
        self.found += other.found
        self.lost += other.lost
        self.false += other.false
        for way, ones in other.worst.items():
            for name, seconds in ones.items():
                self.late(way, name, seconds)

    def late(self, way: str, name: str, seconds: float) -> None:
        """Note after how many seconds a class was found; the worst stands."""
        self.worst[way][name] = round(max(seconds, self.worst[way].get(name, 0.0)), 1)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How fast a round goes: operations a second, seconds of its clean beginning, copies."""

    a_second: int = A_SECOND
    quiet: int = QUIET_SECONDS
    copies: int = COPIES


def round_of(ground: "Ground", way: str, pace: Pace, say: Say) -> Tally:
    """Make every class by one way, and wait until each is found; each is told as it is."""
    from tests.prove.deviations.classes import DEVIATIONS

    tally, before = Tally(), ground.clean.total()
    ground.has_stream = True
    ground.seconds(pace.quiet, pace.a_second)
    ground.has_stream = way == STREAM
    waiting: dict[Found, tuple[Deviation, Any]] = {}
    for one in DEVIATIONS * pace.copies:
        made = one.make(ground)
        ground.spoilt.add(made[0])
        waiting[made] = one, ground.clock.time
        tally.made += 1
    for _ in range(PATIENCE):
        began = time.perf_counter()
        ground.seconds(1, pace.a_second)
        worked = time.perf_counter() - began
        for name, seconds in _found(ground, waiting, worked):
            tally.late(way, name, seconds)
            tally.found += 1
            say(f"    {name:42} {way} {seconds:6.1f} s")
        if not waiting:
            break
    tally.lost += [f"{one.name} by {way}" for one, _ in waiting.values()]
    tally.operations = ground.clean.total() - before
    tally.false = _false(ground)
    return tally


def _found(
    ground: "Ground", waiting: "dict[Found, tuple[Deviation, Any]]", worked: float
) -> list[tuple[str, float]]:
    """Return what is found by now, with its seconds; it is waited for no more."""
    from accounts.models import BookedTicket, Discrepancy
    from accounts.states import Booked

    accounts = [made[0] for made in waiting]
    told = Discrepancy.objects.filter(told_at__isnull=False, account_id__in=accounts)
    seen = {(row.account_id, row.gap, row.ticket) for row in told}
    taken = BookedTicket.objects.filter(kind=Booked.EXTERNAL, books_id__in=accounts)
    seen |= {(row.books_id, None, row.ticket) for row in taken}  # type: ignore[misc]
    found = []
    for made in [one for one in waiting if one in seen]:
        one, at = waiting.pop(made)
        found.append((one.name, (ground.clock.time - at).total_seconds() + worked))
    return found


def _false(ground: "Ground") -> list[str]:
    """Return the cases on accounts on which nothing was made."""
    from accounts.models import Discrepancy

    told = Discrepancy.objects.filter(told_at__isnull=False).exclude(account_id__in=ground.spoilt)
    return [f"{row.gap} on {row.account_id}, ticket {row.ticket}" for row in told]


def prove(minutes: float, seed: int, say: Say) -> int:
    """Let rounds happen until so many operations were clean; 1 when one was not found, or false."""
    wanted = int(os.environ.get("OPERATIONS") or WHOLE)
    shares = int(os.environ.get("WORKERS") or 1)
    journal = ROOT / "prove-results" / f"deviations-{seed}.jsonl"
    journal.parent.mkdir(exist_ok=True)
    stands = read(journal)
    say(
        f"  Deviations, seed {seed}: among {wanted:,} clean operations, {minutes:g} min at most; "
        f"{stands.operations:,} stand in the journal"
    )
    is_whole = True
    if stands.operations < wanted and stands.is_right:
        is_whole = _share_out(journal, wanted, time.monotonic() + 60 * minutes, (seed, shares), say)
    if not is_whole:
        say("  NOT PROVED: a process ended before its time")
    return _report(read(journal), say) if is_whole else 1


def read(journal: Path) -> Tally:
    """Return what the rounds in a journal come to."""
    tally = Tally()
    for one in _rounds(journal.read_text().splitlines() if journal.exists() else ()):
        tally.add(one)
    return tally


def _rounds(lines: Iterable[str]) -> Iterable[Tally]:
    for line in lines:
        try:
            yield Tally(**json.loads(line))
        except ValueError:
            continue  # half a line of a run that was killed


def _share_out(journal: Path, wanted: int, end: float, of: tuple[int, int], say: Say) -> bool:
    """Let so many processes do rounds until all is there, or time is up; False: one died."""
    seed, shares = of
    cluster = _started()
    logging.disable(logging.CRITICAL)
    begun = len(journal.read_text().splitlines()) if journal.exists() else 0
    forked = get_context("fork")  # the house is loaded, and nothing is connected yet
    hands = [
        forked.Process(
            target=_rounds_on,
            args=(cluster, journal, wanted, end, f"{seed}-{begun}-{number}", say),
        )
        for number in range(shares)
    ]
    try:
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
    finally:
        logging.disable(logging.NOTSET)
        cluster.stop()
    return all(hand.exitcode == 0 for hand in hands)


def _rounds_on(cluster: Any, journal: Path, wanted: int, end: float, name: str, say: Say) -> None:
    """Do pairs of rounds on a ground of one's own."""
    from tests.prove.deviations.ground import Ground
    from tests.prove.matrix.run import _aim

    _aim(cluster, f"deviations{name.replace('-', '_')}")
    with tempfile.TemporaryDirectory(prefix="mt4bo-deviations-") as folder:
        ground = Ground(Path(folder), name, LOGINS)
        while (stands := read(journal)).operations < wanted and time.monotonic() < end:
            if not stands.is_right:
                return
            for way in (STREAM, SWEEP):
                _keep(journal, round_of(ground, way, Pace(), say))
            stands = read(journal)
            say(f"    {stands.operations:,} clean, {stands.found} of {stands.made} found")


def _keep(journal: Path, one: Tally) -> None:
    with journal.open("a") as out:
        out.write(json.dumps(asdict(one)) + "\n")


def _report(tally: Tally, say: Say) -> int:
    for name, seconds in tally.worst[STREAM].items():
        by_sweep = tally.worst[SWEEP].get(name, float("nan"))
        say(f"  {name:42} stream ≤ {seconds:5.1f} s   sweep ≤ {by_sweep:5.1f} s")
    for wrong in (*tally.lost, *(f"FALSE: {one}" for one in tally.false)):
        say(f"  NOT PROVED: {wrong}")
    say(
        f"  {tally.made} deviations made, {tally.found} found; {len(tally.false)} false over "
        f"{tally.operations:,} clean operations"
    )
    return 0 if tally.is_right else 1


def _started() -> Any:
    """Start PostgreSQL, and point Django at a database of this proof."""
    from tests.prove.matrix.run import _started as started

    return started()
