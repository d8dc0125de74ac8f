"""What is announced where we may not write on a server, and people book money commands there."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from backoffice.core.events import Event
from backoffice.core.words import noop


@dataclass(frozen=True, kw_only=True)
class WritingChosen(Event):
    """Whether we write balances on a server ourselves, or people book them there."""

    name: ClassVar[str] = "trading.server.writing_chosen"
    sentence: ClassVar[str] = noop("{actor} set balances on {code} to be booked {how}: {reason}")

    server_id: int
    code: str
    how: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class OperationByHand(Event):
    """We may not write on this server: a person books it there, with its marker as the comment."""

    name: ClassVar[str] = "trading.operation.by_hand"
    sentence: ClassVar[str] = noop("{amount} {currency} has to be booked in MetaTrader by hand")

    operation_id: int
    key: str
    account_id: int
    amount: Decimal
    currency: str
