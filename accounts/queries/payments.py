"""Payments: the queue of what waits, worst first; which of them wait for MetaTrader."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import django_filters
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, F, Max, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import JSONObject
from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.calc.checks import WORST_FIRST
from accounts.models import Discrepancy, Payment, PaymentCheck
from accounts.models.wording import worded
from accounts.permissions import SEE_PAYMENTS
from accounts.queries.listed.either import among, either
from accounts.queries.listed.foot import Foot, foot_of
from accounts.queries.turns import TOLD, todo_of
from accounts.states import (
    CHECK_LABELS,
    FINAL,
    UNDECIDED,
    WITHDRAWAL_LABELS,
    Verdict,
    Withdrawal,
)
from backoffice.approvals.queries import requests
from backoffice.company.queries import entities
from backoffice.core import access, clock
from crm.queries import clients

FINAL_STATES = [state.value for state in FINAL]
#: Late first (their due time is the earliest), then the least time left, then the largest amount.
QUEUE = ("due_at", "-amount", "id")
PUSHED = 200
LONGEST_NUMBER = 18  # figures; the columns are bigints
SOON = timedelta(hours=4)
#: What waits, as the queue's index has it; and in fewer words, where rows are at hand already: what
#: is final has its moment, and nothing else has (the constraint `accounts_payment_closed`).
OPEN, UNCLOSED = ~Q(state__in=FINAL_STATES), Q(closed_at__isnull=True)
#: While the client has to give something no time runs, so nothing is late or due.
RUNS = Q(waiting_since__isnull=True)
#: What a row of the queue shows, beside what tells whose turn it is.
SHOWN = (
    "amount",
    "currency",
    "from_wallet",
    "due_at",
    "requested_at",
    "waiting_since",
    "uncertain_words",
    "waits_because",
    "refused_because",
    "client__full_name",
    "account__login",
    "account__server__name",
    "method__name",
)
#: How bad a verdict is, in SQL; the worst is the least.
HOW_BAD = Case(*(When(verdict=one, then=place) for place, one in enumerate(WORST_FIRST)))


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
    """How many payments stand where, for the tabs; `paid` since a moment.

    `mine` is what waits for this user, `todo` how many these are, `mark` that of which ones: it
    changes when something joins or leaves.
    """

    mine: Foot
    mark: str
    todo: int
    late: int
    others: int
    voided: int
    uncertain: int
    open: int
    paid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning(Counts):
    """The same, and what else needs a human at the beginning of a day.

    `soon` are due within four hours; `by_hand` wait for two people, `returns` for a second one;
    `noticed` passed a mark of their promise, and are neither late nor due soon; `denied` are closed
    as not moved, and MetaTrader booked them all the same.
    """

    soon: int
    by_hand: int
    returns: int
    denied: int
    noticed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """How many checks of one payment are of each colour, at its latest look."""

    green: int
    amber: int
    red: int
    unknown: int


class PaymentFilter(django_filters.FilterSet):
    """What narrows the queue, on page and API. Needs the request, for whose to do it is."""

    view = django_filters.ChoiceFilter(choices=VIEWS, method="by_view", label=_("View"))
    q = django_filters.CharFilter(method="by_text", label=_("Search"), max_length=60)
    state = django_filters.MultipleChoiceFilter(
        choices=[(state, _(label)) for state, label in WITHDRAWAL_LABELS.items()],
        label=_("State"),
        distinct=False,  # one column of the row itself: nothing can come twice
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
        """Find by payment number, login, or the client's name or number.

        Each of them by its own index: one condition over three tables would read every payment.
        """
        plain = text.strip()
        digits = plain.lstrip("#")
        if not digits.isdecimal() or len(digits) > LONGEST_NUMBER:
            return rows.filter(client_id__in=clients.named(plain).values("pk"))
        number = int(digits)
        ways = Q(pk=number), Q(account__login=number), Q(client__number=number)
        return rows.filter(either(Payment, *ways))


def list_payments_for(user: Any) -> QuerySet[Payment]:
    """Return the payments in reach, worst first, with what a row of the queue shows.

    Each has the `verdicts` of its latest checks and their `worst` one: for `colours_of`, `says_of`.
    """
    latest = PaymentCheck.objects.filter(payment=OuterRef("pk"), run=OuterRef("latest_run"))
    told = JSONObject(number="number", sentence="sentence", facts="facts")
    worst = latest.exclude(verdict=Verdict.GREEN).order_by(HOW_BAD, "number").values(_=told)
    rows = access.restrict(Payment.objects.all(), user, SEE_PAYMENTS)
    return (
        rows.select_related("client", "account__server", "method", "legal_entity")
        .annotate(verdicts=ArraySubquery(latest.values("verdict")), worst=Subquery(worst[:1]))
        .order_by(*QUEUE)
    )


def list_rows_for(user: Any) -> QuerySet[Payment]:
    """Return the same with no more columns than a row of the queue is drawn from."""
    rows = list_payments_for(user).select_related(None)
    return rows.select_related("client", "account__server", "method").only(*SHOWN, *TOLD)


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
    """Return the numbers of the tabs, in two queries; `since`: from when paid ones are counted."""
    return Counts(**_counted_for(user, now, since))


def morning_for(user: Any, *, now: datetime, since: datetime) -> Morning:
    """Return the same, and what else needs a human now, in as many queries."""
    runs = UNCLOSED & RUNS
    more = {
        "soon": runs & Q(due_at__gte=now, due_at__lt=now + SOON),
        "by_hand": Q(needs_person=True),
        "returns": UNCLOSED & Q(returned_by="") & ~Q(return_asked_by=""),
        "denied": among("pk", _denied()),
        "noticed": runs & Q(notices__gt=0, due_at__gte=now + SOON),
    }
    return Morning(**_counted_for(user, now, since, **more))


def _counted_for(user: Any, now: datetime, since: datetime, **more: Q) -> dict[str, Any]:
    denied = among("pk", _denied())
    asked = {
        "late": UNCLOSED & RUNS & Q(due_at__lt=now),
        "voided": _is_voided(),
        "uncertain": Q(state=Withdrawal.UNCERTAIN) | denied,
        "open": UNCLOSED,
        "paid": Q(state=Withdrawal.PAID, closed_at__gte=since),
        **more,
    }
    rows = access.restrict(Payment.objects.all(), user, SEE_PAYMENTS).order_by()
    near = rows.filter(OPEN | Q(closed_at__gte=since) | denied)
    told = near.aggregate(**{name: Count("id", filter=one) for name, one in asked.items()})
    mine, mark = _waiting_for(user, now)
    others = told["open"] - mine.count
    return {"mine": mine, "mark": mark, "todo": mine.count, "others": others, **told}


def paid_since_for(user: Any, since: datetime) -> dict[str, tuple[int, Decimal]]:
    """Return how many were paid since a moment, and how much clients got, by currency."""
    rows = access.restrict(Payment.objects.all(), user, SEE_PAYMENTS).order_by()
    paid = rows.filter(state=Withdrawal.PAID, closed_at__gte=since)
    got = Sum(F("amount") - F("own_fee"))
    told = paid.values("currency").annotate(count=Count("id"), total=got)
    return {row["currency"]: (row["count"], row["total"]) for row in told}


def count_todo_for(user: Any, *, now: datetime) -> int:
    """Count what waits for this user: the number beside the menu's word."""
    return _waiting_for(user, now)[0].count


def newest_for(user: Any, *, now: datetime) -> str:
    """Return the mark of what waits for this user, as `counts_for` tells it."""
    return _waiting_for(user, now)[1]


def _waiting_for(user: Any, now: datetime) -> tuple[Foot, str]:
    """Return how much waits for this user, by currency, and the mark of which ones it is."""
    rows = access.restrict(Payment.objects.all(), user, SEE_PAYMENTS).order_by()
    waiting = rows.filter(view_of(user, View.TODO, now=now)).values_list("currency")
    told = list(waiting.annotate(Sum("amount"), Count("id"), Max("id"), Sum("id")))
    count, newest = sum(row[2] for row in told), max((row[3] for row in told), default=0)
    foot = Foot(count=count, is_more=False, sums={row[0]: row[1] for row in told})
    return foot, f"{count}-{newest}-{sum(row[4] for row in told)}"


def totals_of(rows: QuerySet[Payment]) -> Foot:
    """Return how many payments and how much money a list holds, in one query that stops early."""
    return foot_of(rows)


def view_of(user: Any, view: str, *, now: datetime) -> Q:
    """Return what stands under one tab of the queue for this user."""
    match view:
        case View.TODO:
            return OPEN & todo_of(user, now)
        case View.LATE:
            return OPEN & RUNS & Q(due_at__lt=now)
        case View.OTHERS:
            return OPEN & ~todo_of(user, now)
        case View.VOIDED:
            return OPEN & _is_voided()
        case View.UNCERTAIN:
            return Q(state=Withdrawal.UNCERTAIN) | among("pk", _denied())
    return OPEN


def _is_voided() -> Q:
    """Return the condition: nobody decided yet, and an approval of it counts no more."""
    return Q(state__in=UNDECIDED) & Q(requests.is_voided("accounts.withdrawal", "payment"))


def _denied() -> QuerySet[Discrepancy, int | None]:
    """Return the payments that are closed and that MetaTrader contradicts."""
    cases = Discrepancy.objects.filter(payment__isnull=False, gone_at__isnull=True)
    return cases.values_list("payment_id", flat=True)


def colours_of(row: Any) -> Colours:
    """Return how many checks of a row of the queue are of each colour."""
    count = row.verdicts.count
    return Colours(
        green=count(Verdict.GREEN),
        amber=count(Verdict.AMBER),
        red=count(Verdict.RED),
        unknown=count(Verdict.UNKNOWN),
    )


def says_of(row: Any) -> str:
    """Return the worst check of a row in words; "" when all are green."""
    if row.worst is None:
        return ""
    label = gettext(CHECK_LABELS[row.worst["number"]])
    return f"{label}: {worded(row.worst['sentence'], row.worst['facts'])}"


def payments_to_push(now: datetime) -> list[int]:
    """Return the payments that wait for MetaTrader: to be sent, or for an answer."""
    due = Q(state__in=(Withdrawal.APPROVED, Withdrawal.RETURNING), next_try_at__lte=now)
    rows = Payment.objects.filter(due | Q(state=Withdrawal.UNCERTAIN)).order_by("next_try_at", "id")
    return list(rows.values_list("id", flat=True)[:PUSHED])
