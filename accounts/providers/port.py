"""Provider: the protocol. What we ask of whoever takes our clients' money, in terms of ours.

Amounts are Decimals in a currency here; on the wire they are whole minor units.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from accounts.terms import Signature
from accounts.terms.chains import Screening


class Told(StrEnum):
    """What a provider says of a charge."""

    PENDING = "pending"
    PAID = "paid"
    DECLINED = "declined"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAddress:
    """Where a provider is, and the key that both sides sign with."""

    code: str
    url: str
    key_id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What is to be charged. `key` makes it one charge, however often it is asked for.

    `reference` is ours, for a transfer that a person types: its check digits show a typo.
    """

    key: UUID
    amount: Decimal
    currency: str
    callback_url: str
    return_url: str
    description: str
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A charge that the provider took on: its own number, and the page where the client pays."""

    charge_id: str
    page_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """What paid. `key` is the provider's fingerprint of the card or wallet, never its number."""

    kind: str = ""
    key: str = ""
    label: str = ""
    holder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnChain:
    """What is seen of a transaction: on which network, to which address, how deep it lies by now.

    `screening` is what a search about where its coins come from found; `case` names that search.
    """

    network: str
    address: str
    transaction: str
    confirmations: int
    screening: Screening = Screening.UNKNOWN
    case: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """How a charge stands, by a callback or asked for: only a paid or refunded one has amounts.

    `reference` names the movement of money at the provider; the same one posts once. Of a dispute
    `reference` names the case and `amount` what is called back; `reason_code` says why, and
    `answer_by` until when it can be answered.
    """

    key: UUID
    told: Told
    charge_id: str = ""
    reference: str = ""
    amount: Decimal = Decimal(0)
    currency: str = ""
    fee: Decimal = Decimal(0)
    words: str = ""
    payer: Payer = Payer()
    reason_code: str = ""
    answer_by: datetime | None = None
    chain: OnChain | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money that goes back to where it came from, under a key of its own."""

    key: UUID
    charge_key: UUID
    amount: Decimal
    currency: str


class Provider(Protocol):
    """A payment provider. Each call raises Refused, Unavailable or Uncertain, nothing else.

    Every outbound call carries our key, so that a repeated one has one effect.
    """

    def start_charge(self, charge: Charge) -> Opened:
        """Ask for a charge; the same key again is answered as before."""

    def look_up(self, key: UUID) -> Notice | None:
        """Return how the charge of this key stands; None: the provider knows none."""

    def send_back(self, refund: Refund) -> str:
        """Send money of a charge back; return the provider's reference of it."""

    def verdict(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Signature:
        """Say whether a callback is signed by this provider, and lately."""

    def read(self, body: bytes) -> Notice:
        """Return what a callback says; BadMessage when it cannot be read."""


Factory = Callable[[ProviderAddress], Provider]
