"""What differs from MetaTrader or a provider: cases, tabs, remedies; for people and clockwork."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import BookedTicket, Discrepancy, ReconciledDay
from accounts.permissions import SEE_BOOKS
from accounts.states import GAP_LABELS, Booked, Gap, Remedy
from backoffice.company.queries import entities
from backoffice.core import access
from trading.queries import money

#: A record that the mirror took so long ago was compared long since.
FRESH = timedelta(seconds=75)
NEWEST, OLDEST, LARGEST = ("-id",), ("id",), ("-found", "-id")
#: Nobody agreed to leave it, and it stands: told of, or too young to be told of.
STANDING = Q(gone_at__isnull=True, agreed_by="")
TOLD = STANDING & Q(told_at__isnull=False)


class View:
    """The tabs of the list."""

    OPEN = "open"
    LEFT = "left"
    CURED = "cured"


VIEWS = ((View.OPEN, _("Open")), (View.LEFT, _("Left as they are")), (View.CURED, _("Cured")))
#: Where the books can take a provider's word over.
BOOKABLE = (Gap.NOT_SETTLED, Gap.SETTLED_OTHERWISE, Gap.SETTLED_TWICE, Gap.SETTLED_UNKNOWN)
TABS: dict[str, Q] = {
    View.OPEN: TOLD,
    View.LEFT: Q(gone_at__isnull=True) & ~Q(agreed_by=""),
    View.CURED: Q(gone_at__isnull=False, told_at__isnull=False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many cases stand under each tab that asks for somebody."""

    open: int
    left: int


class DifferenceFilter(django_filters.FilterSet):
    """What narrows the list."""

    view = django_filters.ChoiceFilter(choices=VIEWS, method="by_view", label=_("View"))
    q = django_filters.CharFilter(method="by_text", label=_("Search"), max_length=60)
    gap = django_filters.MultipleChoiceFilter(
        choices=[(gap, _(label)) for gap, label in GAP_LABELS.items()], label=_("Class")
    )
    legal_entity = django_filters.ModelChoiceFilter(
        queryset=lambda request: entities.list_entities(), label=_("Legal entity")
    )

    class Meta:
        model = Discrepancy
        fields: tuple[str, ...] = ()

    def by_view(self, rows: QuerySet[Discrepancy], name: str, view: str) -> QuerySet[Discrepancy]:
        """Narrow to one tab."""
        return rows.filter(TABS[view])

    def by_text(self, rows: QuerySet[Discrepancy], name: str, text: str) -> QuerySet[Discrepancy]:
        """Find by ticket or login."""
        plain = text.strip().lstrip("#")
        found = Q(reference=plain) & ~Q(reference="")
        if plain.isdecimal() and len(plain) <= 18:
            found |= Q(ticket=int(plain)) | Q(account__login=int(plain))
        return rows.filter(found)


def list_differences_for(user: Any) -> QuerySet[Discrepancy]:
    """Return every case in reach that was told of, with what a row shows."""
    rows = access.restrict(Discrepancy.objects.filter(told_at__isnull=False), user, SEE_BOOKS)
    return rows.select_related("account__server", "account__client", "method", "legal_entity")


def get_difference_for(user: Any, pk: int) -> Discrepancy:
    """Return one case in reach; Http404 for any other."""
    return access.get_or_404_for(list_differences_for(user), user, SEE_BOOKS, pk=pk)


def counts_for(user: Any) -> Counts:
    """Return the numbers of the tabs, in one query."""
    rows = access.restrict(Discrepancy.objects.filter(gone_at__isnull=True), user, SEE_BOOKS)
    told = rows.order_by().aggregate(
        open=Count("id", filter=TABS[View.OPEN]), left=Count("id", filter=TABS[View.LEFT])
    )
    return Counts(**told)


def count_standing() -> int:
    """Return how many cases stand that were told of and nobody agreed to leave.

    Of accounts and of providers' settlements.
    """
    return Discrepancy.objects.filter(TOLD).count()


def count_settled_otherwise() -> int:
    """Return how many of them are of providers' settlements: for health."""
    return Discrepancy.objects.filter(TOLD, method__isnull=False).count()


def missing(row: Discrepancy) -> Decimal:
    """Return how much more the books have than MetaTrader; what is not there counts as nothing."""
    return (row.expected or Decimal(0)) - (row.found or Decimal(0))


def remedies_of(row: Discrepancy) -> list[Remedy]:
    """Return what two people can agree to do about a case; nothing where only MetaTrader can."""
    if row.payment_id is not None or row.gone_at is not None or row.agreed_by:
        return []
    if row.gap in BOOKABLE:
        return [Remedy.TAKE_SETTLED, Remedy.LEAVE]
    return [Remedy.TAKE_OVER] if row.gap == Gap.BALANCE else [Remedy.LEAVE]


def accounts_differing(account_ids: Sequence[int]) -> set[int]:
    """Return which of these accounts have a case that stands, in whatever way."""
    rows = Discrepancy.objects.filter(gone_at__isnull=True, account_id__in=account_ids)
    return set(rows.values_list("account_id", flat=True))


def accounts_to_compare() -> list[int]:
    """Return every account whose books are compared with MetaTrader."""
    return money.bound_account_ids()


def accounts_moved(now: datetime) -> list[int]:
    """Return the accounts of which a record or a posting is new, and those that differ."""
    since = now - FRESH
    booked = BookedTicket.objects.filter(booked_at__gte=since).exclude(kind=Booked.OPENING)
    found = {*money.accounts_moved_since(since), *booked.values_list("books_id", flat=True)}
    standing = Discrepancy.objects.filter(STANDING, account__isnull=False)
    found |= set(standing.values_list("account_id", flat=True))
    return sorted(found)


def latest_day() -> ReconciledDay | None:
    """Return the latest comparison of every account, or None before the first."""
    return ReconciledDay.objects.order_by("-begun_at").first()


REMEDIES: dict[str, Any] = {
    Gap.MISSING_IN_MT4: _(
        "Ask the administrator of the server who deleted the ticket, and why. Have it booked "
        "again there, or two people agree that it stays deleted."
    ),
    Gap.MISSING_IN_LEDGER: _(
        "Nobody here asked for this record. Have it taken back in MetaTrader by a record of the "
        "opposite amount whose comment names the ticket as #number."
    ),
    Gap.AMOUNT: _(
        "Somebody edited the record in MetaTrader. Have it set right there; otherwise two people "
        "agree to it, and the books take over the amount with the case of the balance."
    ),
    Gap.DUPLICATE_MARKER: _(
        "One of the two was booked too often. Have it taken back in MetaTrader by a record of the "
        "opposite amount whose comment names the ticket as #number."
    ),
    Gap.CHANGED_MARKER: _(
        "The ticket is known, so nothing is lost. Ask who edited the comment; two people agree "
        "that it stays as it is."
    ),
    Gap.DAMAGED_MARKER: _(
        "It may be one of our operations under a damaged comment: look at the payments being "
        "confirmed first. If it is nobody's, have it taken back as #number."
    ),
    Gap.BALANCE: _(
        "The server's own sums do not add up, or a record was deleted there. If the server is "
        "right, two people agree that the books take its balance over."
    ),
    Gap.NOT_SETTLED: _(
        "Ask the provider where the money is. A later settlement that names it cures this. If it "
        "never comes, two people agree that the books follow: what is owed moves to suspense."
    ),
    Gap.SETTLED_UNBOOKED: _(
        "The payment is known here, but this was not booked: its callback is missing, or its "
        "dispute is not decided. Finish it on its own page, and this is cured."
    ),
    Gap.SETTLED_OTHERWISE: _(
        "Compare both with the provider's own page. If the provider is right, two people agree "
        "that the books follow: fees as fees, anything else into suspense. Otherwise ask for a "
        "correction: a line in a later settlement cures this."
    ),
    Gap.SETTLED_TWICE: _(
        "The provider counts it twice. Ask for a correction, which cures this; or two people agree "
        "that the books follow, and what is too much stands in suspense until it goes back."
    ),
    Gap.SETTLED_UNKNOWN: _(
        "Nothing here belongs to it. Ask the provider whose it is; until that is known two people "
        "can agree that the books follow: it stands in suspense, and is nobody's."
    ),
    Gap.NOT_AT_BANK: _(
        "The provider says that it paid us. Look for the row of our bank, and bind it to this line "
        "there; if there is none, ask the provider for the proof of the transfer."
    ),
}
