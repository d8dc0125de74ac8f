"""The foot of a list of money: how many rows, and how much in each currency.

As at the foot of the client list: counted up to a thousand, since what nobody can read through need
not be counted, and added up only where it is counted to the end.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Expression, QuerySet

COUNTED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Foot:
    """How many rows, and their sums by currency. `is_more`: there are more, and then no sums."""

    count: int
    is_more: bool
    sums: dict[str, Decimal]

    @property
    def amounts(self) -> list[tuple[Decimal, str]]:
        """The sums that are not zero, by currency, as they are drawn."""
        return [(total, code) for code, total in sorted(self.sums.items()) if total]


def foot_of(
    rows: QuerySet[Any], *, amount: str | Expression = "amount", cap: int = COUNTED
) -> Foot:
    """Count and add up at most `cap` rows, in one query that stops there.

    `amount` is in the row's `currency`; none counts as nothing.
    """
    found = list(rows.order_by().values_list("currency", amount)[: cap + 1])
    if len(found) > cap:
        return Foot(count=cap, is_more=True, sums={})
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for currency, total in found:
        sums[currency] += total or Decimal(0)
    return Foot(count=len(found), is_more=False, sums=dict(sums))
