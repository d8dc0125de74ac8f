"""What is announced about money over a chain and from hand to hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from accounts.terms.chains import NETWORK_LABELS, SCREENING_LABELS
from backoffice.core.events import Event
from backoffice.core.words import noop


@dataclass(frozen=True, kw_only=True)
class ChainSeen(Event):
    """A deposit's transaction is seen on its chain, or lies deeper than before."""

    name: ClassVar[str] = "accounts.deposit.chain_seen"
    sentence: ClassVar[str] = noop(
        "Deposit D{deposit_id}: transaction {transaction} on {network} has {seen} of {needed}"
        " confirmations; screening: {screening}"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {
        "network": NETWORK_LABELS,
        "screening": SCREENING_LABELS,
    }

    deposit_id: int
    network: str
    transaction: str
    seen: int
    needed: int
    screening: str


@dataclass(frozen=True, kw_only=True)
class Screened(Event):
    """A person recorded what a screening of coins, or of an address, found."""

    name: ClassVar[str] = "accounts.chain.screened"
    sentence: ClassVar[str] = noop(
        "{actor} recorded a screening on {network}: {result}, case {case}"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {
        "network": NETWORK_LABELS,
        "result": SCREENING_LABELS,
    }

    deposit_id: int | None
    payment_id: int | None
    network: str
    result: str
    case: str


@dataclass(frozen=True, kw_only=True)
class HandoverRecorded(Event):
    """A person recorded that money was handed over, or out; `person` is of the desk, no client."""

    name: ClassVar[str] = "accounts.handover.recorded"
    sentence: ClassVar[str] = noop("{actor} recorded receipt {receipt}: {person}, {place}")

    deposit_id: int | None
    payment_id: int | None
    receipt: str
    person: str
    place: str


@dataclass(frozen=True, kw_only=True)
class MethodTermsSet(Event):
    """Two people changed what a payment method allows, costs and promises."""

    name: ClassVar[str] = "accounts.payment_method.terms_set"
    sentence: ClassVar[str] = noop("The terms of {code} changed ({direction} {country})")

    method_id: int
    code: str
    country: str
    direction: str
    request_id: int


@dataclass(frozen=True, kw_only=True)
class PromiseRuns(Event):
    """A mark of a withdrawal's promise has passed, and it is not paid yet."""

    name: ClassVar[str] = "accounts.withdrawal.promise_runs"
    sentence: ClassVar[str] = noop(
        "Withdrawal #{payment_id} was asked for {hours} hours ago and is not paid yet"
    )

    payment_id: int
    hours: int


@dataclass(frozen=True, kw_only=True)
class WithdrawalLeftWallet(Event):
    """It left the client's wallet; the money waits for its payout."""

    name: ClassVar[str] = "accounts.withdrawal.left_wallet"
    sentence: ClassVar[str] = noop(
        "{amount} {currency} of withdrawal #{payment_id} left the client's wallet"
    )

    payment_id: int
    amount: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class WithdrawalBackInWallet(Event):
    """It is back in the client's wallet."""

    name: ClassVar[str] = "accounts.withdrawal.back_in_wallet"
    sentence: ClassVar[str] = noop(
        "{amount} {currency} of withdrawal #{payment_id} are back in the client's wallet"
    )

    payment_id: int
    amount: Decimal
    currency: str
