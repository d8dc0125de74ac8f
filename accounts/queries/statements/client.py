"""A client's statement for a period: opening balance, every movement, closing balance.

It is read out of the postings themselves, per account of the books: trading accounts, their credit,
wallets. What is only set aside moves nothing and is not in it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import LedgerAccount, Posting
from accounts.states import LEDGER_LABELS, LedgerKind, Phase
from backoffice.core.errors import Rejected
from backoffice.core.money import rounded
from backoffice.core.words import noop

NOTHING = Decimal(0)
#: More than this is no statement that anybody reads.
MOST = 10_000
KINDS = (LedgerKind.CLIENT_FUNDS, LedgerKind.CLIENT_CREDIT, LedgerKind.CLIENT_WALLET)
#: What an entry's purpose is called on a statement.
PURPOSES: dict[str, str] = {
    "opening": noop("Balance taken over"),
    "past_movement": noop("Movement before the books"),
    "trading_result": noop("Trading result"),
    "external": noop("Booked by the trading desk"),
    "credit_given": noop("Credit"),
    "withdrawal": noop("Withdrawal"),
    "deposit": noop("Deposit"),
    "transfer": noop("Transfer"),
    "adjustment": noop("Adjustment"),
    "bank": noop("Bank"),
    "difference": noop("Correction"),
}


class NoStatement(Rejected):
    """The period is none, or holds more than a statement takes."""


@dataclass(frozen=True, slots=True)
class Period:
    """From the beginning of one day to the end of another, in the reader's time zone."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        """Return its first moment."""
        return timezone.make_aware(datetime.combine(self.first, time.min))

    @property
    def until(self) -> datetime:
        """Return the moment after its last."""
        return timezone.make_aware(datetime.combine(self.last + timedelta(days=1), time.min))


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One line: when, what, its reference, the amount, and the balance after it."""

    at: datetime
    what: str
    reference: str
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One account of the books over the period."""

    title: str
    currency: str
    opening: Decimal
    movements: tuple[Movement, ...]

    @property
    def closing(self) -> Decimal:
        """Return the balance at the end."""
        return self.movements[-1].balance if self.movements else self.opening


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Everything that moved for a client in a period."""

    period: Period
    sections: tuple[Section, ...]

    @property
    def lines(self) -> int:
        """Return how many movements it has."""
        return sum(len(one.movements) for one in self.sections)


def statement_of(client_id: int, period: Period, *, account_id: int | None = None) -> Statement:
    """Return a client's statement, of one trading account where it is named.

    Raises NoStatement when the period ends before it begins, or holds more than MOST movements.
    """
    if period.last < period.first:
        raise NoStatement(_("The period ends before it begins."))
    accounts = list(_accounts_of(client_id, account_id))
    keys = [one.pk for one in accounts]
    posted = Posting.objects.filter(account_id__in=keys, phase=Phase.POSTED)
    opening = _sums(posted.filter(entry__occurred_at__lt=period.since))
    lines = _lines(posted, period)
    sections = (_section(one, opening[one.pk], lines[one.pk]) for one in accounts)
    shown = (one for one in sections if one.movements or one.opening or account_id is None)
    return Statement(period=period, sections=tuple(shown))


def accounts_of(client_id: int) -> list[tuple[int, str]]:
    """Return the trading accounts that a statement can be narrowed to: their keys and logins."""
    rows = _accounts_of(client_id, None).filter(kind=LedgerKind.CLIENT_FUNDS)
    return [(row.trading_account_id or 0, _title(row)) for row in rows]


def _accounts_of(client_id: int, account_id: int | None) -> QuerySet[LedgerAccount]:
    whose = Q(trading_account__client_id=client_id) | Q(client_id=client_id)
    rows = LedgerAccount.objects.filter(whose, kind__in=KINDS)
    if account_id is not None:
        rows = rows.filter(trading_account_id=account_id)
    return rows.select_related("trading_account__server").order_by("trading_account_id", "id")


def _sums(postings: QuerySet[Posting]) -> defaultdict[int, Decimal]:
    rows = postings.order_by().values("account_id").annotate(total=Sum("amount"))
    totals = {row["account_id"]: -row["total"] for row in rows}
    return defaultdict(lambda: NOTHING, totals)


def _lines(postings: QuerySet[Posting], period: Period) -> defaultdict[int, list[Posting]]:
    within = postings.filter(
        entry__occurred_at__gte=period.since, entry__occurred_at__lt=period.until
    )
    rows = within.select_related("entry").order_by("entry__occurred_at", "id")[: MOST + 1]
    found: defaultdict[int, list[Posting]] = defaultdict(list)
    count = 0
    for row in rows:
        found[row.account_id].append(row)
        count += 1
    if count > MOST:
        words = _("More than %(most)s movements: choose a shorter period, or one account.")
        raise NoStatement(words % {"most": MOST})
    return found


def _section(account: LedgerAccount, opening: Decimal, lines: Iterable[Posting]) -> Section:
    balance, movements = opening, []
    for line in lines:
        balance -= line.amount
        movements.append(
            Movement(
                at=line.entry.occurred_at,
                what=_(PURPOSES.get(line.entry.purpose, line.entry.purpose)),
                reference=_reference(line),
                amount=rounded(-line.amount, account.currency),
                balance=rounded(balance, account.currency),
            )
        )
    return Section(
        title=_title(account),
        currency=account.currency,
        opening=rounded(opening, account.currency),
        movements=tuple(movements),
    )


def _reference(line: Posting) -> str:
    """Return what a movement belongs to as people write it; the entry's number beside it."""
    kind, _colon, number = line.entry.reference.partition(":")
    sign = {"payment": "#", "deposit": "D", "transfer": "T", "adjustment": "A"}.get(kind)
    return f"{sign}{number} · {line.entry_id}" if sign else str(line.entry_id)


def _title(account: LedgerAccount) -> str:
    kind = _(LEDGER_LABELS[account.kind])
    login: Any = account.trading_account
    if login is None:
        return f"{kind} · {account.currency}"
    name = f"{login.login} · {login.server.name} · {account.currency}"
    return name if account.kind == LedgerKind.CLIENT_FUNDS else f"{name} · {kind}"
