"""The market: the latest quote of every symbol, held still or walking by seeded chance.

Prices walk in whole points. Pairs of the dollar, metals, oil, indices and coins walk by themselves;
a cross follows the two dollar pairs it is made of, so that no triangle pays.
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from trading.calc.pips import point
from trading.calc.rounding import rounded
from trading.gateway.simulator.protocol import Code, No
from trading.terms import Quote, SymbolSpec

PIVOT = "USD"
STEPS_PER_SECOND = 4
_PULL = 20_000  # steps in which a price comes back to where it began, on average


@dataclass(frozen=True, slots=True)
class Temper:
    """How a symbol moves: its spread and its usual jump in points, its ticks per second.

    `fixed` never moves.
    """

    spread: int
    jump: int
    ticks_per_second: int = 1
    fixed: bool = False


class Market:
    """The quotes, and what moves them; `held` keeps all of them where they are."""

    def __init__(
        self,
        specs: Mapping[str, SymbolSpec],
        quotes: Iterable[Quote],
        *,
        tempers: Mapping[str, Temper],
        seed: int,
        held: bool,
    ) -> None:
        self.quotes: dict[str, Quote] = {quote.symbol: quote for quote in quotes}
        self.held = held
        self._specs = specs
        self._chance = random.Random(f"market {seed}")
        self._tempers = {
            name: tempers.get(name) or ordinary_temper(specs[name], quote)
            for name, quote in self.quotes.items()
        }
        self._anchors = {name: quote.mid for name, quote in self.quotes.items()}
        self._legs = {
            name: legs
            for name in self.quotes
            if (legs := cross_legs(specs[name], self.quotes)) is not None
        }

    def set_quote(self, symbol: str, bid: Decimal, ask: Decimal | None, now: datetime) -> Quote:
        """Put a symbol's quote somewhere; without an ask its spread stays. `No` 3 or 129."""
        spec, old = self._specs.get(symbol), self.quotes.get(symbol)
        if spec is None:
            raise No(Code.INVALID_DATA, f"there is no symbol {symbol}")
        if ask is None:
            ask = bid + (old.ask - old.bid if old else Decimal(0))
        step = point(spec)
        if bid <= 0 or ask < bid or bid % step or ask % step:
            raise No(Code.BAD_PRICES, f"{symbol} {bid}/{ask}")
        quote = Quote(symbol=symbol, bid=bid, ask=ask, at=now)
        self.quotes[symbol] = quote
        self._anchors[symbol] = quote.mid
        self._tempers.setdefault(symbol, ordinary_temper(spec, quote))
        return quote

    def step(self, now: datetime) -> list[Quote]:
        """Let a quarter of a second pass; return the quotes that changed, none while held."""
        if self.held:
            return []
        moved: list[Quote] = []
        for name, temper in self._tempers.items():
            if temper.fixed or not self._ticks(temper):
                continue
            quote = self._next(name, temper, now)
            if quote.bid != self.quotes[name].bid or quote.ask != self.quotes[name].ask:
                moved.append(quote)
        for quote in moved:
            self.quotes[quote.symbol] = quote
        return moved

    def _ticks(self, temper: Temper) -> bool:
        return self._chance.randrange(STEPS_PER_SECOND) < temper.ticks_per_second

    def _next(self, name: str, temper: Temper, now: datetime) -> Quote:
        legs = self._legs.get(name)
        step = point(self._specs[name])
        if legs is not None:
            mid = cross_mid(self._specs[name], self.quotes, legs)
        else:
            old = self.quotes[name].mid
            jump = round(self._chance.gauss(0, temper.jump))
            mid = old + step * jump + (self._anchors[name] - old) / _PULL
        spread = temper.spread + self._chance.choice((0, 0, 0, 0, 0, 1, 1, -1)) * (
            temper.spread // 5
        )
        return around(self._specs[name], max(mid, step * (temper.spread + 1)), spread, now)


def around(spec: SymbolSpec, mid: Decimal, spread: int, now: datetime) -> Quote:
    """Return the quote with this spread in points around a price, on the symbol's digits."""
    step = point(spec)
    bid = rounded(mid - step * spread / 2, spec.digits)
    return Quote(symbol=spec.name, bid=bid, ask=bid + step * spread, at=now)


def ordinary_temper(spec: SymbolSpec, quote: Quote) -> Temper:
    """Return how a symbol of unknown habits moves: its present spread, jumps of 1/30,000."""
    step = point(spec)
    return Temper(
        spread=int((quote.ask - quote.bid) / step), jump=max(1, int(quote.mid / 30_000 / step))
    )


def cross_legs(spec: SymbolSpec, quotes: Mapping[str, Quote]) -> tuple[str, str] | None:
    """Return the two dollar pairs that make this cross, None where it walks by itself."""
    base, other = spec.base_currency, spec.profit_currency
    if PIVOT in (base, other) or spec.name[:6].upper() != base + other:
        return None
    legs = (_dollar_pair(base, spec, quotes), _dollar_pair(other, spec, quotes))
    return (legs[0], legs[1]) if legs[0] and legs[1] else None


def cross_mid(spec: SymbolSpec, quotes: Mapping[str, Quote], legs: tuple[str, str]) -> Decimal:
    """Return the price of a cross that its two dollar pairs imply."""
    return _in_dollars(legs[0], quotes) / _in_dollars(legs[1], quotes)


def _dollar_pair(currency: str, spec: SymbolSpec, quotes: Mapping[str, Quote]) -> str:
    suffix = spec.name[6:]
    for pair in (currency + PIVOT, PIVOT + currency):
        name = (pair.lower() if spec.name[:6].islower() else pair) + suffix
        if name in quotes:
            return name
    return ""


def _in_dollars(pair: str, quotes: Mapping[str, Quote]) -> Decimal:
    mid = quotes[pair].mid
    return 1 / mid if pair[:3].upper() == PIVOT else mid
