"""What positions earn at a price, many at once, and how the sums of an account follow.

Doubles are fast and may stand on the wrong side of half a unit: `near` says where they might, and
whoever asks reckons those again exactly. Rows are taken in blocks that stay in the processor's
cache: a batch of ticks on a big board is bound by memory otherwise.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

NEAR_HALF = 1e-6
RELATIVE_ERROR = 1e-14
HALF = 0.5
BLOCK = 8_000
#: Prices have at most eight decimals; below this, a double still tells them apart.
STEPS, HIGHEST = 1e8, 1e6
#: Products below this are exact in 64 bits, with room for their double.
LARGEST_EXACT = 1e18


@dataclass(frozen=True, slots=True)
class Priced:
    """Columns by book: its closing price, and its factor.

    `factor` turns lots × price into smallest units of the deposit currency; `largest` is what no
    term of a profit exceeds.
    """

    now: Any
    factor: Any
    largest: float


@dataclass(frozen=True, slots=True)
class Rows:
    """One row a position: opening price, lots (negative for sells), the number of its book.

    `odd` are the places, in rising order, of those whose difference is rounded (CFDs, futures);
    of all others opening and closing are rounded by themselves (Forex).
    """

    opened: Any
    lots: Any
    books: Any
    odd: Any


@dataclass(frozen=True, slots=True)
class Whole:
    """One row a position: the fraction times ÷ over that turns its volume × price into units.

    Volume in hundredths, price in hundred-millionths. `over` is 0 where there is no such fraction.
    """

    times: Any
    over: Any
    terms: Any


class Valuer:
    """Values rows in blocks, in memory of its own: fresh memory costs as much as the arithmetic."""

    def __init__(self) -> None:
        self._closing, self._opening, self._early = (np.empty(BLOCK) for _ in range(3))

    def profits(self, rows: Rows, priced: Priced, units: Any) -> Any:
        """Write every position's profit in whole smallest units; return the rows to look at again.

        Rounding half up is the same on both sides of 0.
        """
        near, count = [], len(rows.books)
        sure = max(0.0, HALF - NEAR_HALF - priced.largest * RELATIVE_ERROR) ** 2
        starts = range(0, count, BLOCK)
        cuts = np.searchsorted(rows.odd, [*starts, count]).tolist()
        for number, start in enumerate(starts):
            block = slice(start, min(count, start + BLOCK))
            odd = rows.odd[cuts[number] : cuts[number + 1]] - start
            left = self._block(rows, block, odd, priced, units[block])
            unsure = np.flatnonzero(left >= sure)
            if len(unsure):
                near.append(unsure + start)
        return np.concatenate(near) if near else np.empty(0, np.int64)

    def _block(self, rows: Rows, block: slice, odd: Any, priced: Priced, units: Any) -> Any:
        """Write the profits of some rows; return the squares of their distances from whole ones."""
        books = rows.books[block]
        closing, opening = self._closing[: len(books)], self._opening[: len(books)]
        priced.factor.take(books, out=opening, mode="clip")
        opening *= rows.lots[block]
        priced.now.take(books, out=closing, mode="clip")
        closing *= opening
        opening *= rows.opened[block]
        moved = closing[odd] - opening[odd]
        early = self._early[: len(books)]
        np.rint(closing, out=units)
        np.rint(opening, out=early)
        closing -= units
        opening -= early
        units -= early
        closing *= closing
        opening *= opening
        np.maximum(closing, opening, out=closing)
        whole = np.rint(moved)
        units[odd] = whole
        moved -= whole
        closing[odd] = moved * moved
        return closing


def exact_profits(volumes: Any, opened: Any, now: Any, unit: Whole) -> tuple[Any, Any]:
    """Return profits in smallest units by whole numbers, and for which rows those are exact.

    Volumes (negative for sells) and prices are doubles that stand for whole hundredths of a lot and
    for numbers of at most eight decimals. Half up, away from zero.
    """
    prices = np.maximum(np.abs(opened), np.abs(now))
    times = np.abs(volumes) * unit.times
    exact = (unit.over > 0) & (prices < HIGHEST) & (times * prices * STEPS < LARGEST_EXACT)
    worth = np.rint(volumes[exact]).astype(np.int64) * unit.times[exact]
    then, late = _steps(opened[exact]), _steps(now[exact])
    over, terms = unit.over[exact], unit.terms[exact]
    whole = _half_up(worth * np.where(terms, late, late - then), over)
    whole -= np.where(terms, _half_up(worth * then, over), 0)
    return whole, exact


def _steps(prices: Any) -> Any:
    return np.rint(prices * STEPS).astype(np.int64)


def _half_up(amounts: Any, over: Any) -> Any:
    whole, left = np.divmod(np.abs(amounts), over)
    whole += 2 * left >= over
    return np.copysign(whole, amounts).astype(np.int64)


def rounded_units(units: Any, scale: Any) -> Any:
    """Return whole units rounded half away from zero to multiples of each row's `scale`."""
    whole = np.abs(units)
    return np.sign(units) * ((whole + scale // 2) // scale * scale)
