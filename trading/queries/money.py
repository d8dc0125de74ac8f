"""What MetaTrader says about the money of one account: its figures, its records, its results.

For those who decide about money. Nobody's reach narrows these: they are no answers to a page.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, Min, OuterRef, Q, Sum

from backoffice.core import live
from trading.models import BalanceRecord, Deal, Position, TradingAccount
from trading.queries import frames
from trading.queries.trading_accounts import get_account_with_figures
from trading.states import LiveStatus, ServerStatus
from trading.terms import MARKER_LENGTH, MARKER_PREFIX, Cmd

NOTHING = Decimal(0)
MARKET = (Cmd.BUY, Cmd.SELL)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMoney:
    """The figures of one account, as far as they are known; what lacks a quote is None.

    `figures_at` is the latest moment at which they are known to have been true; None: never.
    """

    account_id: int
    server: str
    server_id: int
    login: int
    client_id: int | None
    currency: str
    balance: Decimal
    credit: Decimal
    floating: Decimal | None
    equity: Decimal | None
    margin: Decimal | None
    free_margin: Decimal | None
    margin_call_percent: Decimal
    stop_out_percent: Decimal
    has_positions: bool
    figures_at: datetime | None
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyRecord:
    """One balance or credit record. `key` names our operation; `is_strange`: a marker of nobody's.

    `is_double`: it carries the marker of an operation that was booked under another ticket. `day`
    is the day of the server's own calendar.
    """

    ticket: int
    is_credit: bool
    amount: Decimal
    recorded_at: datetime
    day: date
    comment: str = ""
    key: UUID | None = None
    is_strange: bool = False
    is_double: bool = False

    @property
    def is_foreign(self) -> bool:
        """Return whether somebody made it in MetaTrader directly."""
        return self.key is None and not self.is_strange


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorMoney:
    """The money side of an account's mirror at one moment: all of it from one snapshot.

    `results` maps each day of the server's own calendar to what its closed trades earned.
    """

    account_id: int
    currency: str
    balance: Decimal
    credit: Decimal
    results: dict[date, Decimal]
    records: tuple[MoneyRecord, ...]

    @property
    def unexplained(self) -> Decimal:
        """Return the part of the balance that no trade and no record of the mirror explains."""
        moved = sum((one.amount for one in self.records if not one.is_credit), NOTHING)
        return self.balance - sum(self.results.values(), NOTHING) - moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Traded:
    """How much was traded since a moment: closed and open trades, volume in hundredths."""

    since: datetime | None
    trades: int
    volume_hundredths: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What a client's accounts of one currency took in, paid out and earned."""

    currency: str
    deposits: Decimal
    deposits_count: int
    withdrawals: Decimal
    withdrawals_count: int
    result: Decimal
    trades: int
    first_deposit_at: datetime | None


# One statement, one snapshot: a trade that closes meanwhile is in the balance and in the results,
# or in neither.
SNAPSHOT = """
SELECT a.currency, a.balance, a.credit,
  (SELECT coalesce(json_agg(json_build_array(d.day, d.result::text)), '[]')::text
     FROM (SELECT closed_server_time::date AS day, sum(profit + swap + commission + taxes) AS result
             FROM trading_deal WHERE account_id = a.id GROUP BY 1) d),
  (SELECT coalesce(json_agg(json_build_array(r.ticket, r.cmd, r.amount::text,
                                             r.recorded_at, r.comment, r.recorded_server_time::date)
                            ORDER BY r.id), '[]')::text
     FROM trading_balancerecord r WHERE r.account_id = a.id),
  (SELECT coalesce(json_agg(json_build_array(o.key, o.marker, o.ticket)), '[]')::text
     FROM trading_balanceoperation o WHERE o.account_id = a.id)
FROM trading_tradingaccount a WHERE a.id = %s
"""


def account_money(account_id: int) -> AccountMoney | None:
    """Return the newest figures that we have of an account; None when there is no such account."""
    account = get_account_with_figures(account_id)
    if account is None:
        return None
    held = Position.objects.filter(account_id=account_id, cmd__in=MARKET).exists()
    figures = getattr(account, "figures", None)
    known = {
        name: getattr(figures, name, None)
        for name in ("floating", "equity", "margin", "free_margin")
    }
    balance, credit = account.balance, account.credit
    if held and figures is not None:
        balance, credit = figures.balance, figures.credit
    elif not held:
        funds = balance + credit
        known = {"floating": NOTHING, "equity": funds, "margin": NOTHING, "free_margin": funds}
    return AccountMoney(
        account_id=account.pk,
        server=account.server.code,
        server_id=account.server_id,
        login=account.login,
        client_id=account.client_id,
        currency=account.currency,
        balance=balance,
        credit=credit,
        margin_call_percent=account.group.margin_call_percent,
        stop_out_percent=account.group.stop_out_percent,
        has_positions=held,
        figures_at=_known_at(account, held=held),
        is_open=account.enabled and not account.closed_on_server,
        **known,
    )


def mirror_money(account_id: int) -> MirrorMoney | None:
    """Return balance, results by day and money records of an account, out of one snapshot."""
    with connection.cursor() as cursor:
        cursor.execute(SNAPSHOT, [account_id])
        row = cursor.fetchone()
    if row is None:
        return None
    currency, balance, credit, results, records, operations = row
    ours = _Ours(json.loads(operations))
    return MirrorMoney(
        account_id=account_id,
        currency=currency,
        balance=balance,
        credit=credit,
        results={date.fromisoformat(day): Decimal(sum_) for day, sum_ in json.loads(results)},
        records=tuple(_record(line, ours) for line in json.loads(records)),
    )


def traded_since_deposit(account_id: int) -> Traded:
    """Return what was traded on an account since the latest deposit (or ever, without one)."""
    deposits = BalanceRecord.objects.filter(account_id=account_id, cmd=Cmd.BALANCE, amount__gt=0)
    since = deposits.order_by("-recorded_at").values_list("recorded_at", flat=True).first()
    trades = volume = 0
    for model in (Deal, Position):
        rows = model.objects.filter(account_id=account_id, cmd__in=MARKET)
        if since is not None:
            rows = rows.filter(opened_at__gte=since)
        told = rows.aggregate(trades=Count("id"), volume=Sum("volume_hundredths"))
        trades += told["trades"]
        volume += told["volume"] or 0
    return Traded(since=since, trades=trades, volume_hundredths=volume)


def moved_by_client(client_id: int) -> list[Moved]:
    """Return what a client's accounts moved and earned, by currency."""
    money = BalanceRecord.objects.filter(account__client_id=client_id, cmd=Cmd.BALANCE)
    came, went = Q(amount__gt=0), Q(amount__lt=0)
    moved = money.values("currency").annotate(
        deposits=Sum("amount", filter=came, default=NOTHING),
        deposits_count=Count("id", filter=came),
        withdrawals=Sum("amount", filter=went, default=NOTHING),
        withdrawals_count=Count("id", filter=went),
        first_deposit_at=Min("recorded_at", filter=came),
    )
    deals = Deal.objects.filter(account__client_id=client_id, cmd__in=MARKET)
    earned = deals.values("currency").annotate(
        profit=Sum("profit"),
        swap=Sum("swap"),
        commission=Sum("commission"),
        taxes=Sum("taxes"),
        trades=Count("id"),
    )
    by_currency: dict[str, dict[str, Any]] = {row["currency"]: dict(row) for row in earned}
    rows: list[dict[str, Any]] = [dict(row) for row in moved.order_by("currency")]
    return [_moved(row, by_currency.get(row["currency"], {})) for row in rows]


def bound_account_ids(*, quiet: bool = False) -> list[int]:
    """Return the accounts that belong to a client, in order; `quiet`: only those that hold nothing.

    No price moves the figures of a quiet account.
    """
    accounts = TradingAccount.objects.filter(client__isnull=False, closed_on_server=False)
    if quiet:
        held = Position.objects.filter(account=OuterRef("pk"), cmd__in=MARKET)
        accounts = accounts.exclude(Exists(held))
    return list(accounts.order_by("id").values_list("id", flat=True))


def _moved(row: dict[str, Any], earned: dict[str, Any]) -> Moved:
    parts = ("profit", "swap", "commission", "taxes")
    result = sum((earned.get(part) or NOTHING for part in parts), NOTHING)
    return Moved(result=result, trades=earned.get("trades", 0), **row)


def _known_at(account: TradingAccount, *, held: bool) -> datetime | None:
    """Return when the figures were true at the latest.

    While the feed is live its board speaks for every account of the server, changed or not. An
    account that holds nothing has no figure that a price could move: there the mirror is enough.
    """
    moments: list[datetime] = []
    figures = getattr(account, "figures", None)
    if held and figures is not None:
        moments.append(figures.figures_at)
    topic = live.server(account.server_id)
    heartbeat = frames.latest([topic]).get(topic)
    if heartbeat is not None and heartbeat.data.get("status") == LiveStatus.LIVE:
        moments.append(heartbeat.at)
    state = getattr(account.server, "state", None)
    if not held and state is not None and state.status == ServerStatus.CURRENT:
        moments.append(state.synced_at or state.status_since)
    return max(moments, default=None)


class _Ours:
    """Our operations on the account, found by marker or by ticket: comments can be edited."""

    def __init__(self, lines: list[Any]) -> None:
        self.by_marker = {marker: (UUID(key), ticket) for key, marker, ticket in lines}
        self.by_ticket = {ticket: UUID(key) for key, _, ticket in lines if ticket is not None}


def _record(line: list[Any], ours: _Ours) -> MoneyRecord:
    ticket, cmd, amount, recorded_at, comment, day = line
    marked, booked_as = ours.by_marker.get(comment[:MARKER_LENGTH], (None, None))
    key = marked or ours.by_ticket.get(ticket)
    return MoneyRecord(
        ticket=ticket,
        is_credit=cmd == Cmd.CREDIT,
        amount=Decimal(amount),
        recorded_at=datetime.fromisoformat(recorded_at),
        day=date.fromisoformat(day),
        comment=comment,
        key=key,
        is_strange=key is None and comment.startswith(MARKER_PREFIX),
        is_double=marked is not None and booked_as not in (None, ticket),
    )
