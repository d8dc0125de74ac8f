"""Rows of the bank: the list with its tabs, one row with what it could be and what it was for."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from accounts.calc.bank.matching import Suggestion
from accounts.models import BankRow, BankUse, Deposit
from accounts.permissions import AGREE_WIRES, BIND_WIRES, SEE_BANK
from accounts.queries.bank.candidates import suggestions_for
from accounts.queries.hands import names_of
from accounts.terms import USE_LABELS
from backoffice.core import access, records
from backoffice.core.records import EventView

NEWEST = ("-id",)
OLDEST = ("id",)
LATEST = 40
MOST_SURE = 500


class View:
    """The tabs of the list."""

    FREE = "free"
    SECOND = "second"
    IN = "in"
    OUT = "out"
    ALL = "all"


VIEWS = (
    (View.FREE, _("Nobody's")),
    (View.SECOND, _("Second person")),
    (View.IN, _("Came in")),
    (View.OUT, _("Went out")),
    (View.ALL, _("All")),
)
LIVE = BankUse.objects.filter(row=OuterRef("pk"), undone_at__isnull=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many rows stand where, for the tabs and the morning."""

    free: int
    second: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One event of the row's own log, as people read it."""

    at: Any
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPage:
    """Everything that the page of one row shows. `may_*`: what this person may do with it."""

    row: BankRow
    use: BankUse | None
    settled_by: BankUse | None
    past: tuple[BankUse, ...]
    suggestions: tuple[Suggestion, ...]
    log: tuple[LogLine, ...]
    names: dict[str, str]
    may_bind: bool
    may_agree: bool


class RowFilter(django_filters.FilterSet):
    """What narrows the list."""

    view = django_filters.ChoiceFilter(choices=VIEWS, method="by_view", label=_("View"))
    q = django_filters.CharFilter(method="by_text", label=_("Search"), max_length=64)
    use = django_filters.MultipleChoiceFilter(
        choices=[(use, _(label)) for use, label in USE_LABELS.items()],
        field_name="use",
        label=_("Was"),
    )
    currency = django_filters.CharFilter(lookup_expr="iexact", label=_("Currency"), max_length=4)

    class Meta:
        model = BankRow
        fields: tuple[str, ...] = ()

    def by_view(self, rows: QuerySet[BankRow], name: str, view: str) -> QuerySet[BankRow]:
        """Narrow to one tab."""
        return rows.filter(view_of(view))

    def by_text(self, rows: QuerySet[BankRow], name: str, text: str) -> QuerySet[BankRow]:
        """Find by number, the bank's reference, ours, the name or words of the text."""
        plain = text.strip()
        found = Q(other_name__icontains=plain) | Q(text__icontains=plain) | Q(reference=plain)
        found |= Q(our_reference=plain.replace(" ", "").upper())
        number = plain.lstrip("#Bb")
        if number.isdecimal() and len(number) <= 18:
            found |= Q(pk=int(number))
        return rows.filter(found)


def list_rows_for(user: Any) -> QuerySet[BankRow]:
    """Return the rows in reach with what a line of the list shows, the newest first."""
    rows = access.restrict(BankRow.objects.all(), user, SEE_BANK)
    return rows.select_related("account").annotate(**_use()).order_by(*NEWEST)


def counts_for(user: Any) -> Counts:
    """Return the numbers of the tabs, in one query."""
    rows = access.restrict(BankRow.objects.all(), user, SEE_BANK).order_by().annotate(**_use())
    told = rows.aggregate(
        free=Count("id", filter=view_of(View.FREE)), second=Count("id", filter=view_of(View.SECOND))
    )
    return Counts(**told)


def view_of(view: str) -> Q:
    """Return what stands under one tab of the list; the rows carry their use."""
    match view:
        case View.FREE:
            return Q(use__isnull=True)
        case View.SECOND:
            return Q(waits=True, agreed="")
        case View.IN:
            return Q(amount__gt=0)
        case View.OUT:
            return Q(amount__lt=0)
    return ~Q(pk__in=())


def totals_of(rows: QuerySet[BankRow]) -> dict[str, tuple[int, Decimal]]:
    """Return how many rows a list holds and what they sum to, by currency."""
    told = rows.order_by().values("currency").annotate(count=Count("id"), total=Sum("amount"))
    return {row["currency"]: (row["count"], row["total"]) for row in told}


def get_row_for(user: Any, pk: int) -> BankRow:
    """Return a row in reach, or raise Http404."""
    rows = BankRow.objects.select_related("account", "statement")
    return access.get_or_404_for(rows, user, SEE_BANK, pk=pk)


def get_row_page_for(user: Any, pk: int) -> RowPage:
    """Return the content of a row's page, or raise Http404."""
    row = get_row_for(user, pk)
    uses = list(
        BankUse.objects.filter(row=row)
        .select_related("deposit__client", "payment__client", "settles__row")
        .order_by("id")
    )
    use = next((one for one in uses if one.undone_at is None), None)
    settled = BankUse.objects.filter(settles=use, undone_at__isnull=True).select_related("row")
    views = records.for_subject("bank_row", row.pk, limit=LATEST)
    names = _names(uses, views)
    return RowPage(
        row=row,
        use=use,
        settled_by=settled.first() if use is not None else None,
        past=tuple(one for one in uses if one.undone_at is not None),
        suggestions=suggestions_for([row])[row.pk] if use is None else (),
        log=tuple(LogLine(at=one.at, sentence=one.told_by(names[str(one.actor)])) for one in views),
        names=names,
        may_bind=_reaches(user, row, BIND_WIRES),
        may_agree=_reaches(user, row, AGREE_WIRES),
    )


def sure_rows_for(user: Any) -> list[tuple[int, int]]:
    """Return the rows whose deposit is sure, with it; a deposit that two rows name is not."""
    rows = access.restrict(BankRow.objects.all(), user, BIND_WIRES).annotate(**_use())
    free = list(rows.filter(view_of(View.FREE), amount__gt=0).select_related("account")[:MOST_SURE])
    sure = [
        (row_id, found[0].waiting.number)
        for row_id, found in suggestions_for(free).items()
        if found and found[0].is_sure
    ]
    deposits = [deposit_id for _row, deposit_id in sure]
    return [pair for pair in sure if deposits.count(pair[1]) == 1]


def sure_pages_for(user: Any) -> list[tuple[BankRow, Deposit]]:
    """Return the same with what a person reads before pressing: each row and its deposit."""
    pairs = sure_rows_for(user)
    known = BankRow.objects.select_related("account").in_bulk([row for row, _deposit in pairs])
    wires = Deposit.objects.select_related("client", "account").in_bulk(
        [deposit for _row, deposit in pairs]
    )
    return [(known[row], wires[deposit]) for row, deposit in pairs]


def binders_of(deposit_id: int) -> list[str]:
    """Return who said that a row of the bank is this deposit's: others decide about it."""
    uses = BankUse.objects.filter(deposit=deposit_id, undone_at__isnull=True)
    return list(uses.values_list("made_by", flat=True))


def uses_of_payment(payment_id: int) -> list[BankUse]:
    """Return the rows of the bank that are bound to a payout which was found in reach."""
    uses = BankUse.objects.filter(payment=payment_id, undone_at__isnull=True)
    return list(uses.select_related("row__account").order_by("id"))


def uses_of_deposit(deposit_id: int) -> list[BankUse]:
    """Return the rows of the bank that are bound to a deposit which was found in reach."""
    uses = BankUse.objects.filter(deposit=deposit_id, undone_at__isnull=True)
    return list(uses.select_related("row__account").order_by("id"))


def _use() -> dict[str, Any]:
    return {
        "use": Subquery(LIVE.values("kind")[:1]),
        "waits": Subquery(LIVE.values("needs_second")[:1]),
        "agreed": Subquery(LIVE.values("agreed_by")[:1]),
        "use_deposit": Subquery(LIVE.values("deposit_id")[:1]),
        "use_payment": Subquery(LIVE.values("payment_id")[:1]),
    }


def _reaches(user: Any, row: BankRow, permission: object) -> bool:
    mine = BankRow.objects.filter(pk=row.pk)
    return bool(user.may(permission)) and access.restrict(mine, user, permission).exists()


def _names(uses: list[BankUse], views: list[EventView]) -> dict[str, str]:
    hands = [hand for one in uses for hand in (one.made_by, one.agreed_by, one.undone_by) if hand]
    return names_of([*hands, *(str(view.actor) for view in views)])
