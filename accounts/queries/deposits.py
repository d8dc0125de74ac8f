"""Deposits: what came in, what waits for whom, what one side has moved and the other has not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, When
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts.models import Deposit, DepositOperation, Dispute, ProviderCallback
from accounts.permissions import DECIDE_DEPOSIT, SEE_PAYMENTS
from accounts.queries import settlements
from accounts.queries.deposit_review import KIND
from accounts.queries.listed.either import either
from accounts.queries.listed.foot import Foot, foot_of
from accounts.terms import DEPOSIT_FINAL, DEPOSIT_LABELS, RECEIVED_ONCE
from accounts.terms import Deposit as State
from backoffice.approvals.queries import requests
from backoffice.core import access, clock
from crm.queries import clients
from trading.queries.operations import OperationView

#: Money that we have and MetaTrader has not for longer than this is in flight.
IN_FLIGHT_AFTER = timedelta(minutes=2)
NEWEST = ("-id",)
PUSHED = 200
LONGEST_NUMBER = 18  # figures; the columns are bigints
IN_FLIGHT_STATES = (State.RECEIVED, State.UNCERTAIN)


class View:
    """The tabs of the list."""

    TODO = "todo"
    IN_FLIGHT = "flight"
    OPEN = "open"
    ALL = "all"


VIEWS = (
    (View.TODO, _("To decide")),
    (View.IN_FLIGHT, _("In flight")),
    (View.OPEN, _("Open")),
    (View.ALL, _("All")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many deposits stand where, for the tabs and the morning; `credited` since a moment."""

    todo: int
    flight: int
    open: int
    by_hand: int
    credited: int


class DepositFilter(django_filters.FilterSet):
    """What narrows the list, on page and API. Needs the request, for whose to do it is."""

    view = django_filters.ChoiceFilter(choices=VIEWS, method="by_view", label=_("View"))
    q = django_filters.CharFilter(method="by_text", label=_("Search"), max_length=64)
    state = django_filters.MultipleChoiceFilter(
        choices=[(state, _(label)) for state, label in DEPOSIT_LABELS.items()],
        label=_("State"),
        distinct=False,  # one column of the row itself: nothing can come twice
    )
    currency = django_filters.CharFilter(
        field_name="currency", lookup_expr="iexact", label=_("Currency"), max_length=4
    )
    client = django_filters.NumberFilter(field_name="client_id", label=_("Client"))

    class Meta:
        model = Deposit
        fields: tuple[str, ...] = ()

    def by_view(self, rows: QuerySet[Deposit], name: str, view: str) -> QuerySet[Deposit]:
        """Narrow to one tab."""
        return rows.filter(view_of(self.request.user, view, now=clock.now()))

    def by_text(self, rows: QuerySet[Deposit], name: str, text: str) -> QuerySet[Deposit]:
        """Find by number, login, the provider's reference, or the client's name or number.

        Each of them by its own index: one condition over three tables would read every deposit.
        """
        plain = text.strip()
        found = [Q(client_id__in=clients.named(plain).values("pk"))]
        found.append(~Q(provider_reference="") & Q(provider_reference=plain))
        digits = plain.lstrip("#Dd")
        if digits.isdecimal() and len(digits) <= LONGEST_NUMBER:
            number = int(digits)
            found += Q(pk=number), Q(account__login=number), Q(client__number=number)
        return rows.filter(either(Deposit, *found))


def list_deposits_for(user: Any) -> QuerySet[Deposit]:
    """Return the deposits in reach with what a row of the list shows, the newest first."""
    rows = access.restrict(Deposit.objects.all(), user, SEE_PAYMENTS)
    return rows.select_related("client", "account__server", "method").order_by(*NEWEST)


def weight_for(user: Any, pk: int) -> tuple[Decimal, str] | None:
    """Return amount and currency of one deposit in reach; None for any other."""
    deposit = list_deposits_for(user).filter(pk=pk).first()
    return None if deposit is None else (deposit.amount, deposit.amount_currency)


def list_deposits_of_client_for(user: Any, client_id: int) -> QuerySet[Deposit]:
    """Return a client's deposits, those in reach, the newest first."""
    rows = access.restrict(Deposit.objects.filter(client_id=client_id), user, SEE_PAYMENTS)
    return rows.order_by(*NEWEST)


def get_deposit_for(user: Any, pk: int) -> Deposit:
    """Return a deposit in reach, with its newest dispute, or raise Http404."""
    rows = Deposit.objects.select_related(
        "client", "account__server", "method", "legal_entity", "owner", "desk", "follows"
    )
    disputes = Dispute.objects.filter(deposit=OuterRef("pk")).order_by("-id").values("pk")
    rows = rows.annotate(dispute_id=Subquery(disputes[:1]))
    return access.get_or_404_for(rows, user, SEE_PAYMENTS, pk=pk)


def narrow(
    rows: QuerySet[Deposit],
    *,
    client: int | None = None,
    account: int | None = None,
    state: str = "",
) -> QuerySet[Deposit]:
    """Narrow to one client, one account, one state, where these are given."""
    wanted = {"client_id": client, "account_id": account, "state": state}
    return rows.filter(**{name: value for name, value in wanted.items() if value})


def require_in_reach(user: Any, pk: int, permission: object) -> None:
    """Raise Http404 unless this permission of the user reaches the deposit."""
    if not access.restrict(Deposit.objects.filter(pk=pk), user, permission).exists():
        raise Http404


def callbacks_of(deposit: Deposit) -> list[ProviderCallback]:
    """Return what its provider told of a deposit that was found in reach, the newest first."""
    rows = ProviderCallback.objects.filter(deposit=deposit).defer("body", "headers")
    return list(rows.order_by("-id")[:50])


def late_ones_of(deposit: Deposit) -> list[Deposit]:
    """Return the deposits of money that came after this one had ended, or a second time."""
    return list(Deposit.objects.filter(follows=deposit).order_by("id"))


def counts_for(user: Any, *, now: datetime, since: datetime) -> Counts:
    """Return the numbers of the tabs, in one query."""
    rows = access.restrict(Deposit.objects.all(), user, SEE_PAYMENTS).order_by()
    near = rows.filter(either(Deposit, ~Q(state__in=DEPOSIT_FINAL), Q(closed_at__gte=since)))
    told = near.aggregate(
        todo=Count("id", filter=view_of(user, View.TODO, now=now)),
        flight=Count("id", filter=in_flight(now)),
        open=Count("id", filter=~Q(state__in=DEPOSIT_FINAL)),
        by_hand=Count("id", filter=Q(needs_person=True)),
        credited=Count("id", filter=Q(state=State.CREDITED)),
    )
    return Counts(**told)


def count_in_flight(now: datetime) -> int:
    """Count the deposits of which only our side has the money, a thousand at most."""
    return Deposit.objects.filter(in_flight(now))[:1000].count()


def in_flight(now: datetime) -> Q:
    """Return what is received, passed every rule, and is not in MetaTrader in time."""
    waits = Q(state__in=IN_FLIGHT_STATES) | Q(state=State.IN_REVIEW) & ~Q(accepted_by="")
    since = now - IN_FLIGHT_AFTER
    late = Q(received_at__lt=since) & (Q(accepted_at=None) | Q(accepted_at__lt=since))
    return waits & late


def view_of(user: Any, view: str, *, now: datetime) -> Q:
    """Return what stands under one tab of the list for this user."""
    match view:
        case View.TODO:
            open_to = requests.ids_open_to(user, KIND, now=now)
            mine = Q(state=State.IN_REVIEW, accepted_by="", approval_id__in=open_to)
            mine &= ~Q(started_by=str(user.actor))
            return mine if user.may(DECIDE_DEPOSIT) else Q(pk__in=())
        case View.IN_FLIGHT:
            return in_flight(now)
        case View.OPEN:
            return ~Q(state__in=DEPOSIT_FINAL)
    return ~Q(pk__in=())


def totals_of(rows: QuerySet[Deposit]) -> Foot:
    """Return how many deposits a list holds and how much of it came in, stopping early.

    What came by mistake and was taken back is ended without money.
    """
    came = Case(When(state__in=RECEIVED_ONCE, then=F("received_amount")))
    return foot_of(rows, amount=came)


def deposits_to_push(now: datetime) -> list[int]:
    """Return the deposits that wait for a provider, for MetaTrader, or to be over."""
    due = Q(next_try_at__lte=now) | Q(state=State.UNCERTAIN)
    due |= Q(state__in=(State.STARTED, State.PARKED), expires_at__lte=now)
    due |= Q(state=State.PARKED, client__kyc_level__gt=0)
    rows = Deposit.objects.exclude(state__in=DEPOSIT_FINAL).filter(due)
    return list(rows.order_by("next_try_at", "id").values_list("id", flat=True)[:PUSHED])


def operation_to_settle(deposit_id: int) -> OperationView | None:
    """Return the newest operation of a deposit that machines could not decide, or None."""
    links = DepositOperation.objects.filter(deposit=deposit_id).order_by("-id")
    return settlements.left_to_people(link.key for link in links)


def page_of(deposit_id: int) -> str:
    """Return where the client pays, or "" while nothing can be paid. For the clockwork's use."""
    rows = Deposit.objects.filter(pk=deposit_id, state=State.PENDING)
    return rows.values_list("page_url", flat=True).first() or ""
