"""A short, enumerated slice of the crash matrix, and its positive control."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.prove.matrix import run
from tests.prove.matrix.exploring import Explorer
from tests.prove.matrix.faults import FAULTS
from tests.prove.matrix.lives import LIVES
from tests.prove.matrix.stepping import AFTER, BEFORE, Point, Steps
from tests.prove.matrix.telling import told_of
from tests.prove.matrix.world import World, a_world

pytestmark = pytest.mark.django_db
#: Life and fault, and every how many-th of its singles dies here.
SLICE = (
    ("withdrawal", "answer dropped", 70),
    ("deposit", "seen late", 100),
    ("return", "reconnection, and again while it is searched for", 70),
    ("payout", "nothing", 50),
    ("by hand", "nothing", 130),
)


@pytest.fixture
def world(db: None, tmp_path: Path) -> Iterator[World]:
    """The ground of all cases."""
    with a_world(tmp_path) as world:
        yield world


def test_a_slice_of_the_matrix(world: World) -> None:
    for name, mode, every in SLICE:
        life = next(one for one in LIVES if one.name == name)
        fault = next(one for one in FAULTS if one.name == mode)
        explorer = Explorer(world, set(), lambda *told: None, every=every)
        explorer.singles(life, fault)
        assert not explorer.wrong
        assert explorer.deaths >= 2, name


def test_a_second_death_in_the_recovery(world: World) -> None:
    explorer = Explorer(world, set(), lambda *told: None, every=12)
    explorer.pairs(LIVES[0], FAULTS[0])
    assert not explorer.wrong
    assert explorer.done
    assert explorer.deaths


def test_without_the_gate_a_double_is_seen(db: None, tmp_path: Path) -> None:
    assert "booked it 2 times" in run.control(tmp_path)


def test_every_mode_is_met_and_every_movement_lives() -> None:
    modes = {fault.mode for _, fault in run.groups()}
    assert modes == {"-", *(f"F-{number:02}" for number in range(1, 13))}
    assert {life.name for life, _ in run.groups()} == {one.name for one in LIVES}


def test_moments_are_enumerated_and_each_leaves_something_else() -> None:
    steps = Steps(counts=True)
    for name in ("sql A", "sql B"):
        steps.take(name, lambda: steps.note(is_outer=False))
    steps.committed()
    steps.take("agent send", lambda: None)
    steps.take("sql C", lambda: steps.note(is_outer=True))

    assert [one.name for one in steps.points()] == [
        "before 0", "before 1", "after 1", "after 2", "before 3", "after 3", "before 4", "after 4",
    ]  # fmt: skip
    assert steps.moments() == [Point(2, AFTER), Point(4, AFTER)]
    assert steps.changes_at(Point(1, BEFORE)) == 0


def test_what_went_wrong_is_told_beside_what_came_right() -> None:
    lines = {
        "deposit | F-01 request dropped | turn 1": ("single", 1),
        "deposit | F-01 request dropped | turn 2": ("wrong", 1),
        "deposit | F-01 request dropped | turn 1 then": ("pairs", 7),
        "deposit | F-02 answer dropped | all singles": ("whole", 3),
    }
    said: list[str] = []
    told_of(lines, 57, said.append)
    assert "1+7 WRONG 1" in said[2]
    assert said[-1].startswith("  whole: singles of 1 and pairs of 0 of 57")
