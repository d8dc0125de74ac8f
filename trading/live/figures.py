"""What the board says of an account and of a position at one moment."""

from dataclasses import dataclass
from decimal import Decimal

from trading.terms import LevelType


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of one account now; what lacks a quote is None, and `needs` says which would do.

    `level` in percent, 0 where no margin is used; volume in hundredths of a lot.
    """

    login: int
    currency: str
    balance: Decimal
    credit: Decimal
    floating: Decimal | None
    equity: Decimal | None
    margin: Decimal | None
    free_margin: Decimal | None
    level: Decimal | None
    level_type: LevelType | None
    positions: int
    volume_hundredths: int
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """One open position at the market; price and profit are None where a quote is missing."""

    ticket: int
    price: Decimal | None
    profit: Decimal | None
    swap: Decimal
