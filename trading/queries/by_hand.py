"""What waits to be booked in the MT4 Manager by a person, the oldest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import django_filters
from django.db.models import Count, Min, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.core import access
from trading.models import BalanceOperation
from trading.permissions import SETTLE_OPERATIONS
from trading.states import Operation

OLDEST = ("changed_at", "id")
NEWEST = ("-changed_at", "-id")
MOST_IN_A_PANEL = 10
MOST_AT_ONCE = 500


class ByHandFilter(django_filters.FilterSet):
    """What narrows the list."""

    q = django_filters.CharFilter(method="by_text", label=_("Search"), max_length=64)

    class Meta:
        model = BalanceOperation
        fields: tuple[str, ...] = ()

    def by_text(
        self, rows: QuerySet[BalanceOperation], name: str, text: str
    ) -> QuerySet[BalanceOperation]:
        """Find by login, or by the beginning of the marker."""
        plain = text.strip()
        found = Q(marker__startswith=plain.upper())
        if plain.isdecimal() and len(plain) <= 18:
            found |= Q(account__login=int(plain))
        return rows.filter(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many wait to be booked by hand anywhere, and since when the oldest does."""

    count: int
    since: datetime | None


def list_by_hand_for(user: Any) -> QuerySet[BalanceOperation]:
    """Return what waits to be booked by hand and is in the user's reach, the oldest first."""
    rows = access.restrict(_waiting(), user, SETTLE_OPERATIONS)
    return rows.select_related("account__server", "account__client").order_by(*OLDEST)


def get_by_hand_for(user: Any, pk: int) -> BalanceOperation:
    """Return one of them, or raise Http404."""
    rows = _waiting().select_related("account__server", "account__client")
    return access.get_or_404_for(rows, user, SETTLE_OPERATIONS, pk=pk)


def list_of_account_for(user: Any, account_id: int) -> list[BalanceOperation]:
    """Return those of one account, if it is in reach."""
    return list(list_by_hand_for(user).filter(account_id=account_id)[:MOST_IN_A_PANEL])


def count_for(user: Any) -> int:
    """Return how many are in the user's reach: the number beside the menu's word."""
    return access.restrict(_waiting(), user, SETTLE_OPERATIONS).count()


def to_match() -> list[int]:
    """Return the operations that somebody may have booked by now. For the clockwork."""
    return list(_waiting().order_by(*OLDEST).values_list("id", flat=True)[:MOST_AT_ONCE])


def oldest() -> Waiting:
    """Return how many wait and since when. For the health page."""
    return Waiting(**_waiting().aggregate(count=Count("id"), since=Min("changed_at")))


def _waiting() -> QuerySet[BalanceOperation]:
    return BalanceOperation.objects.filter(state=Operation.BY_HAND)
