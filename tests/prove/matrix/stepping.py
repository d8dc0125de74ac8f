"""Counts every step that a life takes, and ends it before or after any of them.

A step is a statement that PostgreSQL is sent, a commit, or a call to MetaTrader's agent or to the
payment provider. A death is an exception that nothing of the product catches.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

BEFORE, AFTER = "before", "after"
_SAVEPOINTS = ("SAVEPOINT", "ROLLBACK TO SAVEPOINT")


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
    """The steps of one life; only those of the product count.

    `deaths` are the moments at which it ends, each once, in their order. The second is counted from
    the first on: it falls into the recovery.
    """

    deaths: list[Point] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    died: list[str] = field(default_factory=list)
    counts: bool = False

    def survived(self, act: Callable[[], Any]) -> None:
        """Do something, its steps counted; a death ends it and nothing else."""
        self.counts = True
        try:
            act()
        except Died:
            return
        finally:
            self.counts = False

    def take(self, name: str, act: Callable[[], Any]) -> Any:
        """Take one step, unless somebody dies right before or right after it."""
        if not self.counts:
            return act()
        number = len(self.seen)
        self.seen.append(name)
        self._die_at(number, BEFORE)
        done = act()
        self._die_at(number, AFTER)
        return done

    def _die_at(self, number: int, side: str) -> None:
        if self.deaths and (self.deaths[0].step, self.deaths[0].side) == (number, side):
            point = self.deaths.pop(0)
            self.died.append(f"{point.name} ({self.seen[number]})")
            self.seen = []
            raise Died

    def points(self) -> list[Point]:
        """Return every moment of a life without a death: before each step, after each outer one.

        After a statement is before the next one; so after it is a moment of its own only where a
        commit or a call follows.
        """
        found = []
        for number, name in enumerate(self.seen):
            found.append(Point(number, BEFORE))
            last = number + 1 == len(self.seen)
            if not name.startswith("sql") or last or not self.seen[number + 1].startswith("sql"):
                found.append(Point(number, AFTER))
        return found

    def durable(self) -> list[Point]:
        """Return the moments that leave different things on disk: around commits and calls.

        Within a transaction all moments leave the same, as singles show one by one.
        """
        return [one for one in self.points() if not self.seen[one.step].startswith("sql")]


@contextmanager
def counted(steps: Steps) -> Iterator[Steps]:
    """Let every statement, and every commit of the product's own outermost transactions, count."""
    outer = len(connection.savepoint_ids)

    def wrapper(
        execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
    ) -> Any:
        words = str(sql)
        if words.startswith(_SAVEPOINTS):
            return execute(sql, params, many, context)
        if words.startswith("RELEASE SAVEPOINT"):
            if len(connection.savepoint_ids) > outer:
                return execute(sql, params, many, context)
            # A death before a commit is one after its last statement; this one is after it.
            done = execute(sql, params, many, context)
            steps.take("commit", lambda: None)
            return done
        name = f"sql {' '.join(words.split())[:60]}"
        return steps.take(name, lambda: execute(sql, params, many, context))

    with connection.execute_wrapper(wrapper):
        yield steps


class Stepping:
    """A gateway or provider each call of which is a step; its answers may get lost on their way."""

    def __init__(self, real: Any, steps: Callable[[], Steps], name: str) -> None:
        self._real, self._steps, self._name = real, steps, name
        self.around: Callable[[str, Callable[[], Any]], Any] = lambda verb, call: call()

    def lead_to(self, make: Callable[[], Any]) -> None:
        """Say who answers."""
        self._make, self._real = make, make()

    def renew(self) -> None:
        """Let time pass: breakers that opened let something through again."""
        if self._real is not None:
            self._real.close()
            self._real = self._make()

    def __getattr__(self, verb: str) -> Any:
        found = getattr(self._real, verb)
        if not callable(found) or verb in ("verdict", "read"):
            return found

        def call(*told: Any, **named: Any) -> Any:
            return self._steps().take(
                f"{self._name} {verb}",
                lambda: self.around(verb, lambda: found(*told, **named)),
            )

        return call
