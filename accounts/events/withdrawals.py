"""What is announced about withdrawals."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from accounts.states import WITHDRAWAL_LABELS
from backoffice.core.events import Event
from backoffice.core.words import noop
from trading.states import OUTCOME_LABELS, SETTLING_LABELS


@dataclass(frozen=True, kw_only=True)
class WithdrawalRequested(Event):
    """A withdrawal was asked for; its amount is on hold."""

    name: ClassVar[str] = "accounts.withdrawal.requested"
    sentence: ClassVar[str] = noop(
        "{actor} asked for withdrawal #{payment_id} of {amount} {currency}: the amount is on hold"
    )

    payment_id: int
    account_id: int
    amount: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class WithdrawalApproved(Event):
    """Somebody else allowed it; `fingerprint` names exactly what they were shown."""

    name: ClassVar[str] = "accounts.withdrawal.approved"
    sentence: ClassVar[str] = noop(
        "{actor} approved withdrawal #{payment_id} of {amount} {currency}"
    )

    payment_id: int
    amount: Decimal
    currency: str
    seat: str
    fingerprint: str


@dataclass(frozen=True, kw_only=True)
class WithdrawalApprovalVoided(Event):
    """An approval given earlier no longer counts."""

    name: ClassVar[str] = "accounts.withdrawal.approval_voided"
    sentence: ClassVar[str] = noop("The approval of withdrawal #{payment_id} is void: {reason}")

    payment_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ClientAsked(Event):
    """Something is missing from the client; the clock stands still until it comes."""

    name: ClassVar[str] = "accounts.withdrawal.client_asked"
    sentence: ClassVar[str] = noop("{actor} asked the client of withdrawal #{payment_id}: {words}")

    payment_id: int
    missing: tuple[str, ...]
    words: str


@dataclass(frozen=True, kw_only=True)
class ClientSupplied(Event):
    """What was missing has come; the clock goes on."""

    name: ClassVar[str] = "accounts.withdrawal.client_supplied"
    sentence: ClassVar[str] = noop("{actor}: withdrawal #{payment_id} got what it needs: {words}")

    payment_id: int
    words: str


@dataclass(frozen=True, kw_only=True)
class WithdrawalRejected(Event):
    """Staff said no; the hold is released."""

    name: ClassVar[str] = "accounts.withdrawal.rejected"
    sentence: ClassVar[str] = noop("{actor} rejected withdrawal #{payment_id}: {reason}")

    payment_id: int
    amount: Decimal
    currency: str
    code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class WithdrawalCancelled(Event):
    """Who asked took it back; the hold is released."""

    name: ClassVar[str] = "accounts.withdrawal.cancelled"
    sentence: ClassVar[str] = noop("{actor} cancelled withdrawal #{payment_id}: {reason}")

    payment_id: int
    amount: Decimal
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class WithdrawalRefused(Event):
    """It could not be carried out: too little is free, or MetaTrader's no. The hold is released."""

    name: ClassVar[str] = "accounts.withdrawal.refused"
    sentence: ClassVar[str] = noop(
        "Withdrawal #{payment_id} of {amount} {currency} could not be carried out: {reason}"
    )

    payment_id: int
    amount: Decimal
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class WithdrawalWaits(Event):
    """It is approved and was not sent; nothing has changed, and it is tried again."""

    name: ClassVar[str] = "accounts.withdrawal.waits"
    sentence: ClassVar[str] = noop("Withdrawal #{payment_id} waits: {reason}")

    payment_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class WithdrawalUncertain(Event):
    """MetaTrader gave no clear answer: it is looked up, never repeated. The hold stands."""

    name: ClassVar[str] = "accounts.withdrawal.uncertain"
    sentence: ClassVar[str] = noop("Withdrawal #{payment_id} is being confirmed: {reason}")

    payment_id: int
    leg: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class WithdrawalNotArrived(Event):
    """An attempt is proved never to have arrived: no money has moved, it may be tried again."""

    name: ClassVar[str] = "accounts.withdrawal.not_arrived"
    sentence: ClassVar[str] = noop(
        "Withdrawal #{payment_id}: attempt {attempt} never reached MetaTrader"
    )

    payment_id: int
    leg: str
    attempt: int


@dataclass(frozen=True, kw_only=True)
class WithdrawalDebited(Event):
    """MetaTrader booked it; the money waits for its payout."""

    name: ClassVar[str] = "accounts.withdrawal.debited"
    sentence: ClassVar[str] = noop(
        "MetaTrader debited {amount} {currency} of withdrawal #{payment_id} under ticket {ticket}"
    )

    payment_id: int
    amount: Decimal
    currency: str
    ticket: int


@dataclass(frozen=True, kw_only=True)
class PayoutSent(Event):
    """Finance sent the money, under the bank's reference."""

    name: ClassVar[str] = "accounts.payout.sent"
    sentence: ClassVar[str] = noop(
        "{actor} sent {amount} {currency} of withdrawal #{payment_id}, bank reference {reference}"
    )

    payment_id: int
    amount: Decimal
    currency: str
    reference: str


@dataclass(frozen=True, kw_only=True)
class WithdrawalPaid(Event):
    """A second person confirmed that the money left."""

    name: ClassVar[str] = "accounts.withdrawal.paid"
    sentence: ClassVar[str] = noop(
        "{actor} confirmed that {amount} {currency} of withdrawal #{payment_id} was paid"
    )

    payment_id: int
    amount: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class ReturnAsked(Event):
    """Somebody says that the money has to go back; a second person has to agree."""

    name: ClassVar[str] = "accounts.withdrawal.return_asked"
    sentence: ClassVar[str] = noop("{actor} asks to return withdrawal #{payment_id}: {reason}")

    payment_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReturnDropped(Event):
    """The money is not to go back after all."""

    name: ClassVar[str] = "accounts.withdrawal.return_dropped"
    sentence: ClassVar[str] = noop("{actor} keeps withdrawal #{payment_id} on its way: {reason}")

    payment_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class SettlingProposed(Event):
    """Somebody looked at MetaTrader and says what became of the money; another has to agree."""

    name: ClassVar[str] = "accounts.withdrawal.settling_proposed"
    sentence: ClassVar[str] = noop(
        "{actor} proposed to settle withdrawal #{payment_id} by hand: {outcome} ({reason})"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"outcome": OUTCOME_LABELS}

    payment_id: int
    outcome: str
    ticket: int | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class SettlingDecided(Event):
    """The second person agreed, or did not."""

    name: ClassVar[str] = "accounts.withdrawal.settling_decided"
    sentence: ClassVar[str] = noop(
        "{actor} decided on settling withdrawal #{payment_id} by hand: {decision} ({reason})"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"decision": SETTLING_LABELS}

    payment_id: int
    decision: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class WithdrawalReturning(Event):
    """The money goes back into MetaTrader."""

    name: ClassVar[str] = "accounts.withdrawal.returning"
    sentence: ClassVar[str] = noop(
        "{actor} returns {amount} {currency} of withdrawal #{payment_id}: {reason}"
    )

    payment_id: int
    amount: Decimal
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReturnRefused(Event):
    """MetaTrader refused to take the money back: a person has to look."""

    name: ClassVar[str] = "accounts.withdrawal.return_refused"
    sentence: ClassVar[str] = noop("The return of withdrawal #{payment_id} was refused: {reason}")

    payment_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class WithdrawalReturned(Event):
    """MetaTrader credited it back."""

    name: ClassVar[str] = "accounts.withdrawal.returned"
    sentence: ClassVar[str] = noop(
        "{amount} {currency} of withdrawal #{payment_id} are back under ticket {ticket}"
    )

    payment_id: int
    amount: Decimal
    currency: str
    ticket: int


@dataclass(frozen=True, kw_only=True)
class LateAnswer(Event):
    """MetaTrader's answer came after the withdrawal was closed: a person has to look."""

    name: ClassVar[str] = "accounts.withdrawal.late_answer"
    sentence: ClassVar[str] = noop(
        "Withdrawal #{payment_id} is closed as {state}, and MetaTrader says: {words}"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"state": WITHDRAWAL_LABELS}

    payment_id: int
    state: str
    words: str
