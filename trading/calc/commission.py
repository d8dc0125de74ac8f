"""What a trade is charged when it opens.

Source: docs/metatrader.md, Commission.
"""

from decimal import Decimal

from trading.calc.convert import Quotes, Specs, mid_rate, opening_rate, profit_rate
from trading.calc.pips import point, step_value
from trading.calc.profit import HUNDREDTHS
from trading.calc.rounding import normalise
from trading.terms import CommissionType, GroupSpec, ProfitMode, Side, SymbolSpec

PERCENT = Decimal(100)
PURPOSE = "commission"


def at_open(
    group: GroupSpec,
    spec: SymbolSpec,
    side: Side,
    volume_hundredths: int,
    open_price: Decimal,
    quotes: Quotes,
    *,
    specs: Specs | None = None,
) -> Decimal:
    """Return the commission written on a trade, in deposit currency, rounded; − is a charge.

    Money is per lot; pips are points of the symbol (MetaTrader's word for its smallest step);
    percent is of the notional. Raises `NoQuote`.
    """
    if not group.commission or not is_charged(group, spec):
        return Decimal(0)
    lots = Decimal(volume_hundredths) / HUNDREDTHS
    if group.commission_type is CommissionType.MONEY:
        charge = group.commission * lots
    elif group.commission_type is CommissionType.PIPS:
        rate = profit_rate(spec, group.currency, side, open_price, quotes, specs=specs)
        charge = group.commission * step_value(point(spec), volume_hundredths, spec, rate)
    else:
        share = group.commission / PERCENT
        charge = share * notional(spec, lots, open_price, group.currency, quotes, specs=specs)
    return normalise(-charge, group.currency)


def is_charged(group: GroupSpec, spec: SymbolSpec) -> bool:
    """Return whether the group charges this symbol; an empty list means every symbol."""
    return not group.commission_symbols or spec.name in group.commission_symbols


def notional(
    spec: SymbolSpec,
    lots: Decimal,
    price: Decimal,
    deposit: str,
    quotes: Quotes,
    *,
    specs: Specs | None = None,
) -> Decimal:
    """Return what lots stand for, in deposit currency, not rounded. Raises `NoQuote`.

    Forex symbols count their base currency (the traded pair converts at its own price), the others
    contract size × price in profit currency.
    """
    if spec.profit_mode is ProfitMode.FOREX:
        rate = opening_rate(
            spec, spec.base_currency, deposit, price, quotes, specs=specs, purpose=PURPOSE
        )
        return rate.apply(spec.contract_size * lots)
    rate = mid_rate(spec, spec.profit_currency, deposit, quotes, specs=specs, purpose=PURPOSE)
    return rate.apply(spec.contract_size * lots * price)
