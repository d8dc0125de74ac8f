"""What is announced about disputes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from accounts.terms.disputes import DISPUTE_LABELS
from backoffice.core.events import Event
from backoffice.core.words import noop


@dataclass(frozen=True, kw_only=True)
class DisputeSuspected(Event):
    """A rule fears that card money will be called back; the money is credited all the same."""

    name: ClassVar[str] = "accounts.dispute.suspected"
    sentence: ClassVar[str] = noop(
        "C{dispute_id}: {amount} {currency} of deposit D{deposit_id} may be called back. {words}"
    )

    dispute_id: int
    deposit_id: int
    amount: Decimal
    currency: str
    words: str


@dataclass(frozen=True, kw_only=True)
class DisputeOpened(Event):
    """The client's bank calls money back: it is set aside, and has to be answered in time."""

    name: ClassVar[str] = "accounts.dispute.opened"
    sentence: ClassVar[str] = noop(
        "C{dispute_id}: {amount} {currency} of deposit D{deposit_id} is disputed "
        "({reason_code}), to be answered by {answer_by}"
    )

    dispute_id: int
    deposit_id: int
    amount: Decimal
    currency: str
    reason_code: str
    answer_by: datetime


@dataclass(frozen=True, kw_only=True)
class DisputePackMade(Event):
    """The evidence of a case was made as one file; `digest` is its SHA-256."""

    name: ClassVar[str] = "accounts.dispute.pack_made"
    sentence: ClassVar[str] = noop("{actor} made the evidence of C{dispute_id}")

    dispute_id: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class DisputeMoved(Event):
    """The case went on, or ended; `reason` says how."""

    name: ClassVar[str] = "accounts.dispute.moved"
    sentence: ClassVar[str] = noop("C{dispute_id}: {state}. {reason}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"state": DISPUTE_LABELS}

    dispute_id: int
    deposit_id: int
    state: str
    amount: Decimal
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class DepositChargedBack(Event):
    """The provider took the money of a deposit back from us."""

    name: ClassVar[str] = "accounts.deposit.charged_back"
    sentence: ClassVar[str] = noop(
        "Deposit D{deposit_id}: {amount} {currency} charged back (C{dispute_id})"
    )

    deposit_id: int
    dispute_id: int
    amount: Decimal
    currency: str
