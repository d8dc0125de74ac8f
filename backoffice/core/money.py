"""Money and the digits of currencies: where *we* decide a cent.

MetaTrader decides its own cents in `trading/calc/rounding.py`.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Self

# Digits after the point, where they are not two. ISO 4217, and the cent currencies of MetaTrader
# groups (USC: one US cent). The database says the same in currency_digits(); a test compares them.
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "BTC CLF ETH UYW"
DIGITS: dict[str, int] = {
    **dict.fromkeys(_NONE.split(), 0),
    **dict.fromkeys(_THREE.split(), 3),
    **dict.fromkeys(_FOUR.split(), 4),
}
USUAL_DIGITS = 2


def digits(currency: str) -> int:
    """Return how many digits after the point an amount in this currency has (0 to 4)."""
    return DIGITS.get(currency, USUAL_DIGITS)


def smallest(currency: str) -> Decimal:
    """Return the smallest amount of this currency, for example 0.01 for USD."""
    return Decimal(1).scaleb(-digits(currency))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Return the amount with the currency's digits; a half goes away from zero."""
    return amount.quantize(smallest(currency), rounding=ROUND_HALF_UP)


def is_exact(amount: Decimal, currency: str) -> bool:
    """Return whether the amount has no more digits than its currency."""
    return amount == rounded(amount, currency)


@dataclass(frozen=True)
class Money:
    """An amount in a currency; never with more digits than the currency has."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal) or not self.amount.is_finite():
            raise TypeError(f"An amount is a finite Decimal, not {self.amount!r}")
        if not is_exact(self.amount, self.currency):
            raise ValueError(f"{self.amount} has more digits than {self.currency}")
        # 5 and 5.00 are one amount: they must print alike and have one hash.
        object.__setattr__(self, "amount", rounded(self.amount, self.currency))

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def __add__(self, other: Self) -> Self:
        return type(self)(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.amount - self._same(other).amount, self.currency)

    def __neg__(self) -> Self:
        return type(self)(-self.amount, self.currency)

    def __lt__(self, other: Self) -> bool:
        return self.amount < self._same(other).amount

    def __le__(self, other: Self) -> bool:
        return self.amount <= self._same(other).amount

    def _same(self, other: Self) -> Self:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add or compare")
        return other
