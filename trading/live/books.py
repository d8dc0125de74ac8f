"""The books of a board: what positions of one symbol, deposit currency and side share.

That is one price and one conversion; both stand as columns too, by the number of the book.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from trading.calc import convert, rounding
from trading.calc.profit import per_price_unit
from trading.live.positions import doubled
from trading.terms import ProfitMode, Quote, Side, SymbolSpec

KEPT_DIGITS = 4
FIRST_CAPACITY = 16

BookKey = tuple[str, str, Side]


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
    """What the positions of one symbol, deposit currency and side share."""

    number: int
    key: BookKey
    price: Decimal | None = None
    rate: convert.Rate = convert.SAME
    needed: tuple[str, ...] = ()


class Books:
    """The books, and their prices as columns by number."""

    def __init__(self) -> None:
        self.by_key: dict[BookKey, Book] = {}
        self.all: list[Book] = []
        self.now = np.zeros(FIRST_CAPACITY)
        self.factor = np.zeros(FIRST_CAPACITY)
        self.side = np.zeros(FIRST_CAPACITY)
        self.terms = np.zeros(FIRST_CAPACITY, np.bool_)
        self.scale = np.ones(FIRST_CAPACITY, np.int64)

    def of(self, key: BookKey) -> Book:
        """Return the book of a key; a new one is empty and has no price."""
        book = self.by_key.get(key)
        if book is None:
            book = self.by_key[key] = Book(len(self.all), key)
            if book.number == len(self.now):
                for name in ("now", "factor", "side", "terms", "scale"):
                    setattr(self, name, doubled(getattr(self, name)))
            self.all.append(book)
            self.side[book.number] = 1 if key[2] is Side.BUY else -1
            self.scale[book.number] = kept_scale(key[1])
        return book

    def put(self, book: Book, spec: SymbolSpec, price: Decimal, rate: convert.Rate) -> None:
        """Price a book. ValueError for a contract that cannot be reckoned."""
        unit = per_price_unit(spec).scaleb(rounding.digits(book.key[1]))
        at = book.number
        self.factor[at] = rate.apply(unit)
        self.now[at] = price
        self.terms[at] = spec.profit_mode is ProfitMode.FOREX
        book.price, book.rate, book.needed = price, rate, ()

    def close(self, book: Book, needed: tuple[str, ...]) -> None:
        """Note that a book has no price, and what would give it one."""
        self.factor[book.number] = 0
        book.price, book.needed = None, needed


class Roads:
    """The conversions of one batch: books that share a road look it up once.

    `names` are the pairs that the latest one looked at, whether it was found or not.
    """

    def __init__(self, specs: convert.Specs, quotes: convert.Quotes) -> None:
        self._specs = specs
        self._quotes = quotes
        self._found: dict[tuple[object, ...], tuple[convert.Rate, set[str]]] = {}
        self.names: set[str] = set()

    def rate(self, spec: SymbolSpec, deposit: str, side: Side, price: Decimal) -> convert.Rate:
        """Return profit currency → deposit currency. Raises NoQuote."""
        own = spec.base_currency == convert.CENT_PARENTS.get(deposit, deposit)
        key = (
            spec.profit_currency,
            deposit,
            side,
            spec.profit_mode,
            spec.name[convert.PAIR_LETTERS :],
            spec.name[: convert.PAIR_LETTERS].islower(),
        )
        known = None if own else self._found.get(key)
        if known is not None:
            rate, self.names = known
            return rate
        asked = _Asked(self._quotes)
        self.names = asked.names
        rate = convert.profit_rate(spec, deposit, side, price, asked, specs=self._specs)
        if not own:
            self._found[key] = rate, asked.names
        return rate


def kept_scale(deposit: str) -> int:
    """Return how many kept units the currency's smallest unit has."""
    return int(10 ** (KEPT_DIGITS - rounding.digits(deposit)))
