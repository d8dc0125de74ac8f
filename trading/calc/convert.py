"""From a symbol's profit or margin currency to the deposit currency.

Quotes are a mapping from symbol name to `Quote`, as the account's server names them. A pair is
looked for under the traded symbol's own suffix (`eurusd@` asks for `gbpusd@`) and in its own case.
A missing quote is never zero: it is `NoQuote`, which says what would have helped.

Source: docs/metatrader.md, Conversion.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from trading.terms import ProfitMode, Quote, Side, SymbolSpec

PIVOT = "USD"
PAIR_LETTERS = 6

#: Cent currencies count a hundredth of their parent; no pair is quoted in them.
CENT_PARENTS: dict[str, str] = {"USC": "USD", "EUC": "EUR"}
CENTS = Decimal(100)

Quotes = Mapping[str, Quote]
Specs = Mapping[str, SymbolSpec]


class NoQuote(LookupError):
    """A conversion lacks a quote; `symbol` is what was traded, `needed` the names that would do."""

    def __init__(self, symbol: str, needed: tuple[str, ...], purpose: str) -> None:
        self.symbol = symbol
        self.needed = needed
        self.purpose = purpose
        super().__init__(f"{symbol} needs a quote of {' or '.join(needed)} for its {purpose}")


class Price(StrEnum):
    """Which price of a conversion pair counts."""

    BID = "bid"
    ASK = "ask"
    MID = "mid"


@dataclass(frozen=True, slots=True)
class Rate:
    """A conversion rate kept as a fraction, so that dividing by a price loses nothing."""

    times: Decimal = Decimal(1)
    over: Decimal = Decimal(1)

    def apply(self, amount: Decimal) -> Decimal:
        """Return an amount of the source currency in the target currency, not rounded."""
        return amount * self.times / self.over

    def then(self, other: "Rate") -> "Rate":
        """Return this rate followed by another."""
        return Rate(self.times * other.times, self.over * other.over)

    @property
    def value(self) -> Decimal:
        """Return the rate as one number."""
        return self.times / self.over


SAME = Rate()


#: The pairs of a conversion in their order, each with whether its price divides.
Pairs = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Way:
    """What a conversion is made of while these pairs are quoted: pairs, their price, and cents."""

    pairs: Pairs
    price: Price
    cents: Decimal


@dataclass(frozen=True, slots=True)
class _Road:
    """How one symbol's conversions are looked up: which names, which price, which quotes."""

    quotes: Quotes
    specs: Specs | None
    suffix: str
    lower: bool
    price: Price

    def name(self, base: str, other: str) -> str:
        pair = base + other
        return (pair.lower() if self.lower else pair) + self.suffix

    def quote(self, name: str) -> Decimal | None:
        """Return the pair's price, or None where no usable Forex symbol of that name is quoted."""
        quote = self.quotes.get(name)
        if quote is None:
            return None
        if self.specs is not None:
            spec = self.specs.get(name)
            if spec is None or spec.profit_mode is not ProfitMode.FOREX:
                return None
        price: Decimal = getattr(quote, self.price)
        return price if price > 0 else None

    def direct(self, source: str, target: str) -> Pairs | None:
        """Return the one pair that holds both currencies, either way round; () where none need."""
        if source == target:
            return ()
        for base, other, divides in ((source, target, False), (target, source, True)):
            name = self.name(base, other)
            if self.quote(name) is not None:
                return ((name, divides),)
        return None

    def pairs(self, source: str, target: str) -> Pairs | None:
        """Return the direct pair, else the two through the dollar, else None."""
        straight = self.direct(source, target)
        if straight is not None or PIVOT in (source, target):
            return straight
        first, second = self.direct(source, PIVOT), self.direct(PIVOT, target)
        return first + second if first is not None and second is not None else None

    def find(self, source: str, target: str) -> Rate | None:
        """Return the rate over those pairs; None where there are none."""
        pairs = self.pairs(source, target)
        if pairs is None:
            return None
        rate = SAME
        for name, divides in pairs:
            price = self.quote(name) or Decimal(0)
            step = Rate(over=price) if divides else Rate(times=price)
            rate = step if rate is SAME else rate.then(step)
        return rate

    def wanted(self, source: str, target: str) -> Iterator[str]:
        yield self.name(source, target)
        yield self.name(target, source)


def profit_rate(
    spec: SymbolSpec,
    deposit: str,
    side: Side,
    own_price: Decimal,
    quotes: Quotes,
    *,
    specs: Specs | None = None,
) -> Rate:
    """Return profit currency → deposit currency for a trade that closes at `own_price`.

    Forex: where the symbol's base is the deposit currency its own closing price serves; otherwise
    the pair with the same suffix, else two steps through the dollar, at the bid for buys and the
    ask for sells. CFD and futures: plain pairs at the bid. With `specs`, only Forex ones convert.
    Raises `NoQuote`.
    """
    deposit, cents = _whole(deposit)
    if spec.profit_currency == deposit:
        return cents
    forex = spec.profit_mode is ProfitMode.FOREX
    if forex and spec.base_currency == deposit and own_price > 0:
        return Rate(over=own_price).then(cents)
    price = Price.ASK if forex and side is Side.SELL else Price.BID
    road = _road(spec, quotes, specs, price, suffixed=forex)
    return _required(road, spec, spec.profit_currency, deposit, "profit").then(cents)


def profit_way(
    spec: SymbolSpec, deposit: str, side: Side, quotes: Quotes, *, specs: Specs | None = None
) -> Way:
    """Return what `profit_rate` is made of where the trade closes at its symbol's own quote.

    It holds until a pair is quoted for the first time, or at no price. Raises `NoQuote`.
    """
    deposit, cents = _whole(deposit)
    forex = spec.profit_mode is ProfitMode.FOREX
    price = Price.ASK if forex and side is Side.SELL else Price.BID
    if spec.profit_currency == deposit:
        return Way((), price, cents.times)
    if forex and spec.base_currency == deposit:
        own = quotes.get(spec.name)
        if own is not None and getattr(own, price) > 0:
            return Way(((spec.name, True),), price, cents.times)
    road = _road(spec, quotes, specs, price, suffixed=forex)
    pairs = road.pairs(spec.profit_currency, deposit)
    if pairs is None:
        raise NoQuote(spec.name, tuple(road.wanted(spec.profit_currency, deposit)), "profit")
    return Way(pairs, price, cents.times)


def margin_rate(
    spec: SymbolSpec,
    deposit: str,
    open_price: Decimal,
    quotes: Quotes,
    *,
    specs: Specs | None = None,
) -> Decimal:
    """Return margin currency → deposit currency at opening; MetaTrader keeps it with the trade.

    The traded pair itself serves at its open price; any other pair at its mid, directly or in two
    steps through the dollar. Raises `NoQuote`.
    """
    rate = opening_rate(
        spec, spec.margin_currency, deposit, open_price, quotes, specs=specs, purpose="margin"
    )
    return rate.value


def opening_rate(
    spec: SymbolSpec,
    source: str,
    deposit: str,
    open_price: Decimal,
    quotes: Quotes,
    *,
    specs: Specs | None = None,
    purpose: str,
) -> Rate:
    """Return source currency → deposit currency at a trade's opening (own open price, else mid)."""
    deposit, cents = _whole(deposit)
    if source != deposit and open_price > 0:
        own = (spec.base_currency, spec.profit_currency)
        if own == (source, deposit):
            return Rate(times=open_price).then(cents)
        if own == (deposit, source):
            return Rate(over=open_price).then(cents)
    return mid_rate(spec, source, deposit, quotes, specs=specs, purpose=purpose).then(cents)


def mid_rate(
    spec: SymbolSpec,
    source: str,
    deposit: str,
    quotes: Quotes,
    *,
    specs: Specs | None = None,
    purpose: str,
) -> Rate:
    """Return source currency → deposit currency at mid prices now. Raises `NoQuote`."""
    deposit, cents = _whole(deposit)
    suffixed = spec.profit_mode is ProfitMode.FOREX
    road = _road(spec, quotes, specs, Price.MID, suffixed=suffixed)
    return _required(road, spec, source, deposit, purpose).then(cents)


def _whole(deposit: str) -> tuple[str, Rate]:
    """Return the quoted currency of a deposit currency, and what turns it into the deposit."""
    parent = CENT_PARENTS.get(deposit)
    return (deposit, SAME) if parent is None else (parent, Rate(times=CENTS))


def _road(
    spec: SymbolSpec, quotes: Quotes, specs: Specs | None, price: Price, *, suffixed: bool
) -> _Road:
    suffix = spec.name[PAIR_LETTERS:] if suffixed else ""
    return _Road(quotes, specs, suffix, spec.name[:PAIR_LETTERS].islower(), price)


def _required(road: _Road, spec: SymbolSpec, source: str, target: str, purpose: str) -> Rate:
    rate = road.find(source, target)
    if rate is None:
        raise NoQuote(spec.name, tuple(road.wanted(source, target)), purpose)
    return rate
