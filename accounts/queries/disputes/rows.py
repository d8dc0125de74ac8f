"""Disputes: the list by the day to answer by, one case, how many there are against the limit."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import django_filters
from django.db import models
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.calc.dispute_rules import rules_of
from accounts.models import Adjustment, Deposit, Dispute
from accounts.permissions import HANDLE_DISPUTES, SEE_PAYMENTS
from accounts.queries.acts import Act
from accounts.queries.hands import names_of
from accounts.terms.adjustments import UNMOVED
from accounts.terms.disputes import DISPUTE, DISPUTED, TAKEN
from accounts.terms.disputes import Dispute as State
from backoffice.company.queries.policies import policy_in_force
from backoffice.core import access, clock, records
from backoffice.machines.queries import hands

DUE = ("answer_by", "id")
LATEST = 60
MONTHS = 12
VERBS = ("clear", "send_evidence", "accept", "win", "lose", "debit")


class View:
    """The tabs of the list."""

    OPEN = "open"
    SUSPECTED = "suspected"
    LATE = "late"
    ALL = "all"


VIEWS = (
    (View.OPEN, _("Open")),
    (View.LATE, _("Too late to answer")),
    (View.SUSPECTED, _("Suspected")),
    (View.ALL, _("All")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many cases stand under each tab."""

    open: int
    late: int
    suspected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Disputes that one provider opened in a month, against the deposits of that month."""

    provider: str
    month: date
    deposits: int
    disputes: int
    percent: Decimal
    is_above: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One event of the case's own log, as people read it."""

    at: datetime
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputePage:
    """The content of one case's page; `debits` are the adjustments that debit it."""

    dispute: Dispute
    acts: dict[str, Act]
    log: tuple[LogLine, ...]
    names: dict[str, str]
    debits: tuple[Adjustment, ...]
    may_handle: bool

    @property
    def open_debit(self) -> Adjustment | None:
        """Return the debit that is not over: a case that ended still waits for it."""
        return next((one for one in self.debits if not one.is_final), None)


class DisputeFilter(django_filters.FilterSet):
    """What narrows the list."""

    view = django_filters.ChoiceFilter(choices=VIEWS, method="by_view", label=_("View"))
    q = django_filters.CharFilter(method="by_text", label=_("Search"), max_length=64)

    class Meta:
        model = Dispute
        fields: tuple[str, ...] = ()

    def by_view(self, rows: QuerySet[Dispute], name: str, view: str) -> QuerySet[Dispute]:
        """Narrow to one tab."""
        return rows.filter(view_of(view, now=clock.now()))

    def by_text(self, rows: QuerySet[Dispute], name: str, text: str) -> QuerySet[Dispute]:
        """Find by number, the provider's reference, or the client's name or number."""
        plain = text.strip()
        found = Q(client__full_name__icontains=plain) | Q(reference=plain)
        number = plain.lstrip("#CDcd")
        if number.isdecimal() and len(number) <= 18:
            found |= Q(pk=int(number)) | Q(deposit_id=int(number)) | Q(client__number=number)
        return rows.filter(found)


def list_disputes_for(user: Any) -> QuerySet[Dispute]:
    """Return the cases in reach, what has to be answered first on top."""
    rows = access.restrict(Dispute.objects.all(), user, SEE_PAYMENTS)
    return rows.select_related("client", "account__server").order_by(*DUE)


def list_open_of_client_for(user: Any, client_id: int) -> QuerySet[Dispute]:
    """Return the cases of a client that are suspected or not over, within reach."""
    rows = access.restrict(Dispute.objects.filter(client_id=client_id), user, SEE_PAYMENTS)
    return rows.filter(state__in=(State.SUSPECTED, *DISPUTED)).order_by(*DUE)


def counts_for(user: Any, *, now: datetime) -> Counts:
    """Return the numbers of the tabs, in one query."""
    rows = access.restrict(Dispute.objects.all(), user, SEE_PAYMENTS).order_by()
    tabs = (View.OPEN, View.LATE, View.SUSPECTED)
    told = rows.aggregate(**{tab: Count("id", filter=view_of(tab, now=now)) for tab in tabs})
    return Counts(**told)


def view_of(view: str, *, now: datetime) -> Q:
    """Return what stands under one tab of the list."""
    match view:
        case View.OPEN:
            return Q(state__in=DISPUTED)
        case View.LATE:
            return Q(state=State.OPENED, answer_by__lt=now)
        case View.SUSPECTED:
            return Q(state=State.SUSPECTED)
    return ~Q(pk__in=())


def get_page_for(user: Any, pk: int) -> DisputePage:
    """Return the content of one case's page, or raise Http404."""
    rows = Dispute.objects.select_related(
        "client", "account__server", "deposit__method", "reservation"
    )
    dispute = access.get_or_404_for(rows, user, SEE_PAYMENTS, pk=pk)
    views = records.for_subject("dispute", dispute.pk, limit=LATEST)
    names = names_of([dispute.begun_by, *(str(view.actor) for view in views)])
    debits = tuple(Adjustment.objects.filter(dispute=dispute).order_by("id"))
    may = access.reaches(dispute, user, HANDLE_DISPUTES)
    return DisputePage(
        dispute=dispute,
        acts={verb: _act(verb, dispute, debits, user, may=may) for verb in VERBS},
        log=tuple(
            LogLine(at=view.at, sentence=view.told_by(names[str(view.actor)])) for view in views
        ),
        names=names,
        debits=debits,
        may_handle=may,
    )


def get_dispute_for(user: Any, pk: int) -> Dispute:
    """Return a case in reach, or raise Http404."""
    return access.get_or_404_for(list_disputes_for(user), user, SEE_PAYMENTS, pk=pk)


def count_open(client_id: int) -> int:
    """Return how many of a client's cases are suspected or open."""
    open_ = (State.SUSPECTED, *DISPUTED)
    return Dispute.objects.filter(client_id=client_id, state__in=open_).count()


def deposit_to_dispute(user: Any, pk: int) -> Deposit:
    """Return a deposit that this person may open a case about, or raise Http404."""
    rows = Deposit.objects.select_related("client", "account__server", "method")
    return access.get_or_404_for(rows, user, HANDLE_DISPUTES, pk=pk)


def rates_for(user: Any, *, now: datetime) -> list[Rate]:
    """Return disputes by provider and month, the newest first, against the policy's limit.

    By the month in which the provider opened them, against deposits that came in that month.
    """
    policy = policy_in_force("disputes", at=now)
    limit = rules_of(policy.value if policy is not None else {}).limit_percent
    deposits = access.restrict(Deposit.objects.all(), user, SEE_PAYMENTS)
    came = _by_month(deposits.filter(credited_at__isnull=False), "method__provider", "credited_at")
    disputes = access.restrict(Dispute.objects.all(), user, SEE_PAYMENTS)
    told = _by_month(disputes.filter(opened_at__isnull=False), "provider", "opened_at")
    found = []
    for provider, month in sorted({*came, *told}, key=lambda one: (one[1], one[0]), reverse=True):
        paid, lost = came.get((provider, month), 0), told.get((provider, month), 0)
        percent = Decimal(100 * lost) / Decimal(paid) if paid else Decimal(100 if lost else 0)
        found.append(
            Rate(
                provider=provider,
                month=month,
                deposits=paid,
                disputes=lost,
                percent=percent.quantize(Decimal("0.01")),
                is_above=percent > limit,
            )
        )
    return found[: MONTHS * 10]


def _by_month(rows: QuerySet[Any], provider: str, moment: str) -> dict[tuple[str, date], int]:
    month = TruncMonth(moment, output_field=models.DateTimeField())
    told = rows.order_by().values(who=F(provider), month=month).annotate(count=Count("id"))
    return {(row["who"] or "—", row["month"].date()): row["count"] for row in told}


def _act(
    verb: str, dispute: Dispute, debits: tuple[Adjustment, ...], user: Any, *, may: bool
) -> Act:
    if verb == "debit":
        stands = any(one.state not in UNMOVED for one in debits)
        is_offered = dispute.state in TAKEN and not stands
    else:
        is_offered = (State(dispute.state), verb) in DISPUTE.moves
    why_not = "" if may else gettext("Your role does not allow it.")
    if verb == "win" and may and dispute.sent_by and hands.is_of(user, dispute.sent_by):
        why_not = gettext("Four eyes: you sent the evidence, so somebody else records the win.")
    return Act(verb=verb, is_offered=is_offered, why_not=why_not, is_yours=may)
