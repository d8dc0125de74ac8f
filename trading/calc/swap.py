"""What a position pays or earns for being held over a night.

Source: docs/metatrader.md, Swap.
"""

from decimal import Decimal

from trading.calc.convert import Quotes, Rate, Specs, mid_rate, profit_rate
from trading.calc.pips import point, step_value
from trading.calc.profit import HUNDREDTHS, per_price_unit
from trading.calc.rounding import normalise
from trading.terms import ProfitMode, Side, SwapType, SymbolSpec, TradeRecord

SATURDAY = 5
TRIPLE = 3
PERCENT = Decimal(100)
DAYS_OF_A_YEAR = Decimal(360)
PURPOSE = "swap"


def nights(weekday: int, spec: SymbolSpec) -> int:
    """Return how many nights the end of a day charges: 0 at weekends, 3 on the triple day, else 1.

    `weekday` is that of the day that ends, on the server's clock; 0 is Monday.
    """
    if weekday >= SATURDAY:
        return 0
    return TRIPLE if weekday == spec.swap_triple_weekday else 1


def nightly(
    position: TradeRecord,
    spec: SymbolSpec,
    price: Decimal,
    deposit: str,
    quotes: Quotes,
    *,
    weekday: int,
    specs: Specs | None = None,
) -> Decimal:
    """Return the swap charged at the end of a day, in deposit currency, rounded; − is a cost.

    `price` is the position's current closing price (its open price where the server is set so).
    Raises `NoQuote`.
    """
    charged = nights(weekday, spec)
    rate = spec.swap_long if position.cmd.side is Side.BUY else spec.swap_short
    if not charged or not rate:
        return Decimal(0)
    per_night = _one_night(rate, position, spec, price, deposit, (quotes, specs))
    return normalise(per_night * charged, deposit)


def _one_night(
    rate: Decimal,
    position: TradeRecord,
    spec: SymbolSpec,
    price: Decimal,
    deposit: str,
    market: tuple[Quotes, Specs | None],
) -> Decimal:
    """Return one night's swap in deposit currency, not rounded."""
    quotes, specs = market
    lots = Decimal(position.volume_hundredths) / HUNDREDTHS
    if spec.swap_type is SwapType.POINTS:
        conversion = profit_rate(spec, deposit, Side.BUY, price, quotes, specs=specs)
        return rate * step_value(point(spec), position.volume_hundredths, spec, conversion)
    if spec.swap_type is SwapType.INTEREST:
        amount = _lot_value(spec, price) * lots * rate / PERCENT / DAYS_OF_A_YEAR
        source = spec.base_currency if _in_base(spec) else spec.profit_currency
    else:
        amount = rate * lots
        in_base = spec.swap_type is SwapType.DOLLARS
        source = spec.base_currency if in_base else spec.margin_currency
    conversion = _at_mid(spec, source, deposit, quotes, specs)
    return conversion.apply(amount)


def _at_mid(
    spec: SymbolSpec, source: str, deposit: str, quotes: Quotes, specs: Specs | None
) -> Rate:
    return mid_rate(spec, source, deposit, quotes, specs=specs, purpose=PURPOSE)


def _in_base(spec: SymbolSpec) -> bool:
    """Return whether a lot's value is counted in base currency; CFDs and futures are priced."""
    return spec.profit_mode is ProfitMode.FOREX


def _lot_value(spec: SymbolSpec, price: Decimal) -> Decimal:
    return spec.contract_size if _in_base(spec) else price * per_price_unit(spec)
