"""A short seed of the kill runs of `make prove`: every part dies once, the pages stay true."""

from tests.journeys.running import Demo
from tests.prove.kills import PARTS, KillRun, all_once


def test_every_part_dies_once_and_the_pages_tell_the_truth(demo: Demo) -> None:
    """As many recoveries as kills; only the web server's own death is met by a closed door."""
    run = KillRun(demo, seed=1)
    kills = all_once(run)
    run.close()
    assert [kill.part for kill in kills] == list(PARTS)
    assert sum(kill.refused for kill in kills if kill.part != "web") == 0
