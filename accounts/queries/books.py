"""How the books of an account stand against MetaTrader: what is due, in flight, missing."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from accounts.calc.checks import Audit
from accounts.ledger import balances
from accounts.models import AccountBooks, BookedTicket, Discrepancy, ResultDay
from accounts.permissions import SEE_BOOKS
from backoffice.core import access
from trading.queries.money import MirrorMoney, MoneyRecord, mirror_money

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What MetaTrader shows and the books do not have yet.

    `results` by day; `foreign` were made in MetaTrader directly; `ours` wait for their payment's
    own posting; `odd` carry a marker that is a stranger's or was used twice, and explain nothing.
    """

    results: dict[date, Decimal]
    foreign: tuple[MoneyRecord, ...]
    ours: tuple[MoneyRecord, ...]
    odd: tuple[MoneyRecord, ...]
    unseen: tuple[BookedTicket, ...]


def books_of(account_id: int) -> AccountBooks | None:
    """Return the books of an account, or None before they are opened."""
    return AccountBooks.objects.select_related("funds", "credit").filter(pk=account_id).first()


def due_of(books: AccountBooks, mirror: MirrorMoney) -> Due:
    """Return what stands between a snapshot of the mirror and the books."""
    booked = {row.ticket: row for row in BookedTicket.objects.filter(books=books)}
    new = [record for record in mirror.records if record.ticket not in booked]
    seen = {record.ticket for record in mirror.records}
    return Due(
        results=_due_results(books, mirror),
        foreign=tuple(one for one in new if one.is_foreign),
        ours=tuple(one for one in new if one.key is not None and not one.is_double),
        odd=tuple(one for one in new if one.is_strange or one.is_double),
        unseen=tuple(row for ticket, row in booked.items() if ticket not in seen),
    )


def audit_of(account_id: int) -> Audit | None:
    """Return how the balance is explained now; None before the books are opened. Writes nothing."""
    books, mirror = books_of(account_id), mirror_money(account_id)
    if books is None or mirror is None:
        return None
    return audit(books, mirror, due_of(books, mirror))


def audit(books: AccountBooks, mirror: MirrorMoney, due: Due) -> Audit:
    """Return what the books expect of a snapshot: invariant I-6, with what is due reckoned in."""
    funds = balances.of(books.funds)
    came = sum((one.amount for one in (*due.foreign, *due.ours) if not one.is_credit), NOTHING)
    unseen = sum((row.amount for row in due.unseen if not row.is_credit), NOTHING)
    earned = sum(due.results.values(), NOTHING)
    on_its_way = sum((one.amount for one in due.ours if not one.is_credit), NOTHING) - unseen
    return Audit(
        expected=funds.posted + earned + came - unseen,
        balance=mirror.balance,
        in_flight=abs(on_its_way),
        available=funds.available,
    )


def list_discrepancies_for(user: Any, *, open_only: bool = True) -> QuerySet[Discrepancy]:
    """Return what differs from MetaTrader, the newest first."""
    rows = access.restrict(Discrepancy.objects.all(), user, SEE_BOOKS)
    if open_only:
        rows = rows.filter(gone_at__isnull=True)
    return rows.select_related("account__server").order_by("-id")


def count_discrepancies() -> int:
    """Count what differs now, a thousand at most: for the health page."""
    return Discrepancy.objects.filter(gone_at__isnull=True)[:1000].count()


def unseen_since(books: AccountBooks, due: Due, *, before: datetime) -> tuple[BookedTicket, ...]:
    """Return what was booked before a moment and that the mirror still does not show."""
    return tuple(row for row in due.unseen if row.booked_at < before)


def _due_results(books: AccountBooks, mirror: MirrorMoney) -> dict[date, Decimal]:
    known = {row.day: row.included + row.posted for row in ResultDay.objects.filter(books=books)}
    told: dict[date, Decimal] = dict.fromkeys(known, NOTHING)
    for day, result in mirror.results.items():
        day = max(day, books.first_day)
        told[day] = told.get(day, NOTHING) + result
    due = {day: told[day] - known.get(day, NOTHING) for day in sorted(told)}
    return {day: amount for day, amount in due.items() if amount}
