"""What positions earn at a price, many at once, and how the sums of an account follow.

Doubles are fast and may stand on the wrong side of half a cent: `near` says where they might, and
whoever asks reckons those again exactly.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

NEAR_HALF = 1e-6
RELATIVE_ERROR = 1e-14
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Priced:
    """One row a position: its book's closing price, factor, side (+1, −1) and rounding.

    `factor` turns lots × price into smallest units of the deposit currency; `terms` is true where
    MetaTrader rounds opening and closing by themselves (Forex), not their difference.
    """

    now: Any
    factor: Any
    side: Any
    terms: Any


def profits(opened: Any, lots: Any, priced: Priced) -> tuple[Any, Any]:
    """Return every position's profit in smallest units, and the rows that must be looked at again.

    Both terms of a Forex profit are never negative, so half up is floor(x + ½); what is left above
    the floor shows at once how near half a unit it was.
    """
    worth = lots * priced.factor
    closing, opening = priced.now * worth, opened * worth
    allowed = _allowed(closing, opening)
    closing += HALF
    opening += HALF
    late, early = np.floor(closing), np.floor(opening)
    closing -= late
    opening -= early
    near = np.minimum(closing, opening) <= allowed
    near |= np.maximum(closing, opening) >= 1 - allowed
    late -= early
    late *= priced.side
    other = np.flatnonzero(~priced.terms)
    if len(other):
        moved = (priced.now[other] - opened[other]) * worth[other] * priced.side[other]
        late[other], near[other] = _half_away(moved, allowed)
    return late.astype(np.int64), np.flatnonzero(near)


def rounded_units(units: Any, scale: Any) -> Any:
    """Return whole units rounded half away from zero to multiples of each row's `scale`."""
    whole = np.abs(units)
    return np.sign(units) * ((whole + scale // 2) // scale * scale)


def _allowed(closing: Any, opening: Any) -> Any:
    """Return how near half a unit a double may be and still be told from it, on the safe side."""
    if not len(closing):
        return NEAR_HALF
    largest = max(closing.max(), opening.max(), -closing.min(), -opening.min())
    return NEAR_HALF + largest * RELATIVE_ERROR


def _half_away(amounts: Any, allowed: Any) -> tuple[Any, Any]:
    """Return amounts rounded half away from zero, and where a double may be on the wrong side."""
    whole = np.abs(amounts) + HALF
    below = np.floor(whole)
    left = whole - below
    return np.copysign(below, amounts), (left <= allowed) | (left >= 1 - allowed)
