"""The books of a board: what positions of one symbol, deposit currency and side share.

That is one price and one conversion; both stand as columns too, by the number of the book.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from trading.calc import convert, rounding
from trading.calc.profit import per_price_unit
from trading.live import valuing
from trading.live.positions import doubled
from trading.terms import ProfitMode, Quote, Side, SymbolSpec, TradeRecord

KEPT_DIGITS = 4
FIRST_CAPACITY = 16

SIGNS = {Side.BUY: 1, Side.SELL: -1}
HUNDREDTHS = 100
_COLUMNS = ("now", "factor", "terms", "scale", "times", "over", "base", "most_lots", "highest")

BookKey = tuple[str, str, Side]
#: A quote with its bid and its ask as doubles.
Doubled = tuple[Quote, Any, Any]


class _Asked(dict[str, Quote]):
    """The quotes, remembering which of them were asked for."""

    def __init__(self, quotes: Mapping[str, Quote]) -> None:
        super().__init__()
        self.quotes = quotes
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return self.quotes.get(name, default)


@dataclass(slots=True)
class Book:
    """What the positions of one symbol, deposit currency and side share.

    `spec` is the contract that it was reckoned with last, `factor` what one lot earns with it when
    the price moves by 1, in profit currency with the digits of the deposit currency; `road` names
    the conversion; `watched` are the pairs whose quotes touch it.
    """

    number: int
    key: BookKey
    price: Decimal | None = None
    is_buy: bool = True
    needed: tuple[str, ...] = ()
    spec: SymbolSpec | None = None
    factor: Any = 0
    road: str = ""
    watched: set[str] = field(default_factory=set)


class Books:
    """The books, and their prices as columns by number."""

    def __init__(self) -> None:
        self.by_key: dict[BookKey, Book] = {}
        self.all: list[Book] = []
        self.now = np.zeros(FIRST_CAPACITY)
        self.factor = np.zeros(FIRST_CAPACITY)
        self.terms = np.zeros(FIRST_CAPACITY, np.bool_)
        self.scale = np.ones(FIRST_CAPACITY, np.int64)
        self.times = np.zeros(FIRST_CAPACITY, np.int64)
        self.over = np.zeros(FIRST_CAPACITY, np.int64)
        self.base = np.zeros(FIRST_CAPACITY)
        self.most_lots = np.zeros(FIRST_CAPACITY)
        self.highest = np.zeros(FIRST_CAPACITY)
        self.version = 0
        self._places: list[int] = []
        self._factors: list[Any] = []
        self._prices: list[Any] = []

    def of(self, key: BookKey) -> Book:
        """Return the book of a key; a new one is empty and has no price."""
        book = self.by_key.get(key)
        if book is None:
            book = self.by_key[key] = Book(len(self.all), key, is_buy=key[2] is Side.BUY)
            if book.number == len(self.now):
                for name in _COLUMNS:
                    setattr(self, name, doubled(getattr(self, name)))
            self.all.append(book)
            self.scale[book.number] = kept_scale(key[1])
        return book

    def hold(self, book: Book, trade: TradeRecord) -> None:
        """Remember the largest position and the highest opening of a book: they bound its sums."""
        at, lots = book.number, trade.volume_hundredths / HUNDREDTHS
        self.most_lots[at] = max(self.most_lots[at], lots)
        self.highest[at] = max(self.highest[at], abs(trade.open_price))

    def priced(self) -> valuing.Priced:
        """Return what positions are valued by."""
        n = len(self.all)
        highest = np.maximum(self.highest[:n], np.abs(self.now[:n]))
        largest = np.abs(self.factor[:n]) * highest * self.most_lots[:n]
        return valuing.Priced(self.now, self.factor, largest.max(initial=0))

    def learn(self, book: Book, spec: SymbolSpec) -> None:
        """Take the contract of a book, if it is another one. ValueError where none can be used."""
        if book.spec is spec:
            return
        book.spec = None
        unit = per_price_unit(spec).scaleb(rounding.digits(book.key[1]))
        self.base[book.number] = unit
        book.factor = self.base.item(book.number)
        book.road = _road(spec, *book.key[1:])
        whole = Fraction(unit) / int(HUNDREDTHS * valuing.STEPS)
        is_whole = spec.profit_currency == book.key[1] and (
            max(whole.numerator, 2 * whole.denominator) < valuing.LARGEST_EXACT
        )
        self.times[book.number] = whole.numerator if is_whole else 0
        self.over[book.number] = whole.denominator if is_whole else 0
        self.version += 1
        self.terms[book.number] = spec.profit_mode is ProfitMode.FOREX
        book.spec = spec

    def put(self, book: Book, prices: Doubled, rate: Any) -> None:
        """Price a book whose contract is known; `write_prices` brings prices into the columns."""
        quote, bid, ask = prices
        self._places.append(book.number)
        self._factors.append(book.factor * rate)
        if book.is_buy:
            book.price = quote.bid
            self._prices.append(bid)
        else:
            book.price = quote.ask
            self._prices.append(ask)
        book.needed = ()

    def write_prices(self) -> None:
        """Bring what was put since the last time into the columns."""
        if self._places:
            self.factor[self._places] = self._factors
            self.now[self._places] = self._prices
            self._places, self._factors, self._prices = [], [], []

    def close(self, book: Book, needed: tuple[str, ...]) -> None:
        """Note that a book has no price, and what would give it one."""
        self.factor[book.number] = 0
        book.price, book.needed = None, needed

    def exact_profits(self, books: Any, lots: Any, opened: Any) -> tuple[Any, Any]:
        """Return profits of positions in smallest units by whole numbers, and which rows they are.

        Books whose profits are converted have none, nor have the largest amounts.
        """
        whole = valuing.Whole(self.times[books], self.over[books], self.terms[books])
        return valuing.exact_profits(lots * HUNDREDTHS, opened, self.now[books], whole)


class Roads:
    """The conversions to deposit currencies; books that share a road look it up once a batch.

    Which pairs a road takes is looked for anew when a pair gets its first price, or none (0).
    `names` are the pairs that the latest one looked at, whether it was found or not.
    """

    def __init__(
        self, specs: convert.Specs, quotes: Mapping[str, Quote], prices: Callable[[str], Doubled]
    ) -> None:
        self._specs = specs
        self._quotes = quotes
        self._prices = prices
        self._quoted: set[str] = set()
        self._ways: dict[str, tuple[convert.Way, frozenset[str]]] = {}
        self._found: dict[str, Any] = {}
        self.names: frozenset[str] = frozenset()

    def begin(self) -> None:
        """Begin a batch: every price may have moved."""
        self._found = {}

    def look_at(self, quote: Quote) -> None:
        """Notice a quote that changes which pairs serve."""
        if (quote.bid > 0 < quote.ask) is not (quote.symbol in self._quoted):
            self._quoted ^= {quote.symbol}
            self._ways.clear()

    def find(self, book: Book, spec: SymbolSpec) -> Any:
        """Return profit currency → deposit currency of a book. Raises NoQuote."""
        way = self._ways.get(book.road)
        if way is None:
            way = self._look(book, spec)
        self.names = way[1]
        value = self._found.get(book.road)
        if value is None:
            value = self._found[book.road] = self._value(way[0])
        return value

    def _look(self, book: Book, spec: SymbolSpec) -> tuple[convert.Way, frozenset[str]]:
        asked = _Asked(self._quotes)
        _, deposit, side = book.key
        try:
            way = convert.profit_way(spec, deposit, side, asked, specs=self._specs)
        finally:
            self.names = frozenset(asked.names)
        self._ways[book.road] = way, self.names
        return way, self.names

    def _value(self, way: convert.Way) -> Any:
        value, is_bid = int(way.cents), way.price is convert.Price.BID
        for name, divides in way.pairs:
            _, bid, ask = self._prices(name)
            price = bid if is_bid else ask
            value = value / price if divides else value * price
        return value


def _road(spec: SymbolSpec, deposit: str, side: Side) -> str:
    """Return what a conversion hangs on."""
    own = spec.base_currency == convert.CENT_PARENTS.get(deposit, deposit)
    hangs_on = (
        spec.name if own else "",  # its own price converts
        spec.profit_currency,
        deposit,
        side.value,
        spec.profit_mode.name,
        spec.name[convert.PAIR_LETTERS :],
        spec.name[: convert.PAIR_LETTERS].islower(),
    )
    return repr(hangs_on)


def kept_scale(deposit: str) -> int:
    """Return how many kept units the currency's smallest unit has."""
    return int(10 ** (KEPT_DIGITS - rounding.digits(deposit)))
