"""Points and pips: the smallest steps of a price, and what they are worth.

Source: docs/metatrader.md, Swap.
"""

from decimal import Decimal

from trading.calc.convert import SAME, Rate
from trading.calc.profit import HUNDREDTHS, per_price_unit
from trading.terms import SymbolSpec

#: Prices of 3 and 5 digits carry a tenth of a pip in their last digit.
FRACTIONAL_DIGITS = (3, 5)


def point(spec: SymbolSpec) -> Decimal:
    """Return the smallest step of the symbol's price."""
    return Decimal(1).scaleb(-spec.digits)


def pip(spec: SymbolSpec) -> Decimal:
    """Return one pip of the symbol: ten points where the price has a fractional digit."""
    return point(spec) * 10 if spec.digits in FRACTIONAL_DIGITS else point(spec)


def moved_pips(open_price: Decimal, close_price: Decimal, spec: SymbolSpec) -> Decimal:
    """Return by how many pips a price moved, positive when it rose."""
    return (close_price - open_price) / pip(spec)


def step_value(
    step: Decimal, volume_hundredths: int, spec: SymbolSpec, rate: Rate = SAME
) -> Decimal:
    """Return what a step of the price is worth on a volume, in deposit currency, not rounded.

    `rate` is profit currency → deposit currency.
    """
    lots = Decimal(volume_hundredths) / HUNDREDTHS
    return rate.apply(step * per_price_unit(spec) * lots)
