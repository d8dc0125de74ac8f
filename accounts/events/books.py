"""What is announced about the books, and about the ways for money to come and go."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from accounts.states import GAP_LABELS, REMEDY_LABELS
from backoffice.core.events import Event
from backoffice.core.words import noop


@dataclass(frozen=True, kw_only=True)
class BooksOpened(Event):
    """The books of a trading account began with the balance that MetaTrader showed."""

    name: ClassVar[str] = "accounts.books.opened"
    sentence: ClassVar[str] = noop(
        "The books of account {account_id} begin with {amount} {currency}"
    )

    account_id: int
    amount: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class PastImported(Event):
    """What the opening of an account is made of was told, movement by movement."""

    name: ClassVar[str] = "accounts.books.past_imported"
    sentence: ClassVar[str] = noop(
        "{actor} imported {movements} past movements of account {account_id} into the books"
    )

    account_id: int
    movements: int


@dataclass(frozen=True, kw_only=True)
class ForeignMoneyBooked(Event):
    """Somebody moved money in MetaTrader directly; the books took it over."""

    name: ClassVar[str] = "accounts.books.foreign_money"
    sentence: ClassVar[str] = noop(
        "Ticket {ticket} moved {amount} {currency} in MetaTrader without us"
    )

    account_id: int
    ticket: int
    amount: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class DiscrepancyFound(Event):
    """MetaTrader and the books differ."""

    name: ClassVar[str] = "accounts.discrepancy.found"
    sentence: ClassVar[str] = noop(
        "Account {account_id} differs from MetaTrader ({gap}, ticket {ticket}): "
        "{expected} here, {found} there"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"gap": GAP_LABELS}

    discrepancy_id: int
    account_id: int
    gap: str
    ticket: int
    expected: Decimal | None
    found: Decimal | None


@dataclass(frozen=True, kw_only=True)
class DiscrepancyGone(Event):
    """A difference from MetaTrader is no longer there."""

    name: ClassVar[str] = "accounts.discrepancy.gone"
    sentence: ClassVar[str] = noop(
        "Account {account_id} no longer differs ({gap}, ticket {ticket})"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"gap": GAP_LABELS}

    discrepancy_id: int
    account_id: int
    gap: str
    ticket: int


@dataclass(frozen=True, kw_only=True)
class DifferenceAgreed(Event):
    """Two people agreed what becomes of a difference from MetaTrader."""

    name: ClassVar[str] = "accounts.discrepancy.agreed"
    sentence: ClassVar[str] = noop(
        "{actor} carried out what was agreed about account {account_id} ({gap}, ticket {ticket}): "
        "{remedy}"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {
        "gap": GAP_LABELS,
        "remedy": REMEDY_LABELS,
    }

    discrepancy_id: int
    account_id: int
    gap: str
    ticket: int
    remedy: str
    request_id: int


@dataclass(frozen=True, kw_only=True)
class StatementTaken(Event):
    """Somebody took a client's statement as a file."""

    name: ClassVar[str] = "accounts.statement.taken"
    sentence: ClassVar[str] = noop(
        "{actor} took the client's statement from {first} to {last} as {form}: "
        "{movements} movements"
    )

    client_id: int
    first: str
    last: str
    movements: int
    form: str


@dataclass(frozen=True, kw_only=True)
class PaymentMethodOffered(Event):
    """A legal entity offers its clients another way for money to come and go."""

    name: ClassVar[str] = "accounts.payment_method.offered"
    sentence: ClassVar[str] = noop("{actor} offered the payment method {code} in {currency}")

    method_id: int
    code: str
    currency: str


@dataclass(frozen=True, kw_only=True)
class PaymentMethodRouted(Event):
    """A method takes deposits through a provider."""

    name: ClassVar[str] = "accounts.payment_method.routed"
    sentence: ClassVar[str] = noop("{actor} lets {code} take deposits through {provider}")

    method_id: int
    code: str
    provider: str
