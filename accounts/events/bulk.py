"""What is announced about bulk files of balance operations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from accounts.terms.bulk import BULK_LABELS
from backoffice.core.events import Event
from backoffice.core.words import noop


@dataclass(frozen=True, kw_only=True)
class BulkTaken(Event):
    """A file was handed in or made: understood whole, or refused with nothing taken of it."""

    name: ClassVar[str] = "accounts.bulk.taken"
    sentence: ClassVar[str] = noop(
        "{actor} handed in bulk file F{file_id}: {outcome}; {lines} lines, {cannot} not bookable"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"outcome": BULK_LABELS}

    file_id: int
    outcome: str
    lines: int
    cannot: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class BulkAsked(Event):
    """The approval of a file was asked for."""

    name: ClassVar[str] = "accounts.bulk.asked"
    sentence: ClassVar[str] = noop("{actor} asked for the approval of bulk file F{file_id}")

    file_id: int
    lines_digest: str


@dataclass(frozen=True, kw_only=True)
class BulkStarted(Event):
    """Everybody agreed, or a person let it go on: its lines are carried out."""

    name: ClassVar[str] = "accounts.bulk.started"
    sentence: ClassVar[str] = noop("Bulk file F{file_id} runs")

    file_id: int


@dataclass(frozen=True, kw_only=True)
class BulkPaused(Event):
    """A person let it stand still; the line in hand is finished."""

    name: ClassVar[str] = "accounts.bulk.paused"
    sentence: ClassVar[str] = noop("{actor} paused bulk file F{file_id}: {reason}")

    file_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class BulkWaits(Event):
    """Nothing of it can be sent just now."""

    name: ClassVar[str] = "accounts.bulk.waits"
    sentence: ClassVar[str] = noop("Bulk file F{file_id} waits: {reason}")

    file_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class BulkClosed(Event):
    """A file is over: done, stopped, or cancelled before it began."""

    name: ClassVar[str] = "accounts.bulk.closed"
    sentence: ClassVar[str] = noop("Bulk file F{file_id}: {outcome}. {reason}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"outcome": BULK_LABELS}

    file_id: int
    outcome: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class BulkRowRefused(Event):
    """A last look before a line was carried out refused it; nothing moved."""

    name: ClassVar[str] = "accounts.bulk_row.refused"
    sentence: ClassVar[str] = noop("Line {number} of bulk file F{file_id} was refused: {reason}")

    file_id: int
    number: int
    reason: str
