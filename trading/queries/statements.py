"""A statement of an account: from the balance that it has now, back through what moved since.

Reckoning backwards, a history that begins in the middle (archived on the server before we came)
falsifies neither the opening nor the closing balance of a stretch that we know.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Count, F, Model, Q, QuerySet, Sum

from backoffice.core.access import Reaching
from trading.models import BalanceRecord, Deal
from trading.queries import trading_accounts
from trading.terms import Cmd

Row = TypeVar("Row", bound=Model)
FIRST = datetime(1971, 1, 1, tzinfo=UTC)
MARKET = (Cmd.BUY, Cmd.SELL)
CHARGES = ("profit", "commission", "swap", "taxes")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementView:
    """What an account began and ended with, and what moved between; amounts in its currency."""

    account_id: int
    currency: str
    since: datetime
    until: datetime
    opening_balance: Decimal
    deposits: Decimal
    withdrawals: Decimal
    profit: Decimal
    commission: Decimal
    swap: Decimal
    taxes: Decimal
    closing_balance: Decimal
    trades: int
    volume_hundredths: int


def within(rows: QuerySet[Row], field: str, period: Mapping[str, Any]) -> QuerySet[Row]:
    """Narrow rows to those from `since` on and before `until`, where these are given."""
    if "since" in period:
        rows = rows.filter(**{f"{field}__gte": period["since"]})
    return rows.filter(**{f"{field}__lt": period["until"]}) if "until" in period else rows


def statement_for(
    user: Reaching, account_id: int, *, period: Mapping[str, Any], now: datetime
) -> StatementView:
    """Return the statement of an account in reach, or raise Http404; without an end up to now."""
    account = trading_accounts.get_account_for(user, account_id)
    since, until = period.get("since", FIRST), period.get("until", now)
    trades = _trades(account_id, Q(closed_at__gte=since, closed_at__lt=until))
    money = _money(account_id, Q(recorded_at__gte=since, recorded_at__lt=until))
    later = _trades(account_id, Q(closed_at__gte=until))
    later_money = _money(account_id, Q(recorded_at__gte=until))
    closing = account.balance - _result(later) - later_money["moved"]
    return StatementView(
        account_id=account_id,
        currency=account.currency,
        since=since,
        until=until,
        opening_balance=closing - _result(trades) - money["moved"],
        closing_balance=closing,
        deposits=money["came"],
        withdrawals=money["left"],
        **trades,
    )


def _trades(account_id: int, when: Q) -> dict[str, Any]:
    rows = Deal.objects.filter(when, account_id=account_id, cmd__in=MARKET)
    told = rows.aggregate(
        trades=Count("id"),
        volume_hundredths=Sum("volume_hundredths"),
        **{name: Sum(name) for name in CHARGES},
    )
    return {name: value or (0 if name in ("trades", "volume_hundredths") else ZERO)
            for name, value in told.items()}  # fmt: skip


def _money(account_id: int, when: Q) -> dict[str, Decimal]:
    rows = BalanceRecord.objects.filter(when, account_id=account_id, cmd=Cmd.BALANCE)
    told = rows.aggregate(
        moved=Sum("amount"),
        came=Sum(F("amount"), filter=Q(amount__gt=0)),
        left=Sum(F("amount"), filter=Q(amount__lt=0)),
    )
    return {name: value or ZERO for name, value in told.items()}


def _result(trades: Mapping[str, Any]) -> Decimal:
    return sum((trades[name] for name in CHARGES), ZERO)
