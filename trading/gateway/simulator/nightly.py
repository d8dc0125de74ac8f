"""The end of a server day: orders of a day, swaps, and every account's balance of the day."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from trading.calc.convert import NoQuote
from trading.calc.swap import nightly
from trading.gateway.simulator.book import Change
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.office.archive import archive_accounts
from trading.gateway.simulator.office.days import reports_of
from trading.gateway.simulator.office.group_rules import Lifetime
from trading.gateway.simulator.orders import Order, cancel_trade
from trading.terms import TradeRecord


def end_day(desk: Desk, day: date, *, although_held: bool = False) -> int:
    """End a server day once and for all; return how many positions were charged a swap.

    A held market charges no swap by itself: its figures stay where they are held.
    """
    with desk.book.change() as change:
        change.settings["last_ended_day"] = day.isoformat()
        if desk.market.held and not although_held:
            return 0
        change.reports.extend(reports_of(desk, change, day))
        for account in desk.book.accounts.values():
            if account.previous_balance != account.balance:
                change.put_account(replace(account, previous_balance=account.balance))
        ended = _end_orders(desk, change)
        charged = _charge_swaps(desk, change, day)
        change.notes.append(
            f"end of day {day}: swaps charged on {charged} positions, {ended} orders ended"
        )
    archive_accounts(desk)
    return charged


def _end_orders(desk: Desk, change: Change) -> int:
    """End what lives for a day only: pending orders, and stops where the symbol says so."""
    ended = 0
    for trade in desk.book.open.values():
        lifetime = desk.book.rules.symbol(trade.symbol).pendings
        if lifetime is Lifetime.GTC:
            continue
        if trade.cmd.is_pending:
            cancel_trade(desk, change, Order(ticket=trade.ticket))
            ended += 1
        elif lifetime is Lifetime.DAILY and (trade.stop_loss or trade.take_profit):
            bare = replace(trade, stop_loss=Decimal(0), take_profit=Decimal(0))
            change.put_trade("trade_update", bare)
    return ended


def _charge_swaps(desk: Desk, change: Change, day: date) -> int:
    charged = 0
    for one in desk.book.open.values():
        trade = change.trades.get(one.ticket, one)
        if trade.closed_at is not None:
            continue
        swapped = _swapped(desk, trade, day.weekday())
        if swapped is not trade:
            change.put_trade("trade_update", swapped)
            charged += 1
    return charged


def _swapped(desk: Desk, trade: TradeRecord, weekday: int) -> TradeRecord:
    quote = desk.market.quotes.get(trade.symbol)
    if not trade.cmd.is_market or quote is None:
        return trade
    priced = desk.priced(trade)
    currency = desk.book.accounts[trade.login].currency
    specs = desk.book.symbols
    spec, quotes = specs[trade.symbol], desk.market.quotes
    try:
        swap = nightly(
            trade, spec, priced.close_price, currency, quotes, weekday=weekday, specs=specs
        )
    except NoQuote:  # a night that cannot be reckoned is not charged
        return trade
    return replace(priced, swap=trade.swap + swap) if swap else trade
