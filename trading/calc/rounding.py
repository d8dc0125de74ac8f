"""How MetaTrader decides a cent: half up, to the digits of the deposit currency.

Source: docs/metatrader.md, Rounding.
"""

from decimal import ROUND_HALF_UP, Decimal

#: Decimal digits of a deposit currency; every other currency has two.
CURRENCY_DIGITS: dict[str, int] = {
    "JPY": 0,
    "KRW": 0,
    "VND": 0,
    "CLP": 0,
    "ISK": 0,
    "UGX": 0,
    "BHD": 3,
    "KWD": 3,
    "OMR": 3,
    "JOD": 3,
    "TND": 3,
}
ORDINARY_DIGITS = 2


def digits(currency: str) -> int:
    """Return how many decimals an amount of this deposit currency has."""
    return CURRENCY_DIGITS.get(currency, ORDINARY_DIGITS)


def rounded(number: Decimal, places: int) -> Decimal:
    """Return a number rounded half up (away from zero) to decimal places, without a minus zero."""
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP) + 0


def normalise(amount: Decimal, currency: str) -> Decimal:
    """Return an amount rounded half up to its currency's digits: MetaTrader's Normalize(x)."""
    return rounded(amount, digits(currency))
