"""What MetaTrader says about the money of one account: its figures, its records, its results.

For those who decide about money. Nobody's reach narrows these: they are no answers to a page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db.models import Count, Exists, Min, OuterRef, Q, Sum

from backoffice.core import compiled, live
from trading.calc.marking import marker
from trading.models import BalanceRecord, Deal, Position, TradingAccount
from trading.queries import frames
from trading.queries.trading_accounts import MONEY, OF_REAL, REAL
from trading.states import LiveStatus, ServerStatus
from trading.terms import MARKER_LENGTH, MARKER_PREFIX, BalanceKind, Cmd

Row = tuple[Any, ...]
NOTHING = Decimal(0)
MARKET = (Cmd.BUY, Cmd.SELL)
#: The server's clock may jump by so much: a record of ours may look older than its operation.
AROUND = timedelta(days=1)


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
    is_demo: bool  # its money is made up: trading_accounts.py


class MoneyRecord(NamedTuple):
    """One balance or credit record. `key` names our operation; `is_strange`: a marker of nobody's.

    `is_double`: it carries the marker of an operation that was booked under another ticket.
    `is_denied`: of an operation that MetaTrader refused, or that was given up: it should not be.
    `is_open`: of an operation that has no clear answer yet.
    `is_damaged`: it opens like a marker of ours, and its check characters are wrong.
    `is_renamed`: it is ours by its ticket, and its comment was cut or edited since.
    `is_alike`: nothing names it, and it may be an operation of ours without an answer, under a
    comment that was cut or edited: until people settled that, it is nobody's.
    `day` is the day of the server's own calendar.
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
    is_denied: bool = False
    is_open: bool = False
    is_damaged: bool = False
    is_renamed: bool = False
    is_alike: bool = False

    @property
    def is_foreign(self) -> bool:
        """Return whether somebody made it in MetaTrader directly."""
        return self.key is None and not self.is_strange


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorMoney:
    """The money side of an account's mirror at one moment: all of it from one snapshot.

    `results` maps each day of the server's own calendar to what its closed trades earned. What the
    server is known to have lost is not among the records. `synced_at` is when the latest whole pass
    over the server began: what was booked before it, and is not here, is not there.
    """

    account_id: int
    currency: str
    balance: Decimal
    credit: Decimal
    results: dict[date, Decimal]
    records: tuple[MoneyRecord, ...]
    synced_at: datetime | None = None

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
class Standing:
    """How the money of one account stands in MetaTrader: all that a decision about it looks at."""

    money: AccountMoney
    mirror: MirrorMoney
    traded: Traded


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
# or in neither. Three parts, of which a question takes what it needs.
MIRROR = """a.currency, a.balance, a.credit,
  (SELECT coalesce(json_agg(json_build_array(d.day, d.result::text)), '[]')::text
     FROM (SELECT closed_server_time::date AS day, sum(profit + swap + commission + taxes) AS result
             FROM trading_deal WHERE account_id = a.id GROUP BY 1) d),
  (SELECT coalesce(json_agg(json_build_array(r.ticket, r.cmd, r.amount::text,
                                             r.recorded_at, r.comment, r.recorded_server_time::date)
                            ORDER BY r.id), '[]')::text
     FROM trading_balancerecord r WHERE r.account_id = a.id AND r.gone_at IS NULL),
  (SELECT coalesce(json_agg(json_build_array(o.key, o.marker, o.ticket,
                                             o.state IN ('REFUSED', 'ABANDONED'),
                                             o.state IN ('SENDING', 'UNCERTAIN', 'MANUAL',
                                                         'BY_HAND'),
                                             o.amount::text, o.kind, o.created_at)), '[]')::text
     FROM trading_balanceoperation o WHERE o.account_id = a.id),
  (SELECT synced_at FROM trading_serverstate WHERE server_id = a.server_id)"""
FIGURES = """s.name, a.server_id, a.login, a.client_id, a.currency, a.balance, a.credit,
  a.mirrored_at, a.enabled AND NOT a.closed_on_server,
  s.kind <> 'live' OR left(lower(g.name), 4) = 'demo', g.margin_call_percent, g.stop_out_percent,
  EXISTS (SELECT FROM trading_position p WHERE p.account_id = a.id AND p.cmd IN (0, 1)),
  st.status, coalesce(st.synced_at, st.status_since),
  f.figures_at, f.balance, f.credit, f.floating, f.equity, f.margin, f.free_margin"""
TRADED = """since.at,
  (SELECT json_build_array(count(*), coalesce(sum(volume_hundredths), 0))::text FROM trading_deal
    WHERE account_id = a.id AND cmd IN (0, 1) AND opened_at >= coalesce(since.at, '-infinity')),
  (SELECT json_build_array(count(*), coalesce(sum(volume_hundredths), 0))::text
     FROM trading_position
    WHERE account_id = a.id AND cmd IN (0, 1) AND opened_at >= coalesce(since.at, '-infinity'))"""
MOVED = """
SELECT a.id FROM trading_tradingaccount a
  JOIN trading_server s ON s.id = a.server_id JOIN trading_group g ON g.id = a.group_id
WHERE a.client_id IS NOT NULL AND s.kind = 'live' AND left(lower(g.name), 4) <> 'demo' AND a.id IN (
  SELECT account_id FROM trading_balancerecord WHERE mirrored_at >= %s) ORDER BY a.id"""
OF_MIRROR = "trading_tradingaccount a"
OF_FIGURES = """trading_tradingaccount a
  JOIN trading_server s ON s.id = a.server_id
  JOIN trading_group g ON g.id = a.group_id
  LEFT JOIN trading_serverstate st ON st.server_id = a.server_id
  LEFT JOIN trading_accountfigures f ON f.account_id = a.id"""
OF_TRADED = """LEFT JOIN LATERAL (
    SELECT max(recorded_at) AS at FROM trading_balancerecord
    WHERE account_id = a.id AND cmd = 6 AND amount > 0) since ON true"""
WIDTHS = (7, 22, 3)  # how many columns each part has


def standing_of(account_id: int) -> Standing | None:
    """Return how an account's money stands, in one statement; None when there is none such."""
    row = _ask(f"{MIRROR}, {FIGURES}, {TRADED}", f"{OF_FIGURES} {OF_TRADED}", account_id)
    if row is None:
        return None
    mirror, figures, _traded = WIDTHS
    return Standing(
        mirror=_mirror(account_id, row[:mirror]),
        money=_money(account_id, row[mirror : mirror + figures]),
        traded=_traded_in(row[mirror + figures :]),
    )


def account_money(account_id: int) -> AccountMoney | None:
    """Return the newest figures that we have of an account; None when there is no such account.

    Nobody's reach narrows this: it is no answer to a page.
    """
    row = _ask(FIGURES, OF_FIGURES, account_id)
    return None if row is None else _money(account_id, row)


def mirror_money(account_id: int) -> MirrorMoney | None:
    """Return balance, results by day and money records of an account, out of one snapshot."""
    row = _ask(MIRROR, OF_MIRROR, account_id)
    return None if row is None else _mirror(account_id, row)


def mirrors_of(account_ids: Sequence[int]) -> dict[int, MirrorMoney]:
    """Return what `mirror_money` returns for each of these accounts, in one statement."""
    asked = f"SELECT a.id, {MIRROR} FROM {OF_MIRROR} WHERE a.id = ANY(%s)"  # noqa: S608
    rows = compiled.ask(asked, [list(account_ids)])
    return {account_id: _mirror(account_id, tuple(row)) for account_id, *row in rows}


def accounts_moved_since(since: datetime) -> list[int]:
    """Return the accounts of clients of which the mirror took a new or changed money record."""
    rows = compiled.ask(MOVED, [since])
    return [account_id for (account_id,) in rows]


def _ask(columns: str, tables: str, account_id: int) -> Row | None:
    return compiled.ask_one(f"SELECT {columns} FROM {tables} WHERE a.id = %s", [account_id])  # noqa: S608


def _mirror(account_id: int, row: Row) -> MirrorMoney:
    currency, balance, credit, results, records, operations, synced_at = row
    ours = _Ours(orjson.loads(operations))
    return MirrorMoney(
        account_id=account_id,
        currency=currency,
        balance=balance,
        credit=credit,
        results={date.fromisoformat(day): Decimal(sum_) for day, sum_ in orjson.loads(results)},
        records=tuple(_record(line, ours) for line in orjson.loads(records)),
        synced_at=synced_at,
    )


def _money(account_id: int, row: Row) -> AccountMoney:
    server, server_id, login, client_id, currency, balance, credit, mirrored_at = row[:8]
    is_open, is_demo, margin_call, stop_out, held, status, synced_at, *kept = row[8:]
    board = frames.latest([live.account(account_id), live.server(server_id)])
    figures_at, figures = _newest(kept, board.get(live.account(account_id)), mirrored_at)
    known = dict.fromkeys(("floating", "equity", "margin", "free_margin"))
    if held and figures:
        balance, credit = figures["balance"], figures["credit"]
        known = {name: figures[name] for name in known}
    elif not held:
        funds = balance + credit
        known = {"floating": NOTHING, "equity": funds, "margin": NOTHING, "free_margin": funds}
    moments = [figures_at] if held else []
    heartbeat = board.get(live.server(server_id))
    # While the feed is live its board speaks for every account of the server, changed or not.
    if heartbeat is not None and heartbeat.data.get("status") == LiveStatus.LIVE:
        moments.append(heartbeat.at)
    # An account that holds nothing has no figure that a price could move: the mirror is enough.
    if not held and status == ServerStatus.CURRENT:
        moments.append(synced_at)
    return AccountMoney(
        account_id=account_id,
        server=server,
        server_id=server_id,
        login=login,
        client_id=client_id,
        currency=currency,
        balance=balance,
        credit=credit,
        margin_call_percent=margin_call,
        stop_out_percent=stop_out,
        has_positions=held,
        figures_at=max((one for one in moments if one is not None), default=None),
        is_open=is_open,
        is_demo=is_demo,
        **known,
    )


def _newest(
    kept: Sequence[Any], told: frames.Frame | None, mirrored_at: datetime
) -> tuple[datetime, dict[str, Decimal | None]]:
    """Return the newest figures and their moment: the board's, PostgreSQL's, or the mirror's."""
    kept_at, *values = kept
    if told is not None and (kept_at is None or told.at >= kept_at):
        texts = ((name, told.data[name]) for name in MONEY)
        return told.at, {name: None if text is None else Decimal(text) for name, text in texts}
    if kept_at is not None:
        return kept_at, dict(zip(MONEY, values, strict=True))
    return mirrored_at, {}


def _traded_in(row: Row) -> Traded:
    since, *told = row
    (closed, closed_volume), (held, held_volume) = (orjson.loads(text) for text in told)
    volume = int(closed_volume) + int(held_volume)
    return Traded(since=since, trades=closed + held, volume_hundredths=volume)


def moved_by_client(client_id: int) -> list[Moved]:
    """Return what a client's accounts moved and earned, by currency; demo accounts left out."""
    real = OF_REAL & Q(account__client_id=client_id)
    money = BalanceRecord.objects.filter(real, cmd=Cmd.BALANCE)
    came, went = Q(amount__gt=0), Q(amount__lt=0)
    moved = money.values("currency").annotate(
        deposits=Sum("amount", filter=came, default=NOTHING),
        deposits_count=Count("id", filter=came),
        withdrawals=Sum("amount", filter=went, default=NOTHING),
        withdrawals_count=Count("id", filter=went),
        first_deposit_at=Min("recorded_at", filter=came),
    )
    deals = Deal.objects.filter(real, cmd__in=MARKET)
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
    """Return the accounts of real money that belong to a client, in order.

    `quiet`: only those that hold nothing: no price moves their figures.
    """
    accounts = TradingAccount.objects.filter(REAL, client__isnull=False, closed_on_server=False)
    if quiet:
        held = Position.objects.filter(account=OuterRef("pk"), cmd__in=MARKET)
        accounts = accounts.exclude(Exists(held))
    return list(accounts.order_by("id").values_list("id", flat=True))


def _moved(row: dict[str, Any], earned: dict[str, Any]) -> Moved:
    parts = ("profit", "swap", "commission", "taxes")
    result = sum((earned.get(part) or NOTHING for part in parts), NOTHING)
    return Moved(result=result, trades=earned.get("trades", 0), **row)


class _Ours:
    """Our operations on the account, found by marker or by ticket: comments can be edited."""

    def __init__(self, lines: list[Any]) -> None:
        self.by_marker = {marker: (key, ticket) for key, marker, ticket, *_ in lines}
        self.by_ticket = {ticket: key for key, _, ticket, *_ in lines if ticket is not None}
        self.open = {key for key, _, _, _, is_open, *_ in lines if is_open}
        self.denied = {key for key, _, _, is_over, *_ in lines if is_over}
        self.unanswered = [
            (Decimal(amount), kind == BalanceKind.CREDIT, datetime.fromisoformat(at) - AROUND)
            for *_, is_open, amount, kind, at in lines
            if is_open
        ]

    def may_be(self, amount: Decimal, recorded_at: datetime, *, is_credit: bool) -> bool:
        """Say whether a record could be what an operation without an answer booked."""
        return any(
            (amount, is_credit) == (asked, pocket) and recorded_at >= since
            for asked, pocket, since in self.unanswered
        )


def _record(line: list[Any], ours: _Ours) -> MoneyRecord:
    ticket, cmd, amount, recorded_at, comment, day = line
    marked, booked_as = ours.by_marker.get(comment[:MARKER_LENGTH], (None, None))
    own = ours.by_ticket.get(ticket)
    key = own or marked
    sum_, at, is_credit = Decimal(amount), datetime.fromisoformat(recorded_at), cmd == Cmd.CREDIT
    return MoneyRecord(
        ticket=ticket,
        is_credit=is_credit,
        amount=sum_,
        recorded_at=at,
        day=date.fromisoformat(day),
        comment=comment,
        key=None if key is None else UUID(key),
        is_strange=key is None and comment.startswith(MARKER_PREFIX),
        is_double=own is None and marked is not None and booked_as not in (None, ticket),
        is_denied=key in ours.denied,
        is_open=key in ours.open,
        is_damaged=key is None and marker.is_ours(comment) and marker.read(comment) is None,
        is_renamed=own is not None and marked != own,
        is_alike=key is None and ours.may_be(sum_, at, is_credit=is_credit),
    )
