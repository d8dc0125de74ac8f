"""The margin that positions need, in deposit currency.

Nothing is rounded per position: MetaTrader's printed margins come out only when the sum is rounded.
Pending orders need no margin. Each position's `margin_rate` was fixed when it was opened.

Source: docs/metatrader.md, Margin, Hedged positions.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from trading.calc.profit import HUNDREDTHS
from trading.calc.rounding import normalise
from trading.terms import GroupSpec, MarginMode, Side, SymbolSpec, TradeRecord

FULL_PERCENTAGE = Decimal(100)
LEVERAGED = (MarginMode.FOREX, MarginMode.CFD_LEVERAGE)
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Leg:
    """All positions of one symbol on one side: their volume and what they cost together."""

    volume_hundredths: int
    cost: Decimal

    def part(self, volume_hundredths: int) -> Decimal:
        """Return the cost of a part of the leg, at the leg's average price and rate."""
        if volume_hundredths == self.volume_hundredths:
            return self.cost
        return self.cost * volume_hundredths / self.volume_hundredths


def symbol_margin(
    volume_hundredths: int, price: Decimal, spec: SymbolSpec, leverage: int
) -> Decimal:
    """Return a volume's margin in the symbol's margin currency, before conversion and Percentage.

    `leverage` is the account's (100 for 1:100).
    """
    lots = Decimal(volume_hundredths) / HUNDREDTHS
    if spec.margin_mode is MarginMode.FUTURES:
        return lots * spec.margin_initial
    cost = lots * (spec.margin_initial or _notional_per_lot(price, spec))
    return cost / leverage if spec.margin_mode in LEVERAGED else cost


def position_margin(
    volume_hundredths: int,
    open_price: Decimal,
    spec: SymbolSpec,
    leverage: int,
    margin_rate: Decimal,
) -> Decimal:
    """Return what one position alone needs, in deposit currency, not rounded.

    `margin_rate` is margin currency → deposit currency, as fixed at opening.
    """
    needed = symbol_margin(volume_hundredths, open_price, spec, leverage) * margin_rate
    return needed * spec.margin_percentage / FULL_PERCENTAGE


def account_margin(
    positions: Iterable[TradeRecord],
    specs: Mapping[str, SymbolSpec],
    group: GroupSpec,
    leverage: int,
) -> Decimal:
    """Return what an account's positions need together, rounded to its currency's digits.

    Pending orders, balance records and closed trades are passed over. Every symbol must be in
    `specs` (KeyError). Covered volume is charged as the group says: larger leg, or the basic way.
    """
    total = sum(
        (
            hedged_margin(of_symbol, specs[symbol], leverage, larger_leg=group.hedge_larger_leg)
            for symbol, of_symbol in by_symbol(positions).items()
        ),
        NOTHING,
    )
    return normalise(total, group.currency)


def by_symbol(positions: Iterable[TradeRecord]) -> dict[str, list[TradeRecord]]:
    """Return the open positions among the records, by symbol."""
    found: defaultdict[str, list[TradeRecord]] = defaultdict(list)
    for position in positions:
        if position.cmd.is_market and position.is_open:
            found[position.symbol].append(position)
    return dict(found)


def hedged_margin(
    positions: Sequence[TradeRecord], spec: SymbolSpec, leverage: int, *, larger_leg: bool
) -> Decimal:
    """Return what one symbol's positions need together, in deposit currency, not rounded."""
    buys, sells = (
        _leg(positions, Side.BUY, spec, leverage),
        _leg(positions, Side.SELL, spec, leverage),
    )
    if larger_leg:
        return max(buys.cost, sells.cost)
    covered = min(buys.volume_hundredths, sells.volume_hundredths)
    if not covered:
        return buys.cost + sells.cost
    larger = buys if buys.volume_hundredths >= sells.volume_hundredths else sells
    uncovered = larger.part(larger.volume_hundredths - covered)
    return uncovered + _covered(positions, spec, leverage, covered)


def _covered(
    positions: Sequence[TradeRecord], spec: SymbolSpec, leverage: int, covered: int
) -> Decimal:
    """Return the charge of a hedged volume: both sides, with the Hedged size in the lot's place."""
    if not spec.margin_hedged:
        return NOTHING
    if spec.margin_initial or spec.margin_mode is MarginMode.FUTURES:
        hedged = replace(spec, margin_initial=spec.margin_hedged)
    else:
        hedged = replace(spec, contract_size=spec.margin_hedged)
    legs = (_leg(positions, side, hedged, leverage) for side in (Side.BUY, Side.SELL))
    return sum((leg.part(covered) for leg in legs), NOTHING)


def _leg(positions: Sequence[TradeRecord], side: Side, spec: SymbolSpec, leverage: int) -> Leg:
    ours = [position for position in positions if position.cmd.side is side]
    cost = sum(
        (
            position_margin(
                position.volume_hundredths,
                position.open_price,
                spec,
                leverage,
                position.margin_rate,
            )
            for position in ours
        ),
        NOTHING,
    )
    return Leg(sum(position.volume_hundredths for position in ours), cost)


def _notional_per_lot(price: Decimal, spec: SymbolSpec) -> Decimal:
    if spec.margin_mode is MarginMode.FOREX:
        return spec.contract_size
    if spec.margin_mode is MarginMode.CFD_INDEX:
        if spec.tick_size <= 0:
            raise ValueError(f"{spec.name} is an index without a tick size")
        return spec.contract_size * price * spec.tick_price / spec.tick_size
    return spec.contract_size * price
