"""Adjustments: the list and its tabs, one of them, what waits for MetaTrader or for a person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import django_filters
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Adjustment
from accounts.permissions import SEE_PAYMENTS
from accounts.terms.adjustments import (
    ADJUSTMENT_FINAL,
    ADJUSTMENT_LABELS,
    KIND_LABELS,
    AdjustmentKind,
)
from accounts.terms.adjustments import Adjustment as State
from backoffice.core import access, clock
from trading.queries import operations
from trading.queries.operations import OperationView
from trading.states import Operation

NEWEST = ("-id",)
PUSHED = 200


class View:
    """The tabs of the list."""

    OPEN = "open"
    CREDITS = "credits"
    OVERDUE = "overdue"
    ALL = "all"


VIEWS = (
    (View.OPEN, _("Open")),
    (View.CREDITS, _("Credits that run")),
    (View.OVERDUE, _("Credits overdue")),
    (View.ALL, _("All")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many adjustments stand under each tab."""

    open: int
    credits: int
    overdue: int


class AdjustmentFilter(django_filters.FilterSet):
    """What narrows the list."""

    view = django_filters.ChoiceFilter(choices=VIEWS, method="by_view", label=_("View"))
    q = django_filters.CharFilter(method="by_text", label=_("Search"), max_length=64)
    kind = django_filters.MultipleChoiceFilter(
        choices=[(kind, _(label)) for kind, label in KIND_LABELS.items()], label=_("Kind")
    )
    state = django_filters.MultipleChoiceFilter(
        choices=[(state, _(label)) for state, label in ADJUSTMENT_LABELS.items()], label=_("State")
    )
    client = django_filters.NumberFilter(field_name="client_id", label=_("Client"))

    class Meta:
        model = Adjustment
        fields: tuple[str, ...] = ()

    def by_view(self, rows: QuerySet[Adjustment], name: str, view: str) -> QuerySet[Adjustment]:
        """Narrow to one tab."""
        return rows.filter(view_of(view, now=clock.now()))

    def by_text(self, rows: QuerySet[Adjustment], name: str, text: str) -> QuerySet[Adjustment]:
        """Find by number, login, ticket, or the client's name or number."""
        plain = text.strip()
        found = Q(client__full_name__icontains=plain)
        number = plain.lstrip("#Aa")
        if number.isdecimal() and len(number) <= 18:
            found |= Q(pk=int(number)) | Q(account__login=number) | Q(client__number=number)
            found |= Q(ticket=int(number))
        return rows.filter(found)


def list_adjustments_for(user: Any) -> QuerySet[Adjustment]:
    """Return the adjustments in reach with what a row of the list shows, the newest first."""
    rows = access.restrict(Adjustment.objects.all(), user, SEE_PAYMENTS)
    return rows.select_related("client", "account__server").order_by(*NEWEST)


def list_adjustments_of_client_for(user: Any, client_id: int) -> QuerySet[Adjustment]:
    """Return a client's adjustments, those in reach, the newest first."""
    return list_adjustments_for(user).filter(client_id=client_id)


def get_adjustment_for(user: Any, pk: int) -> Adjustment:
    """Return an adjustment in reach, or raise Http404."""
    rows = Adjustment.objects.select_related("client", "account__server", "credit")
    return access.get_or_404_for(rows, user, SEE_PAYMENTS, pk=pk)


def counts_for(user: Any, *, now: datetime) -> Counts:
    """Return the numbers of the tabs, in one query."""
    rows = access.restrict(Adjustment.objects.all(), user, SEE_PAYMENTS).order_by()
    tabs = (View.OPEN, View.CREDITS, View.OVERDUE)
    told = rows.aggregate(**{tab: Count("id", filter=view_of(tab, now=now)) for tab in tabs})
    return Counts(**told)


def view_of(view: str, *, now: datetime) -> Q:
    """Return what stands under one tab of the list."""
    runs = Q(kind=AdjustmentKind.CREDIT_IN, state=State.DONE, ended_at=None)
    match view:
        case View.OPEN:
            return ~Q(state__in=ADJUSTMENT_FINAL)
        case View.CREDITS:
            return runs & Q(ends_at__gt=now)
        case View.OVERDUE:
            return runs & Q(ends_at__lte=now)
    return ~Q(pk__in=())


def adjustments_to_push(now: datetime) -> list[int]:
    """Return the adjustments that wait for MetaTrader, the longest waiting first."""
    due = Q(state=State.APPROVED, next_try_at__lte=now) | Q(state=State.UNCERTAIN)
    rows = Adjustment.objects.filter(due).order_by("next_try_at", "id")
    return list(rows.values_list("id", flat=True)[:PUSHED])


def credits_to_end(now: datetime) -> list[int]:
    """Return the credits whose time is over and of which something may be left."""
    rows = Adjustment.objects.filter(view_of(View.OVERDUE, now=now)).order_by("ends_at", "id")
    return list(rows.values_list("id", flat=True)[:PUSHED])


def credits_running(account_id: int) -> list[int]:
    """Return the credits of an account that were given and have not ended, the oldest first."""
    rows = Adjustment.objects.filter(
        account_id=account_id, kind=AdjustmentKind.CREDIT_IN, state=State.DONE, ended_at=None
    )
    return list(rows.order_by("id").values_list("id", flat=True))


def operation_of(adjustment_id: int) -> OperationView | None:
    """Return an adjustment's operation in MetaTrader, or None before it is planned."""
    key = Adjustment.objects.values_list("key", flat=True).get(pk=adjustment_id)
    return operations.get_operation(key)


def operation_to_settle(adjustment_id: int) -> OperationView | None:
    """Return the operation when machines could not decide what became of it, or None."""
    found = operation_of(adjustment_id)
    return found if found is not None and found.state is Operation.MANUAL else None
