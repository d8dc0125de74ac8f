"""What a trade earns, in deposit currency, as MetaTrader rounds it.

Source: docs/metatrader.md, Profit.
"""

from decimal import Decimal

from trading.calc.convert import SAME, Rate
from trading.calc.rounding import normalise
from trading.terms import ProfitMode, Side, SymbolSpec

HUNDREDTHS = Decimal(100)


def profit(
    side: Side,
    volume_hundredths: int,
    open_price: Decimal,
    close_price: Decimal,
    spec: SymbolSpec,
    deposit: str,
    rate: Rate = SAME,
) -> Decimal:
    """Return the profit of a trade in deposit currency, rounded to its digits.

    `rate` is profit currency → deposit currency. In Forex mode each of the two terms is rounded by
    itself; CFDs and futures round the difference. An open trade's `close_price` is the market's.
    """
    lots = Decimal(volume_hundredths) / HUNDREDTHS
    if spec.profit_mode is ProfitMode.FOREX:
        closing = normalise(rate.apply(close_price * spec.contract_size * lots), deposit)
        opening = normalise(rate.apply(open_price * spec.contract_size * lots), deposit)
        return closing - opening if side is Side.BUY else opening - closing
    moved = close_price - open_price if side is Side.BUY else open_price - close_price
    return normalise(rate.apply(moved * lots * per_price_unit(spec)), deposit)


def per_price_unit(spec: SymbolSpec) -> Decimal:
    """Return what one lot earns, in profit currency, when the price moves by 1."""
    if spec.profit_mode is ProfitMode.FUTURES:
        if spec.tick_size <= 0:
            raise ValueError(f"{spec.name} is a futures symbol without a tick size")
        return spec.tick_price / spec.tick_size
    return spec.contract_size
