"""How the books of an account stand against MetaTrader: what is due, in flight, missing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import orjson
from django.db.models import Count, QuerySet, TextField
from django.db.models.expressions import RawSQL

from accounts.calc.checks import Audit
from accounts.ledger import balances
from accounts.models import AccountBooks, BookedTicket, Discrepancy
from backoffice.core.compiled import Question
from trading.queries.money import MirrorMoney, MoneyRecord, Standing, mirrors_of, standing_of
from trading.queries.operations import denied_by_metatrader

NOTHING = Decimal(0)
TICKETS = """
(SELECT coalesce(json_agg(json_build_array(t.ticket, t.amount::text, t.is_credit, t.booked_at)
                          ORDER BY t.id), '[]')::text
   FROM accounts_bookedticket t WHERE t.books_id = accounts_accountbooks.account_id)"""
DAYS = """
(SELECT coalesce(json_agg(json_build_array(d.day, (d.included + d.posted)::text)), '[]')::text
   FROM accounts_resultday d WHERE d.books_id = accounts_accountbooks.account_id)"""


def _read_books(**wanted: Any) -> QuerySet[AccountBooks]:
    """Return books with all their pages, in one statement."""
    rows = AccountBooks.objects.filter(**wanted).select_related("funds__running", "credit__running")
    return rows.annotate(
        told_tickets=RawSQL(TICKETS, (), TextField()),  # noqa: S611 - nothing in it is asked
        told_days=RawSQL(DAYS, (), TextField()),  # noqa: S611 - nothing in it is asked
    )


BOOKS = Question(lambda account_id: _read_books(pk=account_id), int)


class BookedLine(NamedTuple):
    """One money record of MetaTrader that the books account for."""

    ticket: int
    amount: Decimal
    is_credit: bool
    booked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What MetaTrader shows and the books do not have yet.

    `results` by day; `foreign` were made in MetaTrader directly; `ours` wait for their payment's
    own posting (or may be of a payment that people have to settle); `odd` carry a marker that is a
    stranger's or was used twice, `denied` that of a payment whose operation MetaTrader refused:
    these two explain nothing.
    """

    results: dict[date, Decimal]
    foreign: tuple[MoneyRecord, ...]
    ours: tuple[MoneyRecord, ...]
    odd: tuple[MoneyRecord, ...]
    denied: tuple[MoneyRecord, ...]
    unseen: tuple[BookedLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One account's books beside one snapshot of MetaTrader, and what lies between them."""

    books: AccountBooks
    mirror: MirrorMoney
    booked: dict[int, BookedLine]
    due: Due


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand(Sheet):
    """A sheet, with everything else that a decision about the account looks at."""

    market: Standing


def books_of(account_id: int) -> AccountBooks | None:
    """Return the books of an account, or None before they are opened."""
    return BOOKS.first(account_id)


def stand_of(account_id: int, market: Standing | None = None) -> Stand | None:
    """Return how books and MetaTrader stand; None before the books are opened. Writes nothing.

    `market` spares reading again what the caller has just read.
    """
    books = books_of(account_id)
    market = market or standing_of(account_id)
    if books is None or market is None:
        return None
    return stand_between(books, market)


def stand_between(books: AccountBooks, market: Standing) -> Stand:
    """Return what stands between books as they were just read and a snapshot of the mirror."""
    booked = {line.ticket: line for line in _booked(books)}
    due = _due(books, market.mirror, booked)
    return Stand(books=books, mirror=market.mirror, market=market, booked=booked, due=due)


def sheets_of(account_ids: Sequence[int]) -> Iterator[Sheet]:
    """Yield the sheets of many accounts, in two statements; those without books are left out."""
    mirrors = mirrors_of(account_ids)
    for books in _read_books(pk__in=list(account_ids)):
        mirror = mirrors.get(books.pk)
        if mirror is not None:
            booked = {line.ticket: line for line in _booked(books)}
            due = _due(books, mirror, booked)
            yield Sheet(books=books, mirror=mirror, booked=booked, due=due)


def audit_of(account_id: int) -> Audit | None:
    """Return how the balance is explained now; None before the books are opened. Writes nothing."""
    stand = stand_of(account_id)
    return None if stand is None else audit(stand)


def audit(stand: Sheet) -> Audit:
    """Return what the books expect of a snapshot: invariant I-6, with what is due reckoned in."""
    due, funds = stand.due, balances.running(stand.books.funds)
    came = sum((one.amount for one in (*due.foreign, *due.ours) if not one.is_credit), NOTHING)
    unseen = sum((row.amount for row in due.unseen if not row.is_credit), NOTHING)
    earned = sum(due.results.values(), NOTHING)
    on_its_way = sum((one.amount for one in due.ours if not one.is_credit), NOTHING) - unseen
    return Audit(
        expected=funds.posted + earned + came - unseen,
        balance=stand.mirror.balance,
        in_flight=abs(on_its_way),
        available=funds.available,
        reserved=funds.reserved,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Differing:
    """How many differences stand, and how many of them are denied payments."""

    all: int
    denied: int


def count_discrepancies() -> Differing:
    """Count what differs from MetaTrader, was told of, and nobody agreed to leave: for health."""
    told = Discrepancy.objects.filter(
        account__isnull=False, gone_at__isnull=True, told_at__isnull=False, agreed_by=""
    )
    return Differing(**told.aggregate(all=Count("id"), denied=Count("payment")))


def denied_of(payment_id: int) -> list[Discrepancy]:
    """Return the records by which MetaTrader booked a payment that is closed as not moved."""
    rows = Discrepancy.objects.filter(payment_id=payment_id, gone_at__isnull=True)
    return list(rows.order_by("id"))


def accounts_denied() -> list[int]:
    """Return the accounts on which a refused payment stands in MetaTrader and in no books.

    They are compared again and again: to open the case, and to close it once it was put back.
    """
    denied = set(denied_by_metatrader())
    tickets = [ticket for _, ticket in denied]
    booked = BookedTicket.objects.filter(ticket__in=tickets).values_list("books_id", "ticket")
    return sorted({account_id for account_id, _ in denied.difference(booked)})


def put_back(stand: Sheet) -> list[MoneyRecord]:
    """Return what MetaTrader booked of a refused payment and somebody took back there by hand.

    Taken back is what another record of the opposite amount names in its comment, as `#ticket`.
    """
    told = [
        (one.amount, one.is_credit, one.comment.split())
        for one in stand.mirror.records
        if one.is_foreign
    ]
    return [
        denied
        for denied in stand.due.denied
        if any(
            amount == -denied.amount and credit == denied.is_credit and f"#{denied.ticket}" in words
            for amount, credit, words in told
        )
    ]


def unseen_since(due: Due, *, before: datetime) -> tuple[BookedLine, ...]:
    """Return what was booked before a moment and that the mirror still does not show."""
    return tuple(row for row in due.unseen if row.booked_at < before)


def _booked(books: Any) -> Iterator[BookedLine]:
    for ticket, amount, is_credit, booked_at in orjson.loads(books.told_tickets):
        yield BookedLine(ticket, Decimal(amount), is_credit, datetime.fromisoformat(booked_at))


def _due(books: AccountBooks, mirror: MirrorMoney, booked: Mapping[int, BookedLine]) -> Due:
    new = [record for record in mirror.records if record.ticket not in booked]
    seen = {record.ticket for record in mirror.records}
    return Due(
        results=_due_results(books, mirror),
        foreign=tuple(one for one in new if one.is_foreign and not one.is_alike),
        ours=tuple(one for one in new if _waits(one)),
        odd=tuple(one for one in new if one.is_strange or one.is_double),
        denied=tuple(one for one in new if one.is_denied and not one.is_double),
        unseen=tuple(row for ticket, row in booked.items() if ticket not in seen),
    )


def _waits(record: MoneyRecord) -> bool:
    """Say whether a record is, or may be, of a payment that has not posted it yet."""
    if record.is_foreign:
        return record.is_alike
    return bool(record.key) and not record.is_double and not record.is_denied


def _due_results(books: Any, mirror: MirrorMoney) -> dict[date, Decimal]:
    days = orjson.loads(books.told_days)
    known = {date.fromisoformat(day): Decimal(booked) for day, booked in days}
    told: dict[date, Decimal] = dict.fromkeys(known, NOTHING)
    for day, result in mirror.results.items():
        day = max(day, books.first_day)
        told[day] = told.get(day, NOTHING) + result
    due = {day: told[day] - known.get(day, NOTHING) for day in sorted(told)}
    return {day: amount for day, amount in due.items() if amount}
