"""Payments: the queue of what waits, worst first; which of them wait for MetaTrader."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import Count, F, Max, Prefetch, Q, QuerySet, Sum
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts.calc.checks import WORST_FIRST
from accounts.models import Discrepancy, Payment, PaymentCheck
from accounts.permissions import SEE_PAYMENTS
from accounts.queries.turns import todo_of
from accounts.states import FINAL, UNDECIDED, WITHDRAWAL_LABELS, Verdict, Withdrawal
from backoffice.approvals.queries import requests
from backoffice.company.queries import entities
from backoffice.core import access, clock

FINAL_STATES = [state.value for state in FINAL]
#: Late first (their due time is the earliest), then the least time left, then the largest amount.
QUEUE = ("due_at", "-amount", "id")
PUSHED = 200
SOON = timedelta(hours=4)


class View:
    """The tabs of the queue."""

    TODO = "todo"
    LATE = "late"
    OTHERS = "others"
    VOIDED = "voided"
    UNCERTAIN = "uncertain"
    ALL = "all"


VIEWS = (
    (View.TODO, _("My to do")),
    (View.LATE, _("Late")),
    (View.OTHERS, _("Waiting for others")),
    (View.VOIDED, _("Voided")),
    (View.UNCERTAIN, _("Uncertain")),
    (View.ALL, _("All")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many payments stand where, for the tabs; `paid` since a moment."""

    todo: int
    late: int
    others: int
    voided: int
    uncertain: int
    open: int
    paid: int
    soon: int
    by_hand: int
    returns: int
    denied: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The checks of one row: how many of each colour, and the worst of them in words."""

    green: int
    amber: int
    red: int
    unknown: int
    says: str


class PaymentFilter(django_filters.FilterSet):
    """What narrows the queue, on page and API. Needs the request, for whose to do it is."""

    view = django_filters.ChoiceFilter(choices=VIEWS, method="by_view", label=_("View"))
    q = django_filters.CharFilter(method="by_text", label=_("Search"), max_length=60)
    state = django_filters.MultipleChoiceFilter(
        choices=[(state, _(label)) for state, label in WITHDRAWAL_LABELS.items()], label=_("State")
    )
    currency = django_filters.CharFilter(
        field_name="currency", lookup_expr="iexact", label=_("Currency"), max_length=4
    )
    legal_entity = django_filters.ModelChoiceFilter(
        queryset=lambda request: entities.list_entities(), label=_("Legal entity")
    )
    client = django_filters.NumberFilter(field_name="client_id", label=_("Client"))
    account = django_filters.NumberFilter(field_name="account_id", label=_("Account"))

    class Meta:
        model = Payment
        fields: tuple[str, ...] = ()

    def by_view(self, rows: QuerySet[Payment], name: str, view: str) -> QuerySet[Payment]:
        """Narrow to one tab."""
        return rows.filter(view_of(self.request.user, view, now=clock.now()))

    def by_text(self, rows: QuerySet[Payment], name: str, text: str) -> QuerySet[Payment]:
        """Find by payment number, login, or the client's name or number."""
        plain = text.strip().lstrip("#")
        found = Q(client__full_name__icontains=plain)
        if plain.isdecimal() and len(plain) <= 18:
            number = int(plain)
            found |= Q(pk=number) | Q(account__login=number) | Q(client__number=number)
        return rows.filter(found)


def list_payments_for(user: Any) -> QuerySet[Payment]:
    """Return the payments in reach, worst first, with what a row of the queue shows.

    Each has `latest_checks` (for `summary_of`).
    """
    latest = PaymentCheck.objects.filter(run=F("payment__latest_run")).order_by("number")
    rows = access.restrict(Payment.objects.all(), user, SEE_PAYMENTS)
    return (
        rows.select_related("client", "account__server", "method", "legal_entity")
        .prefetch_related(Prefetch("checks", queryset=latest, to_attr="latest_checks"))
        .order_by(*QUEUE)
    )


def get_payment_for(user: Any, pk: int) -> Payment:
    """Return one payment in reach; Http404 for any other, as if there were none."""
    return access.get_or_404_for(list_payments_for(user), user, SEE_PAYMENTS, pk=pk)


def narrow(
    rows: QuerySet[Payment],
    *,
    client: int | None = None,
    account: int | None = None,
    state: str = "",
) -> QuerySet[Payment]:
    """Narrow to one client, one account, one state, where these are given."""
    wanted = {"client_id": client, "account_id": account, "state": state}
    return rows.filter(**{name: value for name, value in wanted.items() if value})


def require_in_reach(user: Any, pk: int, permission: object) -> None:
    """Raise Http404 unless this permission of the user reaches the payment."""
    if not access.restrict(Payment.objects.filter(pk=pk), user, permission).exists():
        raise Http404


def weight_for(user: Any, pk: int) -> tuple[Decimal, str] | None:
    """Return amount and currency of one payment in reach; None for any other."""
    return list_payments_for(user).filter(pk=pk).values_list("amount", "currency").first()


def list_payments_of_client_for(user: Any, client_id: int) -> QuerySet[Payment]:
    """Return a client's payments, the newest first, for their panel."""
    return list_payments_for(user).filter(client_id=client_id).order_by("-id")


def may_see(user: Any) -> bool:
    """Say whether the user may see payments at all."""
    return bool(user.may(SEE_PAYMENTS))


def counts_for(user: Any, *, now: datetime, since: datetime) -> Counts:
    """Return the numbers of the tabs, in one query; `since`: from when paid ones are counted.

    `soon` are due within four hours; `by_hand` wait for two people, `returns` for a second one;
    `denied` are closed as not moved, and MetaTrader booked them all the same.
    """
    rows = access.restrict(Payment.objects.all(), user, SEE_PAYMENTS).order_by()
    denied = Q(pk__in=_denied())
    near = rows.filter(~Q(state__in=FINAL_STATES) | Q(closed_at__gte=since) | denied)
    is_open = ~Q(state__in=FINAL_STATES)
    views = {name: view_of(user, name, now=now) for name, _label in VIEWS if name != View.VOIDED}
    told = near.aggregate(
        **{name: Count("id", filter=where) for name, where in views.items()},
        voided=Count("id", filter=view_of(user, View.VOIDED, now=now)),
        paid=Count("id", filter=Q(state=Withdrawal.PAID, closed_at__gte=since)),
        soon=Count("id", filter=is_open & Q(due_at__gte=now, due_at__lt=now + SOON)),
        by_hand=Count("id", filter=Q(needs_person=True)),
        denied=Count("id", filter=denied),
        returns=Count("id", filter=is_open & Q(returned_by="") & ~Q(return_asked_by="")),
    )
    return Counts(open=told.pop("all"), **told)


def paid_since_for(user: Any, since: datetime) -> dict[str, tuple[int, Decimal]]:
    """Return how many were paid since a moment, and how much, by currency."""
    rows = access.restrict(Payment.objects.all(), user, SEE_PAYMENTS)
    return totals_of(rows.filter(state=Withdrawal.PAID, closed_at__gte=since))


def newest_for(user: Any, *, now: datetime) -> str:
    """Return a mark of what waits for this user: it changes when something joins or leaves."""
    rows = access.restrict(Payment.objects.all(), user, SEE_PAYMENTS).order_by()
    waiting = rows.filter(view_of(user, View.TODO, now=now))
    told = waiting.aggregate(count=Count("id"), newest=Max("id"), total=Sum("id"))
    return f"{told['count']}-{told['newest'] or 0}-{told['total'] or 0}"


def totals_of(rows: QuerySet[Payment]) -> dict[str, tuple[int, Decimal]]:
    """Return how many payments and how much money a list holds, by currency."""
    told = rows.order_by().values("currency").annotate(count=Count("id"), total=Sum("amount"))
    return {row["currency"]: (row["count"], row["total"]) for row in told}


def view_of(user: Any, view: str, *, now: datetime) -> Q:
    """Return what stands under one tab of the queue for this user."""
    is_open = ~Q(state__in=FINAL_STATES)
    match view:
        case View.TODO:
            return is_open & todo_of(user, now)
        case View.LATE:
            return is_open & Q(due_at__lt=now)
        case View.OTHERS:
            return is_open & ~todo_of(user, now)
        case View.VOIDED:
            return is_open & Q(
                state__in=UNDECIDED, pk__in=requests.voided_subjects("accounts.withdrawal")
            )
        case View.UNCERTAIN:
            return Q(state=Withdrawal.UNCERTAIN) | Q(pk__in=_denied())
    return is_open


def _denied() -> QuerySet[Discrepancy, int | None]:
    """Return the payments that are closed and that MetaTrader contradicts."""
    cases = Discrepancy.objects.filter(payment__isnull=False, gone_at__isnull=True)
    return cases.values_list("payment_id", flat=True)


def summary_of(checks: list[PaymentCheck]) -> Summary:
    """Return what a row of the queue says about its checks."""
    verdicts = [check.verdict for check in checks]
    worst = min(checks, key=lambda one: WORST_FIRST.index(Verdict(one.verdict)), default=None)
    is_worth_telling = worst is not None and worst.verdict != Verdict.GREEN
    return Summary(
        green=verdicts.count(Verdict.GREEN),
        amber=verdicts.count(Verdict.AMBER),
        red=verdicts.count(Verdict.RED),
        unknown=verdicts.count(Verdict.UNKNOWN),
        says=f"{worst.label}: {worst.told}" if worst is not None and is_worth_telling else "",
    )


def payments_to_push(now: datetime) -> list[int]:
    """Return the payments that wait for MetaTrader: to be sent, or for an answer."""
    due = Q(state__in=(Withdrawal.APPROVED, Withdrawal.RETURNING), next_try_at__lte=now)
    rows = Payment.objects.filter(due | Q(state=Withdrawal.UNCERTAIN)).order_by("next_try_at", "id")
    return list(rows.values_list("id", flat=True)[:PUSHED])
