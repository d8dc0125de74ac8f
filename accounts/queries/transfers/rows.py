"""Transfers: who may see which, what narrows the list, what waits for a person."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import Case, Count, F, Q, QuerySet, When
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts.models import Transfer
from accounts.permissions import DECIDE_TRANSFER, RETURN_TRANSFER, SEE_PAYMENTS
from accounts.queries.listed.either import either
from accounts.queries.listed.foot import Foot, foot_of
from accounts.queries.transfers.standing import in_flight
from accounts.terms import TRANSFER_FINAL, TRANSFER_LABELS
from accounts.terms import Transfer as State
from backoffice.core import access, clock
from crm.queries import clients
from trading.permissions import SETTLE_OPERATIONS

NEWEST = ("-id",)
LONGEST_NUMBER = 18  # figures; the columns are bigints
PLACES = (
    "source_account__server", "source_wallet", "target_account__server", "target_wallet",
)  # fmt: skip


class View:
    """The tabs of the list."""

    TODO = "todo"
    IN_FLIGHT = "flight"
    OPEN = "open"
    ALL = "all"


VIEWS = (
    (View.TODO, _("To do")),
    (View.IN_FLIGHT, _("In flight")),
    (View.OPEN, _("Open")),
    (View.ALL, _("All")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many transfers stand where, for the tabs and the morning."""

    todo: int
    flight: int
    open: int


class TransferFilter(django_filters.FilterSet):
    """What narrows the list, on page and API. Needs the request, for whose to do it is."""

    view = django_filters.ChoiceFilter(choices=VIEWS, method="by_view", label=_("View"))
    q = django_filters.CharFilter(method="by_text", label=_("Search"), max_length=64)
    state = django_filters.MultipleChoiceFilter(
        choices=[(state, _(label)) for state, label in TRANSFER_LABELS.items()],
        label=_("State"),
        distinct=False,  # one column of the row itself: nothing can come twice
    )
    currency = django_filters.CharFilter(
        field_name="currency", lookup_expr="iexact", label=_("Currency"), max_length=4
    )
    client = django_filters.NumberFilter(field_name="client_id", label=_("Client"))

    class Meta:
        model = Transfer
        fields: tuple[str, ...] = ()

    def by_view(self, rows: QuerySet[Transfer], name: str, view: str) -> QuerySet[Transfer]:
        """Narrow to one tab."""
        return rows.filter(view_of(self.request.user, view, now=clock.now()))

    def by_text(self, rows: QuerySet[Transfer], name: str, text: str) -> QuerySet[Transfer]:
        """Find by number, login on either side, or the client's name or number."""
        plain = text.strip()
        found = [Q(client_id__in=clients.named(plain).values("pk"))]
        digits = plain.lstrip("#Tt")
        if digits.isdecimal() and len(digits) <= LONGEST_NUMBER:
            number = int(digits)
            found += Q(pk=number), Q(client__number=number)
            found += Q(source_account__login=number), Q(target_account__login=number)
        return rows.filter(either(Transfer, *found))


def list_transfers_for(user: Any) -> QuerySet[Transfer]:
    """Return the transfers in reach with what a row of the list shows, the newest first."""
    rows = access.restrict(Transfer.objects.all(), user, SEE_PAYMENTS)
    return rows.select_related("client", *PLACES).order_by(*NEWEST)


def list_transfers_of_client_for(user: Any, client_id: int) -> QuerySet[Transfer]:
    """Return a client's transfers, those in reach, the newest first."""
    return list_transfers_for(user).filter(client_id=client_id)


def narrow(rows: QuerySet[Transfer], **told: Any) -> QuerySet[Transfer]:
    """Narrow a list to a client, an account on either side, a state: what is told of them."""
    if client := told.get("client"):
        rows = rows.filter(client_id=client)
    if account := told.get("account"):
        rows = rows.filter(Q(source_account_id=account) | Q(target_account_id=account))
    return rows.filter(state=told["state"]) if told.get("state") else rows


def get_transfer_for(user: Any, pk: int) -> Transfer:
    """Return a transfer in reach, or raise Http404."""
    rows = Transfer.objects.select_related(
        "client", "to_client", "legal_entity", "owner", "desk", "approval", *PLACES
    )
    return access.get_or_404_for(rows, user, SEE_PAYMENTS, pk=pk)


def require_in_reach(user: Any, pk: int, permission: object) -> None:
    """Raise Http404 unless this permission of the user reaches the transfer."""
    if not access.restrict(Transfer.objects.filter(pk=pk), user, permission).exists():
        raise Http404


def weight_for(user: Any, pk: int) -> tuple[Decimal, str] | None:
    """Return amount and currency of one transfer in reach; None for any other."""
    transfer = list_transfers_for(user).filter(pk=pk).first()
    return None if transfer is None else (transfer.amount, transfer.currency)


def counts_for(user: Any, *, now: datetime) -> Counts:
    """Return the numbers of the tabs, in one query."""
    rows = access.restrict(Transfer.objects.all(), user, SEE_PAYMENTS).order_by()
    told = rows.exclude(state__in=TRANSFER_FINAL).aggregate(
        todo=Count("id", filter=view_of(user, View.TODO, now=now)),
        flight=Count("id", filter=in_flight(now)),
        open=Count("id"),
    )
    return Counts(**told)


def view_of(user: Any, view: str, *, now: datetime) -> Q:
    """Return what stands under one tab of the list for this user."""
    match view:
        case View.TODO:
            return _todo_of(user) & ~Q(requested_by=str(user.actor))
        case View.IN_FLIGHT:
            return in_flight(now)
        case View.OPEN:
            return ~Q(state__in=TRANSFER_FINAL)
    return ~Q(pk__in=())


def totals_of(rows: QuerySet[Transfer]) -> Foot:
    """Return how many transfers a list holds and how much of it arrived, stopping early."""
    arrived = Case(When(state=State.DONE, then=F("amount")))
    return foot_of(rows, amount=arrived)


def _todo_of(user: Any) -> Q:
    waits = Q(pk__in=())
    if user.may(DECIDE_TRANSFER):
        waits |= Q(state=State.REQUESTED)
    if user.may(RETURN_TRANSFER):
        waits |= Q(state=State.REVERSING, next_try_at=None)
    if user.may(SETTLE_OPERATIONS):
        waits |= Q(needs_person=True)
    return waits
