"""A short seed: every class is found by the stream and by the sweep, and nothing else is told."""

from pathlib import Path

from tests.cluster import Database
from tests.prove.deviations import run
from tests.prove.deviations.classes import DEVIATIONS
from tests.prove.deviations.ground import Ground


def test_every_class_is_found_in_time(fresh_database: Database, tmp_path: Path) -> None:
    ground, tally = Ground(tmp_path, 1, logins=28), run.Tally()

    for way in (run.STREAM, run.SWEEP):
        run.round_of(ground, way, tally, a_second=1)

    assert (tally.lost, tally.false) == ([], [])
    assert (tally.made, tally.found) == (2 * len(DEVIATIONS), 2 * len(DEVIATIONS))
    for way, seconds in tally.worst.items():
        assert max(seconds.values()) <= run.LIMITS[way]
    assert tally.operations >= 2 * run.QUIET_SECONDS
