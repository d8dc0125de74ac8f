"""What is announced about transfers: between a client's accounts, wallets, and to other clients."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from accounts.terms import TRANSFER_LABELS, TRANSFER_LEG_LABELS
from backoffice.core.events import Event
from backoffice.core.words import noop
from trading.states import OUTCOME_LABELS as SETTLED_LABELS
from trading.states import SETTLING_LABELS

#: A wallet has no record in MetaTrader.
NO_TICKET: Mapping[Any, str] = {"0": noop("none, a wallet")}


@dataclass(frozen=True, kw_only=True)
class TransferRequested(Event):
    """A transfer is asked for; the money is on hold in the books."""

    name: ClassVar[str] = "accounts.transfer.requested"
    sentence: ClassVar[str] = noop(
        "{actor} asked for transfer T{transfer_id} of {amount} {currency} from {source} to {target}"
    )

    transfer_id: int
    amount: Decimal
    currency: str
    source: str
    target: str


@dataclass(frozen=True, kw_only=True)
class TransferApproved(Event):
    """It may go; the rate is fixed from here on (1 where both sides have one currency)."""

    name: ClassVar[str] = "accounts.transfer.approved"
    sentence: ClassVar[str] = noop(
        "Transfer T{transfer_id} may go: {amount} {currency} leave,"
        " {target_amount} {target_currency} arrive"
    )

    transfer_id: int
    amount: Decimal
    currency: str
    target_amount: Decimal
    target_currency: str


@dataclass(frozen=True, kw_only=True)
class TransferRejected(Event):
    """Somebody who may decide said no; the hold is released."""

    name: ClassVar[str] = "accounts.transfer.rejected"
    sentence: ClassVar[str] = noop("{actor} rejected transfer T{transfer_id}: {reason}")

    transfer_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class TransferCancelled(Event):
    """The client took it back; the hold is released."""

    name: ClassVar[str] = "accounts.transfer.cancelled"
    sentence: ClassVar[str] = noop("{actor} cancelled transfer T{transfer_id}: {reason}")

    transfer_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class TransferRefused(Event):
    """It could not be carried out, nothing moved; the hold is released."""

    name: ClassVar[str] = "accounts.transfer.refused"
    sentence: ClassVar[str] = noop("Transfer T{transfer_id} could not be carried out: {reason}")

    transfer_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class TransferWaits(Event):
    """It could not go on now; nothing has changed, and it is tried again."""

    name: ClassVar[str] = "accounts.transfer.waits"
    sentence: ClassVar[str] = noop("Transfer T{transfer_id} waits: {reason}")

    transfer_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class TransferDebited(Event):
    """It left the source and is in transit; `ticket` 0: out of a wallet."""

    name: ClassVar[str] = "accounts.transfer.debited"
    sentence: ClassVar[str] = noop(
        "{amount} {currency} of transfer T{transfer_id} left the source, ticket: {ticket}"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"ticket": NO_TICKET}

    transfer_id: int
    amount: Decimal
    currency: str
    ticket: int


@dataclass(frozen=True, kw_only=True)
class TransferDone(Event):
    """It reached the target; `ticket` 0: a wallet."""

    name: ClassVar[str] = "accounts.transfer.done"
    sentence: ClassVar[str] = noop(
        "{amount} {currency} of transfer T{transfer_id} reached the target, ticket: {ticket}"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"ticket": NO_TICKET}

    transfer_id: int
    amount: Decimal
    currency: str
    ticket: int


@dataclass(frozen=True, kw_only=True)
class TransferReversing(Event):
    """The target did not take it: it goes back to the source, by an operation of its own."""

    name: ClassVar[str] = "accounts.transfer.reversing"
    sentence: ClassVar[str] = noop("Transfer T{transfer_id} goes back to its source: {reason}")

    transfer_id: int
    reason: str
    is_held: bool


@dataclass(frozen=True, kw_only=True)
class TransferReturnAllowed(Event):
    """A second person lets it go back, or has it tried once more."""

    name: ClassVar[str] = "accounts.transfer.return_allowed"
    sentence: ClassVar[str] = noop("{actor} let transfer T{transfer_id} go back: {reason}")

    transfer_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class TransferReversed(Event):
    """The source has it back."""

    name: ClassVar[str] = "accounts.transfer.reversed"
    sentence: ClassVar[str] = noop(
        "{amount} {currency} of transfer T{transfer_id} went back to the source, ticket: {ticket}"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"ticket": NO_TICKET}

    transfer_id: int
    amount: Decimal
    currency: str
    ticket: int


@dataclass(frozen=True, kw_only=True)
class TransferReturnRefused(Event):
    """MetaTrader refused to take it back: a person has to look."""

    name: ClassVar[str] = "accounts.transfer.return_refused"
    sentence: ClassVar[str] = noop(
        "Transfer T{transfer_id} cannot go back to its source, a person has to look: {reason}"
    )

    transfer_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class TransferUncertain(Event):
    """One leg has no clear answer: it is looked up, never repeated."""

    name: ClassVar[str] = "accounts.transfer.uncertain"
    sentence: ClassVar[str] = noop("Transfer T{transfer_id} is being confirmed ({leg}): {reason}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"leg": TRANSFER_LEG_LABELS}

    transfer_id: int
    leg: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class TransferNotArrived(Event):
    """An attempt is proved never to have arrived in MetaTrader; the next one follows."""

    name: ClassVar[str] = "accounts.transfer.not_arrived"
    sentence: ClassVar[str] = noop(
        "Transfer T{transfer_id} ({leg}): attempt {attempt} never reached MetaTrader"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"leg": TRANSFER_LEG_LABELS}

    transfer_id: int
    leg: str
    attempt: int


@dataclass(frozen=True, kw_only=True)
class TransferContradicted(Event):
    """What MetaTrader says does not fit what stands: nothing changed, a person has to look."""

    name: ClassVar[str] = "accounts.transfer.contradicted"
    sentence: ClassVar[str] = noop(
        "Transfer T{transfer_id} is {state}, and now MetaTrader says: {words}"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"state": TRANSFER_LABELS}

    transfer_id: int
    state: str
    words: str


@dataclass(frozen=True, kw_only=True)
class TransferSettlingProposed(Event):
    """Somebody looked at MetaTrader and says what became of the money; another has to agree."""

    name: ClassVar[str] = "accounts.transfer.settling_proposed"
    sentence: ClassVar[str] = noop(
        "{actor} proposed to settle transfer T{transfer_id} by hand: {outcome} ({reason})"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"outcome": SETTLED_LABELS}

    transfer_id: int
    outcome: str
    ticket: int | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class TransferSettlingDecided(Event):
    """The second person agreed, or did not."""

    name: ClassVar[str] = "accounts.transfer.settling_decided"
    sentence: ClassVar[str] = noop(
        "{actor} decided on settling transfer T{transfer_id} by hand: {decision} ({reason})"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"decision": SETTLING_LABELS}

    transfer_id: int
    decision: str
    reason: str
