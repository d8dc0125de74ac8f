"""What the audit room announces: refusals, looks at a record, exports, checks, keys, erasures."""

from dataclasses import dataclass
from typing import ClassVar

from backoffice.core.events import Event
from backoffice.core.words import noop

NOT_ALLOWED = "not_allowed"
NOT_THERE = "not_there"
WHY = {NOT_ALLOWED: noop("not allowed"), NOT_THERE: noop("absent or out of reach")}


@dataclass(frozen=True, kw_only=True)
class DoorRefused(Event):
    """Somebody of the staff asked for what they may not see or do, or what is not there."""

    name: ClassVar[str] = "audit.door.refused"
    sentence: ClassVar[str] = noop("{actor} was refused {method} {path}: {why}")
    vocabulary: ClassVar = {"why": WHY}

    door: str
    method: str
    path: str
    why: str


@dataclass(frozen=True, kw_only=True)
class RecordViewed(Event):
    """Somebody opened a record with a person's data; told once a day for each person and record."""

    name: ClassVar[str] = "audit.record.viewed"
    sentence: ClassVar[str] = noop("{actor} opened {kind} {key}")

    kind: str
    key: str


@dataclass(frozen=True, kw_only=True)
class ListExported(Event):
    """Somebody took a list of the audit log out of the house."""

    name: ClassVar[str] = "audit.list.exported"
    sentence: ClassVar[str] = noop("{actor} exported {rows} lines of the audit log ({narrowed})")

    rows: int
    narrowed: str


@dataclass(frozen=True, kw_only=True)
class BundleExported(Event):
    """Somebody wrote a bundle for an auditor."""

    name: ClassVar[str] = "audit.bundle.exported"
    sentence: ClassVar[str] = noop("{actor} wrote an audit bundle of {entries} entries")

    entries: int
    root: str


@dataclass(frozen=True, kw_only=True)
class LogVerified(Event):
    """Somebody had the whole log recomputed."""

    name: ClassVar[str] = "audit.log.verified"
    sentence: ClassVar[str] = noop("{actor} verified the audit log of {entries} entries: {verdict}")
    vocabulary: ClassVar = {"verdict": {"sound": noop("sound"), "broken": noop("broken")}}

    entries: int
    verdict: str
    first_bad: int | None = None


@dataclass(frozen=True, kw_only=True)
class SubjectErased(Event):
    """A person's sealed values were forgotten; the log still proves."""

    name: ClassVar[str] = "audit.subject.erased"
    sentence: ClassVar[str] = noop("{actor} erased {values_gone} values of {kind} {key}: {reason}")
    is_plain: ClassVar[bool] = True

    kind: str
    key: str
    values_gone: int
    reason: str
