"""What is announced about settlements of providers, and about what differs from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from accounts.states import GAP_LABELS, REMEDY_LABELS
from accounts.terms.settlement import STATE_LABELS
from backoffice.core.events import Event
from backoffice.core.words import noop


@dataclass(frozen=True, kw_only=True)
class SettlementKept(Event):
    """A provider's settlement was handed in; nothing is booked."""

    name: ClassVar[str] = "accounts.settlement.kept"
    sentence: ClassVar[str] = noop("{actor} handed in settlement file {file_id} of {size} bytes")

    file_id: int
    method_id: int
    size: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class SettlementJudged(Event):
    """What became of a settlement file: imported, refused or dropped."""

    name: ClassVar[str] = "accounts.settlement.judged"
    sentence: ClassVar[str] = noop(
        "Settlement file {file_id} ({number}): {outcome}, {lines} lines {words}"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"outcome": STATE_LABELS}

    file_id: int
    method_id: int
    number: str
    outcome: str
    lines: int
    words: str


@dataclass(frozen=True, kw_only=True)
class SettledOtherwise(Event):
    """A provider's settlement and the books differ."""

    name: ClassVar[str] = "accounts.settlement.differs"
    sentence: ClassVar[str] = noop(
        "{reference} differs from the provider's settlement ({gap}): {expected} here, {found} there"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"gap": GAP_LABELS}

    discrepancy_id: int
    method_id: int
    gap: str
    reference: str
    expected: Decimal | None
    found: Decimal | None


@dataclass(frozen=True, kw_only=True)
class SettledAlike(Event):
    """A difference from a provider's settlement is no longer there."""

    name: ClassVar[str] = "accounts.settlement.agrees"
    sentence: ClassVar[str] = noop("{reference} no longer differs from the settlement ({gap})")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"gap": GAP_LABELS}

    discrepancy_id: int
    method_id: int
    gap: str
    reference: str


@dataclass(frozen=True, kw_only=True)
class SettlementAgreed(Event):
    """Two people agreed what becomes of a difference from a provider's settlement."""

    name: ClassVar[str] = "accounts.settlement.agreed"
    sentence: ClassVar[str] = noop(
        "{actor} carried out what was agreed about {reference} ({gap}): {remedy}"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {
        "gap": GAP_LABELS,
        "remedy": REMEDY_LABELS,
    }

    discrepancy_id: int
    method_id: int
    gap: str
    reference: str
    remedy: str
    request_id: int
