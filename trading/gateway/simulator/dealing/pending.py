"""What a manager does to pending orders, and to any open ticket: activate, delete."""

from dataclasses import replace
from decimal import Decimal

from trading.gateway.simulator.book import Change
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.orders import (
    Order,
    cancel_trade,
    check_price,
    closed_record,
    filled,
    open_ticket,
)
from trading.gateway.simulator.protocol import Code, No
from trading.terms import Cmd, Side, TradeRecord

NOTHING = Decimal(0)
BY_DEALER = "cancelled by dealer"  # seen on a real server


def activate(desk: Desk, change: Change, order: Order) -> TradeRecord:
    """Turn a pending order into a position at the order's price; 134 without the margin for it."""
    trade = open_ticket(desk, order)
    if not trade.cmd.is_pending or order.price <= 0:
        raise No(Code.INVALID_DATA, "activation needs a pending order and a price")
    check_price(order.price, desk.book.symbols[trade.symbol])
    account = change.account(trade.login)
    if not account.enabled:
        raise No(Code.ACCOUNT_DISABLED, str(account.login))
    position = filled(
        desk,
        account,
        replace(
            trade,
            cmd=Cmd.BUY if trade.cmd.side is Side.BUY else Cmd.SELL,
            open_price=order.price,
            opened_at=change.now,
            opened_server_time=change.server_time,
            expires_at=None,
        ),
    )
    if not desk.can_afford(position):
        raise No(Code.NO_MONEY)
    return change.put_trade("trade_update", position)


def delete(desk: Desk, change: Change, order: Order) -> TradeRecord:
    """Delete any open ticket, as MetaTrader lets a manager do: a position loses its result."""
    trade = open_ticket(desk, order)
    if trade.cmd.is_pending:
        return cancel_trade(desk, change, order, comment=BY_DEALER)
    price = desk.priced(trade).close_price
    bare = replace(trade, swap=NOTHING, commission=NOTHING, taxes=NOTHING)
    gone = closed_record(change, bare, price=price, profit=NOTHING, comment=BY_DEALER)
    return change.put_trade("trade_delete", gone)
