"""What is announced about money over a chain and from hand to hand."""

from collections.abc import Mapping
from dataclasses import dataclass
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
