"""Open positions as columns: one row a position, so that a batch of ticks is a few passes.

Rows are in no order; the row of a ticket that leaves is taken by the last one.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

FIRST_CAPACITY = 16
_COLUMNS = ("slots", "books", "opened", "lots", "profits")


class Positions:
    """The columns: account slot, book, open price, lots, profit in smallest units of the deposit.

    A sell has negative lots. `version` rises with every position that comes or goes.
    Profits are whole numbers, kept as doubles (exact below 2⁵³).

    Only the first `len(positions)` rows count.
    """

    def __init__(self) -> None:
        self.tickets: list[int] = []
        self._row_of: dict[int, int] = {}
        self.slots = np.zeros(FIRST_CAPACITY, np.int64)
        self.books = np.zeros(FIRST_CAPACITY, np.int64)
        self.opened = np.zeros(FIRST_CAPACITY, np.float64)
        self.lots = np.zeros(FIRST_CAPACITY, np.float64)
        self.profits = np.zeros(FIRST_CAPACITY)
        self._spare = np.zeros(FIRST_CAPACITY)
        self.version = 0

    def __len__(self) -> int:
        return len(self.tickets)

    def __contains__(self, ticket: int) -> bool:
        return ticket in self._row_of

    def row(self, ticket: int) -> int:
        """Return where a ticket stands. KeyError for one that does not."""
        return self._row_of[ticket]

    def add(self, ticket: int, *, slot: int, book: int, opened: Any, lots: Any) -> None:
        """Add a position, with no profit yet."""
        self.version += 1
        at = len(self.tickets)
        if at == len(self.slots):
            for name in _COLUMNS:
                setattr(self, name, doubled(getattr(self, name)))
        self.tickets.append(ticket)
        self._row_of[ticket] = at
        self.slots[at], self.books[at] = slot, book
        self.opened[at], self.lots[at], self.profits[at] = opened, lots, 0

    def remove(self, ticket: int) -> None:
        """Take a position out."""
        self.version += 1
        at, final = self._row_of.pop(ticket), len(self.tickets) - 1
        moved = self.tickets.pop()
        if at != final:
            self.tickets[at], self._row_of[moved] = moved, at
            for name in _COLUMNS:
                column = getattr(self, name)
                column[at] = column[final]

    def scratch(self, count: int) -> Any:
        """Return room for that many numbers, the same each time: fresh memory costs a third."""
        if len(self._spare) < count:
            self._spare = np.zeros(len(self.slots))
        return self._spare[:count]

    def replace_profits(self, rows: Any, units: Any) -> Any:
        """Take new profits; return by how much each moved, which may be in the place of `units`."""
        if not isinstance(rows, slice):
            moved = units - self.profits[rows]
            self.profits[rows] = units
            return moved
        kept = self.profits[rows]
        np.subtract(units, kept, out=units)
        kept += units
        return units

    def of_books(self, stale: Sequence[int], books: int) -> Any:
        """Return which rows stand in these books, of so many that there are: a slice, or rows."""
        n = len(self.tickets)
        if len(stale) == books:
            return slice(0, n)
        chosen = np.zeros(books, np.bool_)
        chosen[stale] = True
        return np.flatnonzero(chosen[self.books[:n]])


def doubled(column: Any) -> Any:
    """Return a column with room for twice as many rows; the new ones are 0."""
    return np.concatenate([column, np.zeros(len(column), column.dtype)])
