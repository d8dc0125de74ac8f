"""`make prove ONLY=deviations`: each class of deviation is made among clean operations, and found.

In rounds: by the stream alone until it is found, then by the sweep alone with the stream cut. Time
is the proof's own clock and the schedule that of the settings; the comparison's own work is added.
Every case that nobody made is false. `OPERATIONS` clean ones end it (100,000 unless told
otherwise), or the minutes. prove-results/deviations-SEED.json keeps the latest figures.
"""

import json
import logging
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
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
LOGINS, A_SECOND = 1_000, 120
#: A round's clean beginning, and how long the last of its cases may be waited for.
QUIET_SECONDS, PATIENCE = 20, 700


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


def round_of(ground: "Ground", way: str, tally: Tally, *, a_second: int) -> None:
    """Make every class once by one way, and wait until each is found."""
    from tests.prove.deviations.classes import DEVIATIONS

    ground.has_stream = True
    ground.seconds(QUIET_SECONDS, a_second)
    ground.has_stream = way == STREAM
    waiting: dict[Found, tuple[Deviation, Any]] = {}
    for one in DEVIATIONS:
        made = one.make(ground)
        ground.spoilt.add(made[0])
        waiting[made] = one, ground.clock.time
        tally.made += 1
    for _ in range(PATIENCE):
        began = time.perf_counter()
        ground.seconds(1, a_second)
        _found(ground, way, waiting, tally, time.perf_counter() - began)
        if not waiting:
            break
    tally.lost += [f"{one.name} by {way}" for one, _ in waiting.values()]
    tally.operations = ground.clean.total()
    _judge(ground, tally)


def _found(
    ground: "Ground",
    way: str,
    waiting: "dict[Found, tuple[Deviation, Any]]",
    tally: Tally,
    worked: float,
) -> None:
    from accounts.models import BookedTicket, Discrepancy
    from accounts.states import Booked

    accounts = [made[0] for made in waiting]
    told = Discrepancy.objects.filter(told_at__isnull=False, account_id__in=accounts)
    seen = {(row.account_id, row.gap, row.ticket) for row in told}
    taken = BookedTicket.objects.filter(kind=Booked.EXTERNAL, books_id__in=accounts)
    seen |= {(row.books_id, None, row.ticket) for row in taken}  # type: ignore[misc]
    for made in [one for one in waiting if one in seen]:
        one, at = waiting.pop(made)
        late = (ground.clock.time - at).total_seconds() + worked
        worst = tally.worst[way]
        worst[one.name] = round(max(late, worst.get(one.name, 0.0)), 1)
        tally.found += 1


def _judge(ground: "Ground", tally: Tally) -> None:
    """A case on an account on which nothing was made is false."""
    from accounts.models import Discrepancy

    told = Discrepancy.objects.filter(told_at__isnull=False).exclude(account_id__in=ground.spoilt)
    tally.false = [f"{row.gap} on {row.account_id}, ticket {row.ticket}" for row in told]


def prove(minutes: float, seed: int, say: Say) -> int:
    """Let rounds happen until so many operations were clean; 1 when one was not found, or false."""
    wanted = int(os.environ.get("OPERATIONS") or WHOLE)
    say(f"  Deviations, seed {seed}: among {wanted:,} clean operations, {minutes:g} min at most")
    cluster = _started()
    logging.disable(logging.CRITICAL)
    from tests.prove.deviations.ground import Ground

    tally, end = Tally(), time.monotonic() + 60 * minutes
    try:
        with tempfile.TemporaryDirectory(prefix="mt4bo-deviations-") as folder:
            ground = Ground(Path(folder), seed, LOGINS)
            while tally.operations < wanted and time.monotonic() < end:
                for way in (STREAM, SWEEP):
                    round_of(ground, way, tally, a_second=A_SECOND)
                say(f"    {tally.operations:,} clean, {tally.found} of {tally.made} found")
                if not tally.is_right:
                    break
    finally:
        logging.disable(logging.NOTSET)
        cluster.stop()
    return _report(tally, seed, say)


def _report(tally: Tally, seed: int, say: Say) -> int:
    kept = ROOT / "prove-results" / f"deviations-{seed}.json"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(json.dumps(asdict(tally), indent=1) + "\n")
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
