"""The report of an account's day, written once at its end (MetaTrader's DailyReport)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from trading.gateway.simulator.book import Change
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.protocol import No
from trading.terms import AccountRecord, Cmd, DailyReport

NOTHING = Decimal(0)


def reports_of(desk: Desk, change: Change, day: date) -> Iterator[DailyReport]:
    """Yield the report of every account, as it stands when the day ends."""
    hours = desk.hours
    is_today = day == change.server_time.date()  # a day that ends now ends with this moment
    end = hours.utc(datetime.combine(day, hours.end_of_day))
    end = change.now + timedelta(seconds=1) if is_today else end
    start = hours.utc(datetime.combine(day - timedelta(days=1), hours.end_of_day))
    deposits: defaultdict[int, Decimal] = defaultdict(Decimal)
    closed: defaultdict[int, Decimal] = defaultdict(Decimal)
    for trade in desk.book.journal.closed_between(start=start, end=end):
        if trade.cmd is Cmd.BALANCE:
            deposits[trade.login] += trade.profit
        elif trade.cmd.is_market:
            closed[trade.login] += trade.profit + trade.swap + trade.commission + trade.taxes
    for account in desk.book.accounts.values():
        yield _report(desk, change, account, (deposits[account.login], closed[account.login]))


def _report(
    desk: Desk, change: Change, account: AccountRecord, day: tuple[Decimal, Decimal]
) -> DailyReport:
    equity = free = account.balance + account.credit
    floating = margin = NOTHING
    try:
        state = desk.margin_state(account.login)
    except No:  # a missing quote: the report shows what is sure
        pass
    else:
        equity, free = state.equity, state.free_margin
        floating, margin = state.floating, state.margin
    return DailyReport(
        login=account.login,
        at=change.now,
        server_time=change.server_time,
        stamp=change.stamp,
        group=account.group,
        balance_previous=account.previous_balance,
        balance=account.balance,
        deposit=day[0],
        credit=account.credit,
        closed=day[1],
        floating=floating,
        equity=equity,
        margin=margin,
        free_margin=free,
    )
