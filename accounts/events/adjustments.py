"""What is announced about corrections, credits, reversals and debits of lost disputes."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from accounts.terms.adjustments import ADJUSTMENT_LABELS, CAUSE_LABELS, KIND_LABELS
from backoffice.core.events import Event
from backoffice.core.words import noop
from trading.states import OUTCOME_LABELS as SETTLED_LABELS
from trading.states import SETTLING_LABELS


@dataclass(frozen=True, kw_only=True)
class AdjustmentAsked(Event):
    """Somebody asked for an adjustment; nothing moves before another person agrees."""

    name: ClassVar[str] = "accounts.adjustment.asked"
    sentence: ClassVar[str] = noop(
        "{actor} asked for A{adjustment_id}, {kind} of {amount} {currency}. {cause}: {reason}"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {
        "kind": KIND_LABELS,
        "cause": CAUSE_LABELS,
    }

    adjustment_id: int
    kind: str
    amount: Decimal
    currency: str
    cause: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class AdjustmentApproved(Event):
    """Everybody who has to agree agreed, or a rule allows it: it goes to MetaTrader next."""

    name: ClassVar[str] = "accounts.adjustment.approved"
    sentence: ClassVar[str] = noop("A{adjustment_id} of {amount} {currency} is approved")

    adjustment_id: int
    amount: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class AdjustmentClosed(Event):
    """It ended and moved nothing; `reason` says why."""

    name: ClassVar[str] = "accounts.adjustment.closed"
    sentence: ClassVar[str] = noop("A{adjustment_id}: {state}. {reason}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"state": ADJUSTMENT_LABELS}

    adjustment_id: int
    state: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class AdjustmentDone(Event):
    """MetaTrader booked it, and so did the books."""

    name: ClassVar[str] = "accounts.adjustment.done"
    sentence: ClassVar[str] = noop(
        "A{adjustment_id}: {amount} {currency} booked in MetaTrader, ticket {ticket}"
    )

    adjustment_id: int
    kind: str
    amount: Decimal
    currency: str
    ticket: int


@dataclass(frozen=True, kw_only=True)
class CreditEnded(Event):
    """Nothing is left of a credit that was given."""

    name: ClassVar[str] = "accounts.adjustment.credit_ended"
    sentence: ClassVar[str] = noop("Credit A{adjustment_id} of {amount} {currency} ended: {words}")

    adjustment_id: int
    amount: Decimal
    currency: str
    words: str


@dataclass(frozen=True, kw_only=True)
class AdjustmentWaits(Event):
    """It is approved and cannot be sent now; nothing was lost."""

    name: ClassVar[str] = "accounts.adjustment.waits"
    sentence: ClassVar[str] = noop("A{adjustment_id} waits for MetaTrader: {reason}")

    adjustment_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class AdjustmentUncertain(Event):
    """MetaTrader gave no clear answer; it is looked up, never repeated."""

    name: ClassVar[str] = "accounts.adjustment.uncertain"
    sentence: ClassVar[str] = noop("A{adjustment_id} is being confirmed: {reason}")

    adjustment_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class AdjustmentNotArrived(Event):
    """An attempt is proved never to have arrived; the next one follows."""

    name: ClassVar[str] = "accounts.adjustment.not_arrived"
    sentence: ClassVar[str] = noop(
        "A{adjustment_id}: attempt {attempt} never reached MetaTrader, it is tried again"
    )

    adjustment_id: int
    attempt: int


@dataclass(frozen=True, kw_only=True)
class AdjustmentContradicted(Event):
    """It has ended, and MetaTrader says something else: a person has to look."""

    name: ClassVar[str] = "accounts.adjustment.contradicted"
    sentence: ClassVar[str] = noop("A{adjustment_id} is {state}, and MetaTrader says: {words}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"state": ADJUSTMENT_LABELS}

    adjustment_id: int
    state: str
    words: str


@dataclass(frozen=True, kw_only=True)
class AdjustmentSettlingProposed(Event):
    """Somebody says what became of it; a second person confirms."""

    name: ClassVar[str] = "accounts.adjustment.settling_proposed"
    sentence: ClassVar[str] = noop("{actor} proposed for A{adjustment_id}: {outcome}. {reason}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"outcome": SETTLED_LABELS}

    adjustment_id: int
    outcome: str
    ticket: int | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class AdjustmentSettlingDecided(Event):
    """The second person's word about it."""

    name: ClassVar[str] = "accounts.adjustment.settling_decided"
    sentence: ClassVar[str] = noop(
        "{actor} on the proposal for A{adjustment_id}: {decision}. {reason}"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"decision": SETTLING_LABELS}

    adjustment_id: int
    decision: str
    reason: str
