"""Counts every step that an act takes, and ends the act before or after any of them.

A step is a statement that PostgreSQL is sent, a commit, or a call to MetaTrader's agent or to the
payment provider. A death is an exception that nothing of the product catches.
"""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

BEFORE, AFTER = "before", "after"
COMMIT = "commit"
_BACK, _SAVE, _RELEASE = "ROLLBACK TO SAVEPOINT", "SAVEPOINT", "RELEASE SAVEPOINT"
_WRITES = re.compile(
    r"\bINSERT INTO\b|\bDELETE FROM\b|(?<!FOR )(?<!FOR NO KEY )\bUPDATE\b(?! SKIP| NOWAIT)"
    r"|event_append\(|nextval\(|keep_sealed\(|erase_sealed\(|ensure_deal_partition\(",
    re.IGNORECASE,
)


class Died(BaseException):
    """The process is gone."""


@dataclass(frozen=True)
class Point:
    """One moment: before or after the step of this number."""

    step: int
    side: str

    @property
    def name(self) -> str:
        """How the journal names it."""
        return f"{self.side} {self.step}"


@dataclass
class Steps:
    """The steps of one act of the product, and the moment at which it dies, if it does.

    `changes` counts what will still be there after a death: commits that wrote something, writes of
    their own, calls that moved MetaTrader, the agent's journal or the provider. Moments with the
    same count leave the same behind.
    """

    death: Point | None = None
    seen: list[str] = field(default_factory=list)
    before: list[int] = field(default_factory=list)  # the changes before each step
    after: list[int] = field(default_factory=list)  # and after it
    changes: int = 0
    died: str = ""
    counts: bool = False
    wrote: bool = False  # within the transaction that is open
    #: Called at each change, with whether no transaction of the product is open just then.
    changed: Callable[[bool], None] = lambda is_outer: None
    #: Whether a transaction of the product is open.
    is_inside: Callable[[], bool] = lambda: False

    def survived(self, act: Callable[[], Any]) -> None:
        """Do something, its steps counted; a death ends it and nothing else."""
        self.counts = True
        try:
            act()
        except Died:
            return
        finally:
            self.counts = False

    def take(
        self, name: str, act: Callable[[], Any], world: Callable[[], Hashable] = lambda: None
    ) -> Any:
        """Take one step, unless somebody dies right before or right after it.

        `world` says what the step may have moved outside PostgreSQL.
        """
        if not self.counts:
            return act()
        number = len(self.seen)
        self.seen.append(name)
        self.before.append(self.changes)
        self.after.append(self.changes)
        self._die_at(number, BEFORE)
        stood = world()
        # What a fault looks up inside a call is no step of the product's.
        self.counts = name.startswith("sql")
        try:
            done = act()
        except Exception:  # an answer like any other: what the call moved counts, then it goes on
            self.counts = True
            self._moved(number, stood != world())
            self._die_at(number, AFTER)
            raise
        self.counts = True
        self._moved(number, stood != world())
        self._die_at(number, AFTER)
        return done

    def _moved(self, number: int, moved: bool) -> None:
        if moved:
            self._change(is_outer=not self.is_inside())
        self.after[number] = self.changes

    def _change(self, *, is_outer: bool) -> None:
        self.changes += 1
        self.changed(is_outer)

    def note(self, *, is_outer: bool) -> None:
        """Something was written: for good when no transaction is open, else with its commit."""
        if not self.counts:
            return
        if is_outer:
            self._change(is_outer=True)
            self.after[-1] = self.changes
        else:
            self.wrote = True

    def committed(self) -> None:
        """The outermost transaction is on disk."""
        if self.counts and self.wrote:
            self.wrote = False
            self._change(is_outer=True)
        self.take(COMMIT, lambda: None)

    def _die_at(self, number: int, side: str) -> None:
        if self.death == Point(number, side):
            self.died, self.death = self.seen[number], None
            raise Died

    def points(self) -> list[Point]:
        """Return every moment of an act: before each step, after each outer one.

        After a statement is before the next one; so after it is a moment of its own only where a
        commit or a call follows, or nothing. Before a commit is after its last statement.
        """
        found = []
        for number, name in enumerate(self.seen):
            if name != COMMIT:
                found.append(Point(number, BEFORE))
            last = number + 1 == len(self.seen)
            if not name.startswith("sql") or last or not self.seen[number + 1].startswith("sql"):
                found.append(Point(number, AFTER))
        return found

    def changes_at(self, point: Point) -> int:
        """How much an act that died there has left."""
        return (self.before if point.side == BEFORE else self.after)[point.step]

    def shares(self) -> Counter[int]:
        """How many moments of the act leave what each number of changes leaves."""
        return Counter(self.changes_at(point) for point in self.points())


@contextmanager
def counted(steps: Callable[[], Steps], outer: Callable[[], int]) -> Iterator[None]:
    """Let every statement, and every commit of the product's own outermost transactions, count.

    `outer` is how deep in savepoints we are while the product has no transaction open.
    """
    undone: set[str] = set()  # savepoints that were rolled back: their release commits nothing

    def control(execute: Callable[..., Any], words: str, told: tuple[Any, ...]) -> Any:
        done = execute(*told)
        name, is_outermost = words.rpartition(" ")[2], len(connection.savepoint_ids) <= outer()
        if words.startswith(_BACK):
            undone.add(name)
            steps().wrote = steps().wrote and not is_outermost
        elif words.startswith(_RELEASE) and is_outermost and name not in undone:
            steps().committed()
        return done

    def wrapper(
        execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
    ) -> Any:
        words = str(sql)
        told = (sql, params, many, context)
        if words.startswith((_BACK, _SAVE, _RELEASE)):
            return control(execute, words, told)

        def send() -> Any:
            done = execute(*told)
            if _WRITES.search(words) and context["cursor"].rowcount != 0:
                steps().note(is_outer=len(connection.savepoint_ids) <= outer())
            return done

        return steps().take(f"sql {' '.join(words.split())[:60]}", send)

    with connection.execute_wrapper(wrapper):
        yield


class Stepping:
    """A gateway or provider each call of which is a step; its answers may get lost on their way.

    `world` says what a call can have moved.
    """

    def __init__(
        self,
        real: Any,
        steps: Callable[[], Steps],
        name: str,
        world: Callable[[], Hashable] = lambda: None,
    ) -> None:
        self._real, self._steps, self._name, self._world = real, steps, name, world
        self.around: Callable[[str, Callable[[], Any]], Any] = lambda verb, call: call()

    def lead_to(self, real: Any) -> None:
        """Say who answers."""
        self._real = real

    def __getattr__(self, verb: str) -> Any:
        found = getattr(self._real, verb)
        if not callable(found) or verb in ("verdict", "read"):
            return found

        def call(*told: Any, **named: Any) -> Any:
            return self._steps().take(
                f"{self._name} {verb}",
                lambda: self.around(verb, lambda: found(*told, **named)),
                self._world,
            )

        return call
