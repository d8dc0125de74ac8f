"""The lines of bulk files: how many stand where, their sums, and what became of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import Case, CharField, Count, Q, QuerySet, Sum, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import BulkFile, BulkRow
from accounts.permissions import SEE_BULK
from accounts.terms.adjustments import Adjustment
from accounts.terms.bulk import BULK_LINE_LABELS, PURPOSE_LABELS, SNAG_LABELS, BulkLine
from backoffice.core import access, compiled

IN_ORDER = ("number", "id")
#: How a line stands as people see it: its own state, or that of the adjustment it became.
OUTCOMES: dict[str, Any] = {
    "cannot": gettext_lazy("Cannot be carried out"),
    "waiting": gettext_lazy("Waits its turn"),
    "sending": gettext_lazy("On its way"),
    "uncertain": gettext_lazy("Being confirmed"),
    "booked": gettext_lazy("Booked in MetaTrader"),
    "refused": gettext_lazy("Refused"),
    "left_out": gettext_lazy("Left out"),
}
OUTCOME = Case(
    When(state=BulkLine.CANNOT, then=Value("cannot")),
    When(state=BulkLine.WAITING, then=Value("waiting")),
    When(state=BulkLine.LEFT_OUT, then=Value("left_out")),
    When(state=BulkLine.REFUSED, then=Value("refused")),
    When(adjustment__state=Adjustment.DONE, then=Value("booked")),
    When(adjustment__state=Adjustment.UNCERTAIN, then=Value("uncertain")),
    When(adjustment__state=Adjustment.APPROVED, then=Value("sending")),
    default=Value("refused"),
    output_field=CharField(max_length=12),
)
#: What a person looks at: a warning, or an end that is not the booking.
TO_LOOK_AT = ~Q(snag="") | Q(outcome__in=("cannot", "refused", "uncertain"))

#: The states stand in the text, so that PostgreSQL goes by its index of what is open.
OPEN_ON = """
SELECT EXISTS (
    SELECT FROM accounts_adjustment told JOIN accounts_bulkrow line ON line.adjustment_id = told.id
    WHERE told.account_id = %s AND told.state IN ('APPROVED', 'UNCERTAIN') AND line.id <> %s
)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SumLine:
    """What the lines of one currency, pocket and purpose come to."""

    currency: str
    is_credit: bool
    purpose: str
    lines: int
    given: Decimal
    taken: Decimal

    @property
    def label(self) -> str:
        """Return what they are for, in words."""
        return _(PURPOSE_LABELS[self.purpose])


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How many lines stand where."""

    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """Return how many lines can be carried out."""
        return sum(self.counts.values()) - self.counts.get("cannot", 0)

    @property
    def over(self) -> int:
        """Return how many lines are over, whatever became of them."""
        ended = ("booked", "refused", "left_out")
        return sum(self.counts.get(one, 0) for one in ended)

    @property
    def on_the_way(self) -> int:
        """Return how many lines were begun and are not over."""
        return sum(self.counts.get(one, 0) for one in ("sending", "uncertain"))

    @property
    def percent(self) -> int:
        """Return how far it is, in whole percent."""
        return 100 * self.over // self.total if self.total else 0


class LineFilter(django_filters.FilterSet):
    """What narrows the lines of a file."""

    outcome = django_filters.ChoiceFilter(
        choices=list(OUTCOMES.items()), label=gettext_lazy("Result")
    )
    snagged = django_filters.BooleanFilter(method="by_snag", label=gettext_lazy("To look at"))
    q = django_filters.CharFilter(method="by_text", label=gettext_lazy("Search"), max_length=64)

    class Meta:
        model = BulkRow
        fields: tuple[str, ...] = ()

    def by_snag(self, rows: QuerySet[BulkRow], name: str, value: bool) -> QuerySet[BulkRow]:
        """Narrow to the lines that a person looks at, or to all others."""
        return rows.filter(TO_LOOK_AT if value else ~TO_LOOK_AT)

    def by_text(self, rows: QuerySet[BulkRow], name: str, text: str) -> QuerySet[BulkRow]:
        """Find by login or ticket."""
        plain = text.strip()
        if not plain.isdecimal() or len(plain) > 18:
            return rows.none()
        return rows.filter(Q(login=int(plain)) | Q(adjustment__ticket=int(plain)))


def list_lines_for(user: Any, file_id: int) -> QuerySet[BulkRow]:
    """Return the lines of a file in reach, each with its outcome, in the file's order."""
    rows = access.restrict(BulkRow.objects.filter(file_id=file_id), user, SEE_BULK)
    told = rows.select_related("adjustment", "client").annotate(outcome=OUTCOME)
    return told.order_by(*IN_ORDER)


def progress_of(file: BulkFile) -> Progress:
    """Return how many lines of a file stand where, in one query; always in the same order."""
    rows = BulkRow.objects.filter(file=file).annotate(outcome=OUTCOME).order_by()
    counted = dict(rows.values_list("outcome").annotate(lines=Count("id")))
    return Progress(counts={one: counted[one] for one in OUTCOMES if one in counted})


def sums_of(file: BulkFile) -> list[SumLine]:
    """Return what the lines that can be carried out come to, per currency, pocket and purpose."""
    rows = BulkRow.objects.filter(file=file).exclude(state=BulkLine.CANNOT).order_by()
    told = rows.values("currency", "is_credit", "purpose").annotate(
        lines=Count("id"),
        given=Sum("amount", filter=Q(amount__gt=0), default=Decimal(0)),
        taken=Sum("amount", filter=Q(amount__lt=0), default=Decimal(0)),
    )
    return [SumLine(**one) for one in told.order_by("currency", "is_credit", "purpose")]


def totals_of(rows: QuerySet[BulkRow]) -> dict[str, tuple[int, Decimal]]:
    """Return how many lines and how much, by currency; lines that cannot be apart."""
    told = (
        rows.exclude(state=BulkLine.CANNOT)
        .order_by()
        .values_list("currency")
        .annotate(Count("id"), Sum("amount"))
    )
    return {currency: (count, total) for currency, count, total in told}


def words_of(row: BulkRow) -> str:
    """Return why a line stands as it stands, in words; nothing where there is nothing to say."""
    if row.adjustment is not None:
        told = row.adjustment
        return str(told.closed_because or told.uncertain_words or told.waits_because)
    if row.words:
        return str(row.words)
    return _(SNAG_LABELS[row.snag]) if row.snag else ""


def state_words(row: BulkRow) -> str:
    """Return how a line stands, for who reads it outside of a page."""
    return str(OUTCOMES.get(row.outcome, BULK_LINE_LABELS.get(row.state, row.state)))  # type: ignore[attr-defined]


def open_on(account_id: int, *, but: int) -> bool:
    """Say whether another line on the account is on its way through MetaTrader."""
    ((is_open,),) = compiled.ask(OPEN_ON, [account_id, but])
    return bool(is_open)


def is_over(file_id: int) -> bool:
    """Say whether no line of a file can move any more."""
    rows = BulkRow.objects.filter(file_id=file_id)
    moving = Q(state=BulkLine.WAITING) | Q(
        adjustment__state__in=(Adjustment.APPROVED, Adjustment.UNCERTAIN)
    )
    return not rows.filter(moving).exists()
