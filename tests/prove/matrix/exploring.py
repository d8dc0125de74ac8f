"""Goes through a life act by act, and from before each act through every death that it can die.

Singles: somebody dies before, or after, each step. Pairs: dies after each change of what is left on
disk, and again after each such change of the recovery. From each death everybody goes on until it
is quiet, and the oracle judges; a death that left exactly what another one left at the same act
(standing.py) is not lived on from a second time.
"""

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.prove.matrix.keeping import Kept
from tests.prove.matrix.standing import standing
from tests.prove.matrix.world import Course, NotProved, Place, World, undone

if TYPE_CHECKING:
    from tests.prove.matrix.faults import Fault
    from tests.prove.matrix.life import Life
    from tests.prove.matrix.stepping import Point, Steps

SINGLE, PAIRS = "single", "pairs"
Points = Callable[["Steps"], "list[Point]"]
Branch = Callable[[Place, "Point", "Steps"], None]


class OutOfTimeError(Exception):
    """The minutes are over."""


@dataclass
class Explorer:
    """Tries what is not `done` yet, one case in `every`; `keep` is told what came right.

    That is its name, its kind, and for how many cases it stands. `wrong` says what did not.
    """

    world: World
    done: set[str]
    keep: Callable[[str, str, int], None]
    until: float = float("inf")  # of the monotonic clock, seconds
    every: int = 1
    wrong: dict[str, str] = field(default_factory=dict)
    deaths: int = 0
    states: int = 0  # different ones that deaths left, each lived on from
    _met: int = 0
    _good: set[Any] = field(default_factory=set)

    def singles(self, life: "Life", fault: "Fault") -> None:
        """Every single death of a life under a fault, and the life without one."""
        course, self._good = Course(self.world, life, fault), set()

        def branch(place: Place, point: "Point", steps: "Steps") -> None:
            name = _named(course, place, point, steps)
            self._case(name, SINGLE, lambda: self._ended(course, place, point))

        def whole() -> int:
            self._through(course, course.begin(), lambda steps: steps.points(), branch)
            course.judge()
            return 1

        with undone():
            self._case(f"{course.name} | no death", SINGLE, whole)

    def pairs(self, life: "Life", fault: "Fault") -> None:
        """Every pair of deaths of a life under a fault, the second in the recovery."""
        course, self._good = Course(self.world, life, fault), set()

        def first(place: Place, point: "Point", steps: "Steps") -> None:
            name = f"{_named(course, place, point, steps)} then"
            self._case(name, PAIRS, lambda: self._seconds(course, place, point))

        with undone():
            self._through(course, course.begin(), lambda steps: steps.moments(), first)

    def _seconds(self, course: Course, place: Place, point: "Point") -> int:
        """Die, and from there on once more at every moment; how many second deaths there are."""
        count = 0

        def second(later: Place, then: "Point", steps: "Steps") -> None:
            nonlocal count
            count += 1
            try:
                self._ended(course, later, then)
            except NotProved as problem:
                raise NotProved(f"{_told(course, later, then, steps)}: {problem}") from problem

        _die(course, place, point)
        self._through(course, course.after(place), lambda steps: steps.moments(), second)
        return count

    def _ended(self, course: Course, place: Place, point: "Point") -> int:
        """Die, and live on to the end, or to where everything stands as it stood before."""
        _die(course, place, point)
        self.deaths += 1
        if self._live_on(course, place):
            self.states += 1
        return 1

    def _live_on(self, course: Course, place: Place) -> bool:
        """Whether it was a new state, that had to be lived on from; NotProved where it went wrong.

        What was passed on a way that came right comes right.
        """
        passed = [self._stands(place)]
        on = None if passed[0] in self._good else course.after(place)
        is_known = passed[0] in self._good
        while on is not None and not is_known:
            if on.stop == 0:
                passed.append(self._stands(on))
                is_known = passed[-1] in self._good
            if not is_known:
                course.do(on)
                on = course.after(on)
        if not is_known:
            course.judge()
        self._good.update(passed)
        return len(passed) > 1 or not is_known

    def _stands(self, place: Place) -> Any:
        # Every turn is like the next, but for the first, and turns in which nothing moved.
        return (place.turn > 1, place.stop, place.quiet, standing(self.world))

    def _through(self, course: Course, place: Place | None, points: Points, branch: Branch) -> None:
        """Live on to the end; from before each act, branch off at each of its points."""
        while place is not None:
            if course.stop(place).counts:
                kept = Kept(self.world)
                steps = course.do(place)
                if self._branched(kept, place, self._chosen(points(steps)), steps, branch):
                    kept.restore()
                    course.do(place)
                kept.release()
            else:
                course.do(place)
            place = course.after(place)

    def _chosen(self, points: "list[Point]") -> "list[Point]":
        """One in `every`, counted over all acts."""
        first = -self._met % self.every
        self._met += len(points)
        return points[first :: self.every]

    def _branched(
        self, kept: Kept, place: Place, points: "list[Point]", steps: "Steps", branch: Branch
    ) -> bool:
        """Try what starts at each point, from the kept moment; whether anything was tried."""
        for point in points:
            if time.monotonic() > self.until:
                raise OutOfTimeError
            kept.restore()
            branch(place, point, steps)
        return bool(points)

    def _case(self, name: str, kind: str, live: Callable[[], int]) -> None:
        """Live one case unless it is proved; keep what became of it."""
        if name in self.done:
            return
        try:
            count = live()
        except OutOfTimeError:
            raise
        except NotProved as problem:
            self.wrong[name] = str(problem)
        except Exception:
            self.wrong[name] = traceback.format_exc()
        else:
            self.done.add(name)
            self.keep(name, kind, count)


def _die(course: Course, place: Place, point: "Point") -> None:
    if not course.do(place, point).died:
        raise NotProved("the same life went another way: the moment was not reached")


def _named(course: Course, place: Place, point: "Point", steps: "Steps") -> str:
    return f"{course.name} | {_told(course, place, point, steps)}"


def _told(course: Course, place: Place, point: "Point", steps: "Steps") -> str:
    stop = course.stop(place).name
    return f"turn {place.turn}, {stop}, {point.name} ({steps.seen[point.step][:40]})"
