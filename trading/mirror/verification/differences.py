"""What the comparison finds: differences, and how many rows were looked at."""

from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

#: More differences than this are counted, and no longer held.
MOST = 10_000


class Kind(StrEnum):
    """In what way a row differs."""

    MISSING = "missing"  # the server has it, we lack it
    EXTRA = "extra"  # we have it, the server lacks it
    FIELD = "field"  # both have it, and values differ
    PLACE = "place"  # it stands where it does not belong, or more than once


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs, with both values."""

    field: str
    ours: Any
    theirs: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One row that differs; `record` is what the server says of it, None where it says nothing.

    `parent` is the ticket that this one is the rest of, as far as either side knows it; `account`
    our key of the account of an open ticket that the server lacks.
    """

    kind: Kind
    table: str
    key: int | str
    changes: tuple[Change, ...] = ()
    record: Any = None
    parent: int | None = None
    login: int = 0

    @property
    def stamp(self) -> int:
        """Return when the server changed the record last; 0 where that is not known."""
        return getattr(self.record, "changed_stamp", 0)

    def without(self, *fields: str) -> "Difference | None":
        """Return the difference with these fields out of judgement; None when nothing is left."""
        left = tuple(one for one in self.changes if one.field not in fields)
        if self.kind is not Kind.FIELD or left == self.changes:
            return self
        return replace(self, changes=left) if left else None


@dataclass(slots=True)
class Tally:
    """What a comparison saw: rows by table on both sides, differences, and what is only ours.

    `kept` are closed rows that the server archived, `orphans` tickets of logins that neither side
    lists any more, `moving` open tickets whose price the market moved since our last full reading.
    """

    ours: Counter[str] = field(default_factory=Counter)
    theirs: Counter[str] = field(default_factory=Counter)
    found: list[Difference] = field(default_factory=list)
    uncounted: int = 0
    kept: Counter[str] = field(default_factory=Counter)
    orphans: int = 0
    moving: int = 0

    def add(self, difference: Difference | None) -> None:
        """Hold a difference, or count it when too many are held already."""
        if difference is None:
            return
        if len(self.found) < MOST:
            self.found.append(difference)
        else:
            self.uncounted += 1

    @property
    def differences(self) -> int:
        """Return how many rows differ."""
        return len(self.found) + self.uncounted
