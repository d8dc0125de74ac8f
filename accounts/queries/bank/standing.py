"""How our bank accounts stand: what the statement says, what the books say, what is nobody's."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, OuterRef, QuerySet, Subquery, Sum

from accounts.calc.bank.statement import account_key
from accounts.models import BankAccount, BankFile, BankRow, BankStatement, BankUse, Posting
from accounts.permissions import SEE_BANK
from accounts.states import LedgerKind, Phase
from backoffice.core import access

NOTHING = Decimal(0)
FILES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One bank account: the statement's closing balance beside that of the books."""

    account: BankAccount
    closed_on: date | None
    taken_at: datetime | None
    closing: Decimal
    booked: Decimal
    unassigned: int

    @property
    def agrees(self) -> bool:
        """Whether the books show to the cent what the bank's latest statement shows."""
        return self.closing == self.booked


def list_accounts_for(user: Any, permission: object = SEE_BANK) -> QuerySet[BankAccount]:
    """Return the bank accounts in reach."""
    rows = access.restrict(BankAccount.objects.all(), user, permission)
    return rows.select_related("legal_entity").order_by("legal_entity_id", "currency", "id")


def standings_for(user: Any) -> list[Standing]:
    """Return how each bank account in reach stands, in one query."""
    return _standings(list_accounts_for(user))


def accounts_of_number(number: str) -> list[BankAccount]:
    """Return the bank accounts of a number, however it is written. For the clockwork's use."""
    return list(BankAccount.objects.filter(number=account_key(number)))


def differing() -> list[Standing]:
    """Return the bank accounts whose books differ from their statement. For the clockwork's use."""
    return [one for one in _standings(BankAccount.objects.order_by("id")) if not one.agrees]


def free_rows() -> QuerySet[BankRow]:
    """Return the rows that are nobody's."""
    used = BankUse.objects.filter(undone_at__isnull=True)
    return BankRow.objects.exclude(pk__in=used.values("row"))


def oldest_unassigned(user: Any) -> tuple[int, date | None]:
    """Return how many rows in reach are nobody's, and since when the oldest of them is there."""
    told = access.restrict(free_rows(), user, SEE_BANK).aggregate(
        count=Count("id"), since=Min("booked_on")
    )
    return told["count"], told["since"]


def oldest_free_row() -> date | None:
    """Return since when the oldest row is nobody's, of all bank accounts; None: there is none."""
    found: date | None = free_rows().aggregate(since=Min("booked_on"))["since"]
    return found


def latest_files_for(user: Any) -> list[BankFile]:
    """Return the latest files in reach with what became of them, their bodies left out."""
    rows = access.restrict(BankFile.objects.all(), user, SEE_BANK)
    return list(rows.select_related("account").defer("body").order_by("-id")[:FILES])


def files_to_judge() -> list[int]:
    """Return the files that were kept and not judged, because something died between."""
    return list(BankFile.objects.filter(outcome="").order_by("id").values_list("id", flat=True))


def _standings(accounts: QuerySet[BankAccount]) -> list[Standing]:
    latest = BankStatement.objects.filter(account=OuterRef("pk")).order_by("-id")
    booked = (
        Posting.objects.filter(
            account__kind=LedgerKind.BANK, account__bank_account=OuterRef("pk"), phase=Phase.POSTED
        )
        .order_by()
        .values("account__bank_account")
        .annotate(total=Sum("amount"))
    )
    free = (
        free_rows()
        .filter(account=OuterRef("pk"))
        .order_by()
        .values("account")
        .annotate(count=Count("id"))
    )
    told = accounts.annotate(
        latest_day=Subquery(latest.values("closed_on")[:1]),
        latest_taken=Subquery(latest.values("taken_at")[:1]),
        latest_closing=Subquery(latest.values("closing")[:1]),
        in_books=Subquery(booked.values("total")),
        free=Subquery(free.values("count")),
    )
    return [
        Standing(
            account=one,
            closed_on=one.latest_day,
            taken_at=one.latest_taken,
            closing=one.latest_closing or NOTHING,
            booked=one.in_books or NOTHING,
            unassigned=one.free or 0,
        )
        for one in told
    ]
