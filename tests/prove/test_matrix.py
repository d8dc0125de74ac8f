"""A short, enumerated slice of the crash matrix, and its positive control."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.prove.matrix import run
from tests.prove.matrix import world as worlds
from tests.prove.matrix.controls import CONTROLS, NOT_SEEN
from tests.prove.matrix.exploring import ONCE, TWICE, Explorer
from tests.prove.matrix.faults import FAULTS
from tests.prove.matrix.lived.lives import LIVES
from tests.prove.matrix.stepping import BEFORE, Point, Steps
from tests.prove.matrix.telling import told_of
from tests.prove.matrix.world import World, a_world

pytestmark = pytest.mark.django_db
#: Life and fault, and from every how many-th of its changes is gone on.
SLICE = (
    ("withdrawal", "answer dropped", 30),
    ("line of a file", "nothing", 30),
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
        explorer = Explorer(world, every=every, real=0.1, most=1)
        counts = explorer.explore(life, fault, ONCE)
        assert not explorer.wrong
        assert counts.cases > 20, name


def test_a_second_death_in_the_recovery(world: World) -> None:
    explorer = Explorer(world, every=45, real=0)
    counts = explorer.explore(LIVES[0], FAULTS[0], TWICE)
    assert not explorer.wrong
    assert counts.cases > 20


@pytest.mark.parametrize("name", CONTROLS)
def test_with_something_taken_away_it_is_seen(
    name: str, db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worlds, "ROUNDS", 4)  # nobody waits for a day until it is called stuck
    assert CONTROLS[name](tmp_path) != NOT_SEEN


def test_every_mode_is_met_and_every_movement_lives() -> None:
    modes = {fault.mode for _, fault in run.groups()}
    assert modes == {"-", *(f"F-{number:02}" for number in range(1, 13))}
    assert {life.name for life, _ in run.groups()} == {one.name for one in LIVES}


def test_moments_are_enumerated_and_each_change_leaves_something_else() -> None:
    steps = Steps(counts=True)
    for name in ("sql A", "sql B"):
        steps.take(name, lambda: steps.note(is_outer=False))
    steps.committed()
    steps.take("agent send", lambda: None)
    steps.take("sql C", lambda: steps.note(is_outer=True))

    assert [one.name for one in steps.points()] == [
        "before 0", "before 1", "after 1", "after 2", "before 3", "after 3", "before 4", "after 4",
    ]  # fmt: skip
    assert steps.shares() == {0: 3, 1: 4, 2: 1}
    assert steps.changes_at(Point(1, BEFORE)) == 0


def test_what_went_wrong_is_told_beside_what_came_right() -> None:
    known = {"states": 2, "died": 1, "lost": 0, "doubled": 0, "stuck": 0}
    lines = [
        {"life": "deposit", "fault": "F-01 dropped", "kind": "singles", "cases": 30, **known},
        {"life": "deposit", "fault": "F-01 dropped", "kind": "pairs", "cases": 700, **known}
        | {"doubled": 3},
    ]
    said: list[str] = []
    told_of(lines, 57, said.append)
    assert said[3].split() == ["deposit", "F-01", "30", "700", "727", "4", "2", "0", "3", "0"]
    assert said[-1].startswith("  whole: singles of 1 and pairs of 0 of 57")
