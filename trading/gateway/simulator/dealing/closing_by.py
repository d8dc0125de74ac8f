"""Closing positions by opposite ones, as MetaTrader books it.

The smaller volume closes on both. The first one bears the result, at the other's opening price; the
opposite one is left with no volume and the comment `close hedge by #first`. What remains of the
first goes on under a new ticket with the comment `partial close`, what remains of the opposite one
with `from #first`. Source: the integration tests of a public client, run against a real server.
"""

from dataclasses import replace
from decimal import Decimal

from trading.gateway.simulator.book import Change
from trading.gateway.simulator.dealing.agents import pay_agent
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.orders import Order, booked_result, closed_record, split
from trading.gateway.simulator.protocol import Code, No
from trading.terms import TradeRecord

NOTHING = Decimal(0)


def close_by(desk: Desk, change: Change, order: Order) -> tuple[TradeRecord, int]:
    """Close the ticket `order.ticket` by the opposite one `order.login` (MetaTrader's orderby).

    Returns the record of the first and the ticket of the remainder (0 when nothing remains).
    """
    first, opposite = desk.book.open.get(order.ticket), desk.book.open.get(order.login)
    if first is None or opposite is None:
        raise No(Code.INVALID_DATA, f"#{order.ticket} and #{order.login} are not both open")
    if not _are_opposite(first, opposite):
        raise No(Code.INVALID_DATA, f"#{first.ticket} and #{opposite.ticket} are not opposite")
    closed, rest = _netted(desk, change, first, opposite)
    return closed, rest.ticket if rest is not None else 0


def close_all(desk: Desk, change: Change, order: Order) -> tuple[TradeRecord, int]:
    """Close a login's positions of a symbol by each other, the oldest first, to one side.

    Returns the last record that bore a result and the ticket of the last remainder.
    """
    spec = desk.book.symbol(order.symbol)
    change.account(order.login)
    left = [t for t in desk.book.open_of(order.login) if t.symbol == spec.name and t.cmd.is_market]
    closed, last = None, 0
    while (pair := _first_pair(left)) is not None:
        closed, rest = _netted(desk, change, *pair)
        left = [trade for trade in left if trade not in pair]
        if rest is not None:
            left = sorted([*left, rest], key=lambda trade: trade.ticket)
            last = rest.ticket
    if closed is None:
        raise No(Code.INVALID_DATA, f"{order.login} has no opposite positions of {spec.name}")
    return closed, last


def _first_pair(left: list[TradeRecord]) -> tuple[TradeRecord, TradeRecord] | None:
    for one in left:
        for other in left:
            if _are_opposite(one, other):
                return one, other
    return None


def _are_opposite(one: TradeRecord, other: TradeRecord) -> bool:
    same = one.login == other.login and one.symbol == other.symbol
    return same and one.cmd.is_market and other.cmd.is_market and one.cmd is not other.cmd


def _netted(
    desk: Desk, change: Change, first: TradeRecord, opposite: TradeRecord
) -> tuple[TradeRecord, TradeRecord | None]:
    """Close the smaller volume on both; return the first's record and what remains open."""
    volume = min(first.volume_hundredths, opposite.volume_hundredths)
    rest, remark = None, first.comment
    if first.volume_hundredths != opposite.volume_hundredths:
        remark = "partial close"
    if first.volume_hundredths > volume:
        first, rest = split(desk, change, first, volume, comment="partial close")
    if opposite.volume_hundredths > volume:
        opposite, rest = split(desk, change, opposite, volume, comment=f"from #{first.ticket}")
    profit = desk.closing_profit(first, opposite.open_price)
    closed = change.put_trade(
        "trade_close",
        closed_record(change, first, price=opposite.open_price, profit=profit, comment=remark),
    )
    hedge = closed_record(
        change,
        replace(opposite, volume_hundredths=0),
        price=opposite.open_price,
        profit=NOTHING,
        comment=f"close hedge by #{first.ticket}",
    )
    booked_result(change, closed, change.put_trade("trade_close", hedge))
    pay_agent(desk, change, closed)
    return closed, rest
