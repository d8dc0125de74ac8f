"""What is announced about deposits, and about what providers tell us."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from accounts.terms import DEPOSIT_LABELS, OUTCOME_LABELS, REVIEW_LABELS, SIGNATURE_LABELS
from backoffice.core.events import Event
from backoffice.core.words import noop
from trading.states import OUTCOME_LABELS as SETTLED_LABELS
from trading.states import SETTLING_LABELS


@dataclass(frozen=True, kw_only=True)
class DepositStarted(Event):
    """A client means to pay in; nothing is charged yet."""

    name: ClassVar[str] = "accounts.deposit.started"
    sentence: ClassVar[str] = noop(
        "{actor} began deposit D{deposit_id} of {amount} {currency} by {method}"
    )

    deposit_id: int
    amount: Decimal
    currency: str
    method: str


@dataclass(frozen=True, kw_only=True)
class DepositParked(Event):
    """The details are kept; nothing is charged before the client is known well enough."""

    name: ClassVar[str] = "accounts.deposit.parked"
    sentence: ClassVar[str] = noop("Deposit D{deposit_id} is parked, nothing is charged: {reason}")

    deposit_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class DepositCharging(Event):
    """The provider is asked to take the money, under the deposit's own key."""

    name: ClassVar[str] = "accounts.deposit.charging"
    sentence: ClassVar[str] = noop("Deposit D{deposit_id} is with the provider")

    deposit_id: int


@dataclass(frozen=True, kw_only=True)
class DepositReceived(Event):
    """The money is ours: as much as the provider says, under the provider's reference."""

    name: ClassVar[str] = "accounts.deposit.received"
    sentence: ClassVar[str] = noop(
        "Deposit D{deposit_id}: {amount} {currency} came in under reference {reference}"
    )

    deposit_id: int
    amount: Decimal
    currency: str
    reference: str


@dataclass(frozen=True, kw_only=True)
class DepositInReview(Event):
    """A rule wants a person before anything is credited."""

    name: ClassVar[str] = "accounts.deposit.in_review"
    sentence: ClassVar[str] = noop("Deposit D{deposit_id} waits for a person: {code} {words}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"code": REVIEW_LABELS}

    deposit_id: int
    code: str
    words: str


@dataclass(frozen=True, kw_only=True)
class DepositAccepted(Event):
    """Somebody else looked at it and let it pass."""

    name: ClassVar[str] = "accounts.deposit.accepted"
    sentence: ClassVar[str] = noop(
        "{actor} accepted deposit D{deposit_id} of {amount} {currency}: {reason}"
    )

    deposit_id: int
    amount: Decimal
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class DepositWaits(Event):
    """It could not go on now; nothing has changed, and it is tried again."""

    name: ClassVar[str] = "accounts.deposit.waits"
    sentence: ClassVar[str] = noop("Deposit D{deposit_id} waits: {reason}")

    deposit_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class DepositUncertain(Event):
    """MetaTrader gave no clear answer: it is looked up, never repeated."""

    name: ClassVar[str] = "accounts.deposit.uncertain"
    sentence: ClassVar[str] = noop("Deposit D{deposit_id} is being confirmed: {reason}")

    deposit_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class DepositNotArrived(Event):
    """An attempt is proved never to have arrived in MetaTrader; the next one follows."""

    name: ClassVar[str] = "accounts.deposit.not_arrived"
    sentence: ClassVar[str] = noop(
        "Deposit D{deposit_id}: attempt {attempt} never reached MetaTrader"
    )

    deposit_id: int
    attempt: int


@dataclass(frozen=True, kw_only=True)
class DepositCredited(Event):
    """MetaTrader booked it."""

    name: ClassVar[str] = "accounts.deposit.credited"
    sentence: ClassVar[str] = noop(
        "MetaTrader credited {amount} {currency} of deposit D{deposit_id} under ticket {ticket}"
    )

    deposit_id: int
    amount: Decimal
    currency: str
    ticket: int


@dataclass(frozen=True, kw_only=True)
class DepositFailed(Event):
    """The provider declined."""

    name: ClassVar[str] = "accounts.deposit.failed"
    sentence: ClassVar[str] = noop("The provider declined deposit D{deposit_id}: {reason}")

    deposit_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class DepositRejected(Event):
    """Staff found no such money."""

    name: ClassVar[str] = "accounts.deposit.rejected"
    sentence: ClassVar[str] = noop("{actor} rejected deposit D{deposit_id}: {reason}")

    deposit_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class DepositCancelled(Event):
    """The client stopped."""

    name: ClassVar[str] = "accounts.deposit.cancelled"
    sentence: ClassVar[str] = noop("{actor} cancelled deposit D{deposit_id}: {reason}")

    deposit_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class DepositExpired(Event):
    """Nothing came in time."""

    name: ClassVar[str] = "accounts.deposit.expired"
    sentence: ClassVar[str] = noop("Nothing came for deposit D{deposit_id}: it expired")

    deposit_id: int


@dataclass(frozen=True, kw_only=True)
class DepositReturning(Event):
    """The money goes back to where it came from."""

    name: ClassVar[str] = "accounts.deposit.returning"
    sentence: ClassVar[str] = noop(
        "{actor} sends {amount} {currency} of deposit D{deposit_id} back: {reason}"
    )

    deposit_id: int
    amount: Decimal
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class DepositReturned(Event):
    """The provider has sent it back."""

    name: ClassVar[str] = "accounts.deposit.returned"
    sentence: ClassVar[str] = noop(
        "{amount} {currency} of deposit D{deposit_id} went back under reference {reference}"
    )

    deposit_id: int
    amount: Decimal
    currency: str
    reference: str


@dataclass(frozen=True, kw_only=True)
class DepositContradicted(Event):
    """What came afterwards does not fit what stands: nothing changed, a person has to look."""

    name: ClassVar[str] = "accounts.deposit.contradicted"
    sentence: ClassVar[str] = noop("Deposit D{deposit_id} is {state}, and now it is said: {words}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"state": DEPOSIT_LABELS}

    deposit_id: int
    state: str
    words: str


@dataclass(frozen=True, kw_only=True)
class DepositSettlingProposed(Event):
    """Somebody looked at MetaTrader and says what became of the money; another has to agree."""

    name: ClassVar[str] = "accounts.deposit.settling_proposed"
    sentence: ClassVar[str] = noop(
        "{actor} proposed to settle deposit D{deposit_id} by hand: {outcome} ({reason})"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"outcome": SETTLED_LABELS}

    deposit_id: int
    outcome: str
    ticket: int | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class DepositSettlingDecided(Event):
    """The second person agreed, or did not."""

    name: ClassVar[str] = "accounts.deposit.settling_decided"
    sentence: ClassVar[str] = noop(
        "{actor} decided on settling deposit D{deposit_id} by hand: {decision} ({reason})"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"decision": SETTLING_LABELS}

    deposit_id: int
    decision: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CallbackStored(Event):
    """A provider, or somebody in its name, told us something: kept before it is judged."""

    name: ClassVar[str] = "accounts.callback.stored"
    sentence: ClassVar[str] = noop("Callback {callback_id} of {provider} is kept: {signature}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"signature": SIGNATURE_LABELS}

    callback_id: int
    provider: str
    signature: str


@dataclass(frozen=True, kw_only=True)
class CallbackJudged(Event):
    """What a callback came to."""

    name: ClassVar[str] = "accounts.callback.judged"
    sentence: ClassVar[str] = noop("Callback {callback_id}: {outcome}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"outcome": OUTCOME_LABELS}

    callback_id: int
    outcome: str
