"""A short, enumerated slice of the crash matrix, and its positive control."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.prove.matrix import run
from tests.prove.matrix.faults import FAULTS
from tests.prove.matrix.lives import LIVES
from tests.prove.matrix.stepping import AFTER, BEFORE, Point, Steps
from tests.prove.matrix.world import World, a_world

pytestmark = pytest.mark.django_db
#: Life, fault, and the step before or after which somebody dies: another part of each life.
SLICE = (
    ("withdrawal", "answer dropped", Point(70, AFTER)),
    ("deposit", "seen late", Point(90, BEFORE)),
    ("return", "reconnection, and again while it is searched for", Point(40, BEFORE)),
    ("payout", "nothing", Point(20, AFTER)),
    ("by hand", "nothing", Point(50, AFTER)),
)


@pytest.fixture
def world(db: None, tmp_path: Path) -> Iterator[World]:
    """The ground of all cases."""
    with a_world(tmp_path) as world:
        yield world


def test_a_slice_of_the_matrix(world: World) -> None:
    for name, mode, point in SLICE:
        life = next(one for one in LIVES if one.name == name)
        fault = next(one for one in FAULTS if one.name == mode)
        assert len(world.lived(life, fault, [point]).died) == 1, name


def test_without_the_gate_a_double_is_seen(db: None, tmp_path: Path) -> None:
    assert "booked it 2 times" in run.control(tmp_path)


def test_every_mode_is_met_and_every_movement_lives() -> None:
    modes = {fault.mode for _, fault in run.groups()}
    assert modes == {"-", *(f"F-{number:02}" for number in range(1, 13))}
    assert {life.name for life, _ in run.groups()} == {one.name for one in LIVES}


def test_moments_are_enumerated_and_each_leaves_something_else() -> None:
    steps = Steps(seen=["sql A", "sql B", "commit", "agent send", "sql C"])

    assert [one.name for one in steps.points()] == [
        "before 0", "before 1", "after 1", "before 2", "after 2", "before 3", "after 3", "before 4",
        "after 4",
    ]  # fmt: skip
    assert steps.durable() == [
        Point(2, BEFORE), Point(2, AFTER), Point(3, BEFORE), Point(3, AFTER),
    ]  # fmt: skip
