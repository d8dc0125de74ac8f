"""Goes through a life act by act, and from before each act through every death that it can die.

What a death leaves changes only where something is committed, written, or moved outside. So an act
is lived once and everything is kept at each such change; every moment until the next change is a
death that leaves the same, and is counted as such. From each different state (standing.py) everyone
goes on once until it is quiet, and the oracle judges. Two deaths are one, and another one wherever
the recovery changes something.

That they are the same is checked: some of the moments, by chance, are died for real, by an
exception that nothing catches, must leave what was said, and are lived on from to the very end.
"""

import random
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.prove.matrix.keeping import Kept
from tests.prove.matrix.oracle import kind_of
from tests.prove.matrix.standing import standing
from tests.prove.matrix.stepping import Steps
from tests.prove.matrix.world import Course, NotProved, Place, World, undone

if TYPE_CHECKING:
    from tests.prove.matrix.faults import Fault
    from tests.prove.matrix.lived.life import Life
    from tests.prove.matrix.stepping import Point

ONCE, TWICE = 1, 2


class OutOfTimeError(Exception):
    """The minutes are over."""


@dataclass(frozen=True)
class Cases:
    """How many single deaths and pairs of deaths there are from a place on; how many went wrong."""

    singles: int = 0
    pairs: int = 0
    wrong: int = 0

    def behind(self, act: "Cases", idle: int) -> "Cases":
        """Put an act before them, `idle` moments of which leave what the act leaves, or found."""
        return Cases(
            self.singles + act.singles + idle,
            self.pairs + act.pairs + idle * self.singles,
            self.wrong + act.wrong,
        )


@dataclass
class Counts:
    """What one movement under one fault came to."""

    cases: int = 0
    states: int = 0  # different ones that were lived on from
    died: int = 0  # moments that were died for real, as a check
    lost: int = 0
    doubled: int = 0
    stuck: int = 0

    @property
    def wrong(self) -> int:
        """How many cases did not come right, whatever was wrong."""
        return self.lost + self.doubled + self.stuck


@dataclass
class Explorer:
    """Tries lives under faults; `known` are the states of a life that came right, and how far.

    `real` is the chance of a moment to be died for real. `every` goes on from one change in so many
    of the life itself, `most` dies for real so often: slices. `is_blind` takes no change for one: a
    positive control.
    """

    world: World
    known: dict[Any, dict[int, Cases]] = field(default_factory=dict)
    until: float = float("inf")  # of the monotonic clock, seconds
    real: float = 0.01
    every: int = 1
    most: int = 10**9
    is_blind: bool = False
    wrong: dict[str, str] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    _met: int = 0
    _deaths: int = ONCE
    _trace: tuple[str, ...] = ()
    _chance: random.Random = field(default_factory=random.Random)

    def explore(self, life: "Life", fault: "Fault", deaths: int) -> Counts:
        """Die at every moment of a life under a fault, or at every pair; how often it was right."""
        course = Course(self.world, life, fault)
        self.counts, self.wrong, self._deaths = Counts(), {}, deaths
        self._chance.seed(course.name)
        self._met = self._chance.randrange(self.every)
        with undone():
            found = self._tried(
                course, course.name, lambda: self._walk(course, course.begin(), deaths)
            )
        self.counts.cases = found.pairs if deaths == TWICE else found.singles + 1
        return self.counts

    # From a place to the end

    def _walk(self, course: Course, place: Place | None, left: int) -> Cases:
        """Live on to the end, or to what is known, with up to so many deaths on the way."""
        passed: list[tuple[Any, Cases, int]] = []
        stands, rest = None, None
        while place is not None:
            stands = stands or standing(self.world)
            node = course.node(place, stands)
            rest = self._known(node, left)
            if rest is not None:
                break
            act, idle, moved = self._act(course, place, left)
            passed.append((node, act, idle))
            stands = None if moved else stands
            place = course.after(place)
        if rest is None:
            course.judge()
            rest = Cases()
        for node, act, idle in reversed(passed):
            rest = rest.behind(act, idle)
            if not rest.wrong:
                self.known.setdefault(node, {})[left] = rest
        self.counts.states += bool(passed)
        return rest

    def _known(self, node: Any, left: int) -> Cases | None:
        """What is known from there on with at least so many deaths, if it is."""
        known = self.known.get(node, {})
        return next((known[more] for more in range(left, TWICE + 1) if more in known), None)

    def _act(self, course: Course, place: Place, left: int) -> tuple[Cases, int, bool]:
        """Let one act happen, dying in it where a death is left.

        What its deaths came to, how many of its moments leave what it leaves, whether it moved.
        """
        stop = course.stop(place)
        if not stop.counts:
            course.do(place)
            return Cases(), 0, stop.moves
        if not left:
            return Cases(), 0, course.do(place).changes > 0
        return self._branch(course, place, left)

    def _numbers(self, act: "Act", left: int) -> list[int]:
        """What to go on from: everything in a recovery, one in `every` of the life itself."""
        known = act.numbers()
        if left < self._deaths:
            return known
        first = -self._met % self.every
        self._met += len(known)
        return known[first :: self.every]

    def _branch(self, course: Course, place: Place, left: int) -> tuple[Cases, int, bool]:
        """Live an act, and go on from what each of its moments would have left."""
        act = Act(course, place)
        numbers = [] if self.is_blind else self._numbers(act, left)
        checked = self._checked(act, {act.last, *numbers})
        if self.is_blind or any(act.steps.changes_at(one) == act.last for one in checked):
            act.left[act.last] = standing(self.world)
        found = Cases()
        for number in numbers:
            sub = self._from(act, number, left)
            found = Cases(
                found.singles + act.shares[number],
                found.pairs + act.shares[number] * sub.singles,
                found.wrong + sub.wrong,
            )
        for point in checked:
            wrong = self._for_real(act, point)
            found = Cases(found.singles, found.pairs, found.wrong + wrong)
        act.end(is_again=bool(numbers or checked))
        return found, act.shares[act.last], act.last > 0

    def _checked(self, act: "Act", numbers: set[int]) -> "list[Point]":
        """Some moments by chance, to be died for real: of those that are gone on from."""
        found = [one for one in act.points() if self._chance.random() < self.real]
        if not self.is_blind:
            found = [one for one in found if act.steps.changes_at(one) in numbers]
        return found[: self.most - self.counts.died]

    def _from(self, act: "Act", number: int, left: int) -> Cases:
        """Go on from what the moments with so many changes leave."""
        point = act.first(number)

        def live() -> Cases:
            act.restore(number)
            act.left[number] = standing(self.world)
            return self._walk(act.course, act.course.after(act.place), left - 1)

        return self._tried(act.course, act.told(point), live, act.shares[number])

    def _for_real(self, act: "Act", point: "Point") -> int:
        """Die there for real: it leaves what was said, and comes right without a short cut."""
        number = act.steps.changes_at(point)
        said = act.left.get(act.last if self.is_blind else number)
        self.counts.died += 1

        def live() -> Cases:
            act.die(point)
            if (stands := standing(self.world)) != said:
                parts = zip(stands, said or (), strict=False)
                other = [f"{one} for {two}" for one, two in parts if one != two]
                raise NotProved(f"a death there left something else than was said: {other}")
            course, place = act.course, act.course.after(act.place)
            while place is not None:
                course.do(place)
                place = course.after(place)
            course.judge()
            return Cases()

        return self._tried(act.course, f"{act.told(point)}, for real", live).wrong

    # What did not come right

    def _tried(self, course: Course, name: str, live: Callable[[], Cases], share: int = 1) -> Cases:
        """Live on; what does not come right is kept under the names of its deaths."""
        if time.monotonic() > self.until:
            raise OutOfTimeError
        self._trace, trace = (*self._trace, name), self._trace
        try:
            return live()
        except OutOfTimeError:
            raise
        except NotProved as problem:
            words = str(problem)
        except Exception:  # whatever the house raises where nobody catches it is a finding
            words = traceback.format_exc()
        finally:
            named, self._trace = " | ".join(self._trace), trace
        self.wrong[named] = words
        kind = kind_of(words)
        setattr(self.counts, kind, getattr(self.counts, kind) + share)
        return Cases(wrong=1)


class Act:
    """One act that was lived whole, with everything kept wherever something would be left."""

    def __init__(self, course: Course, place: Place) -> None:
        self.course, self.place = course, place
        self._before = Kept(course.world)
        self._kept: list[Kept | None] = [self._before]
        self.steps: Steps = course.do(place, changed=self._changed)
        self.shares = self.steps.shares()
        self.last = self.steps.changes
        self.left: dict[int, Any] = {}  # how everything stands after so many changes

    def _changed(self, is_outer: bool) -> None:
        # Within a transaction nothing can be kept: what is written in it would be kept as well.
        self._kept.append(Kept(self.course.world) if is_outer else None)

    def points(self) -> "list[Point]":
        """Every moment of it."""
        return self.steps.points()

    def numbers(self) -> list[int]:
        """The changes that are less than all of it, in an order in which they can be restored.

        What is kept later is gone once an earlier moment is restored.
        """
        known = [number for number in range(self.last) if self.shares[number]]
        return sorted(known, key=lambda number: (self._kept[number] is None, -number))

    def first(self, number: int) -> "Point":
        """The first moment that leaves so many changes."""
        return next(one for one in self.points() if self.steps.changes_at(one) == number)

    def restore(self, number: int) -> None:
        """Let everything stand as after so many changes."""
        kept = self._kept[number]
        if kept is None:
            self.die(self.first(number))
        else:
            kept.restore()

    def die(self, point: "Point") -> None:
        """Do it once more from before, and die."""
        self._before.restore()
        if not self.course.do(self.place, point).died:
            raise NotProved("the same life went another way: the moment was not reached")

    def end(self, *, is_again: bool) -> None:
        """Let it be done, once more where something was restored; nothing can be any more."""
        if is_again:
            self._before.restore()
            self.course.do(self.place)
        self._before.release()

    def told(self, point: "Point") -> str:
        """Name a moment."""
        stop, step = self.course.stop(self.place).name, self.steps.seen[point.step][:40]
        return f"turn {self.place.turn}, {stop}, {point.name} ({step})"
