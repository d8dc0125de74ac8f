"""How many cards somebody opened, revealed or took out today, and how many they may."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Sum

from backoffice.company.queries import policies
from backoffice.core import compiled
from backoffice.identity.queries import people
from crm.models import Look
from crm.states import LookKind

CODE = "card-quotas"
LOOKED = """SELECT 1 FROM crm_look
 WHERE user_id = %s AND client_id = %s AND kind = %s AND on_date = %s LIMIT 1"""
#: In force until the house sets its own: clients a day and person; where reaching it stops.
DEFAULT: dict[str, Any] = {
    "opened": 300,
    "revealed": 60,
    "exported": 2000,
    "stops": ["revealed", "exported"],
}


@dataclass(frozen=True)
class Quota:
    """How many of a kind one person may have a day, and whether more is refused or only told."""

    most: int
    stops: bool


@dataclass(frozen=True)
class Day:
    """What one person looked at on one day, by kind, beside the quotas."""

    user: Any
    counts: dict[str, int]
    quotas: dict[str, Quota]

    @property
    def cells(self) -> list[tuple[int, int, bool]]:
        """Return count, quota and whether it is reached, for each kind in order."""
        return [
            (self.counts.get(kind, 0), quota.most, self.counts.get(kind, 0) >= quota.most)
            for kind, quota in self.quotas.items()
        ]

    @property
    def is_over(self) -> bool:
        """Say whether any quota is reached."""
        return any(reached for _count, _most, reached in self.cells)


def quotas(*, now: datetime) -> dict[str, Quota]:
    """Return the quota of each kind; one that is missing or no number falls back to the default."""
    policy = policies.policy_in_force(CODE, at=now)
    value = {**DEFAULT, **(policy.value if policy else {})}
    stops = value["stops"] if isinstance(value["stops"], list) else DEFAULT["stops"]
    found = {}
    for kind in LookKind:
        most = value[kind.value]
        most = most if isinstance(most, int) and most > 0 else DEFAULT[kind.value]
        found[kind.value] = Quota(most=most, stops=kind.value in stops)
    return found


def counted(user_id: int, kind: LookKind, *, now: datetime) -> int:
    """Return how many clients of this kind a person had today (UTC)."""
    looks = Look.objects.filter(on_date=now.date(), user_id=user_id, kind=kind)
    return int(looks.aggregate(sum=Sum("count"))["sum"] or 0)


def is_looked(user_id: int, client_id: int, kind: LookKind, *, now: datetime) -> bool:
    """Say whether this look of today is counted already."""
    return compiled.ask_one(LOOKED, [user_id, client_id, kind.value, now.date()]) is not None


def days_for(user: Any, *, now: datetime) -> list[Day]:
    """Return what the staff in reach looked at today, who looked most first."""
    within = people.list_staff_for(user)
    rows = Look.objects.filter(on_date=now.date(), user__in=within).order_by()
    sums = rows.values_list("user_id", "kind").annotate(sum=Sum("count"))
    by_user: dict[int, dict[str, int]] = {}
    for user_id, kind, total in sums:
        by_user.setdefault(user_id, {})[kind] = total
    limits = quotas(now=now)
    found = [Day(one, by_user[one.pk], limits) for one in within.filter(pk__in=by_user)]
    return sorted(found, key=lambda day: -sum(day.counts.values()))
