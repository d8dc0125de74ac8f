"""A short seed of `make prove ONLY=approvals`, and its positive control, which is broken."""

from tests.cluster import Database
from tests.prove.approvals.run import Door


def test_no_interleaving_breaks_four_eyes_and_without_the_guard_many_do(
    fresh_database: Database,
) -> None:
    door = Door(fresh_database)
    wrong, counts = door.batch("seed 1", 40)
    assert wrong == []
    assert counts["refused"]["vote"] > 0
    assert counts["tried"]["by force"] >= counts["refused"]["by force"] > 0
    door.unguard()
    assert door.batch("control 1", 20)[0]
    door.close()
