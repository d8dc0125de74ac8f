"""The figures of all accounts of a board at once, as columns: what risk and stop-out watch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trading.live.positions import doubled
from trading.live.valuing import rounded_units
from trading.terms import FreeMarginMode

FIRST_CAPACITY = 16
PERCENT = 100.0
_COLUMNS = (
    "funds",
    "floating",
    "unknown",
    "margin",
    "no_margin",
    "scale",
    "modes",
    "changed",
    "held",
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One row an account. Money in ten-thousandths of its deposit currency, level in percent.

    Where `known` is false a quote or a contract is missing and the row says nothing. `level` is 0
    where no margin is used, as MetaTrader reports it.
    """

    logins: Sequence[int]
    equity: Any
    margin: Any
    free_margin: Any
    level: Any
    known: Any


class Seats:
    """The columns of a board's accounts, by slot: funds are balance and credit together.

    `held` is how many positions an account has, `scale` how many kept units its smallest unit has;
    `has_parts` is true once a charge was no whole number of those.
    """

    def __init__(self) -> None:
        self.logins: list[int] = []
        self.funds = np.zeros(FIRST_CAPACITY, np.int64)
        self.floating = np.zeros(FIRST_CAPACITY, np.int64)
        self.unknown = np.zeros(FIRST_CAPACITY, np.int64)
        self.margin = np.zeros(FIRST_CAPACITY, np.int64)
        self.no_margin = np.zeros(FIRST_CAPACITY, np.bool_)
        self.scale = np.ones(FIRST_CAPACITY, np.int64)
        self.modes = np.zeros(FIRST_CAPACITY, np.int8)
        self.changed = np.zeros(FIRST_CAPACITY, np.bool_)
        self.held = np.zeros(FIRST_CAPACITY, np.int64)
        self.has_parts = False
        self._told: tuple[int, ...] = ()

    def add(self, login: int) -> int:
        """Give a login the next slot, and return it."""
        slot = len(self.logins)
        if slot == len(self.funds):
            for name in _COLUMNS:
                setattr(self, name, doubled(getattr(self, name)))
        self.logins.append(login)
        return slot

    def charge(self, slot: int, units: int) -> None:
        """Add kept units to an account's floating result."""
        self.floating[slot] += units
        self.has_parts = self.has_parts or units % int(self.scale[slot]) != 0

    def move(self, slots: Any, moved: Any, *, everywhere: bool) -> None:
        """Add smallest units to the floating results of accounts, each as often as it stands there.

        `everywhere`: these are all positions of the board. The sums are doubles: exact while an
        account moves by less than 2⁵³ units at once.
        """
        n = len(self.logins)
        sums = np.bincount(slots, moved, minlength=n).astype(np.int64)
        self.floating[:n] += sums * self.scale[:n]
        if everywhere:
            self.changed[:n] |= self.held[:n] > 0
        else:
            self.changed[slots] = True

    def take_changed(self) -> set[int]:
        """Return the logins marked since the last call, and unmark them."""
        found = np.flatnonzero(self.changed)
        self.changed[found] = False
        return {self.logins[slot] for slot in found.tolist()}

    def sheet(self) -> Sheet:
        """Return the figures that follow from the columns; margins must be up to date."""
        n = len(self.logins)
        if len(self._told) != n:
            self._told = tuple(self.logins)
        floating = self.floating[:n]
        if self.has_parts:
            floating = rounded_units(floating, self.scale[:n])
        equity, margin = self.funds[:n] + floating, self.margin[:n].copy()
        level = equity * PERCENT / np.maximum(margin, 1)
        level[margin <= 0] = 0
        return Sheet(
            logins=self._told,
            equity=equity,
            margin=margin,
            free_margin=self.funds[:n] + self._counted(floating) - margin,
            level=level,
            known=(self.unknown[:n] == 0) & ~self.no_margin[:n],
        )

    def _counted(self, floating: Any) -> Any:
        """Return the part of the floating result that each group lets count as free margin."""
        modes = self.modes[: len(floating)]
        if (modes == FreeMarginMode.USE_ALL).all():
            return floating
        result = np.where(modes == FreeMarginMode.USE_ALL, floating, 0)
        result = np.where(modes == FreeMarginMode.USE_PROFIT, np.maximum(floating, 0), result)
        return np.where(modes == FreeMarginMode.USE_LOSS, np.minimum(floating, 0), result)
