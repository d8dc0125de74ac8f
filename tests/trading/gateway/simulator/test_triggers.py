"""What prices set off: stops with and without a gap, pendings, expiry, margin call, stop-out."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.factories.simulator import Clock, Heard
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.orders import Order, open_trade
from trading.gateway.simulator.triggers import expire, follow, watch_margin
from trading.terms import Cmd, LevelType, TradeRecord

BUY = Order(cmd=0, login=5001, symbol="EURUSD", volume=100, price=Decimal("1.20010"))


def opened(desk: Desk, order: Order) -> TradeRecord:
    with desk.book.change() as change:
        return open_trade(desk, change, order)


def move(desk: Desk, bid: str, ask: str) -> int:
    quote = desk.market.set_quote("EURUSD", Decimal(bid), Decimal(ask), desk.hours.now())
    return follow(desk, [quote])


@pytest.mark.parametrize(
    ("order", "bid", "ask", "price", "comment"),
    [
        ({"sl": "1.19900"}, "1.19890", "1.19900", "1.19900", "mine[sl]"),
        ({"sl": "1.19900"}, "1.19000", "1.19010", "1.19000", "mine[sl/gap]"),
        ({"tp": "1.20500"}, "1.20500", "1.20510", "1.20500", "mine[tp]"),
        ({"tp": "1.20500"}, "1.21500", "1.21510", "1.21500", "mine[tp/gap]"),
        ({"cmd": 1, "sl": "1.20500"}, "1.20495", "1.20505", "1.20500", "mine[sl]"),
        ({"cmd": 1, "tp": "1.19500"}, "1.19480", "1.19490", "1.19500", "mine[tp]"),
    ],
)
def test_a_stop_closes_at_its_price_or_beyond_a_gap(
    desk: Desk, order: dict[str, str], bid: str, ask: str, price: str, comment: str
) -> None:
    stops = {name: Decimal(order[name]) for name in ("sl", "tp") if name in order}
    trade = opened(desk, replace(BUY, cmd=order.get("cmd", 0), comment="mine", **stops))
    assert move(desk, bid, ask) == 1
    done = desk.book.journal.trade(trade.ticket)
    assert done is not None
    assert (done.close_price, done.comment) == (Decimal(price), comment)
    assert move(desk, bid, ask) == 0


def test_a_price_short_of_the_stop_closes_nothing(desk: Desk) -> None:
    opened(desk, replace(BUY, sl=Decimal("1.19900"), tp=Decimal("1.20500")))
    assert move(desk, "1.19910", "1.19920") + move(desk, "1.20490", "1.20500") == 0


def test_the_suffix_wins_over_a_long_comment(desk: Desk) -> None:
    trade = opened(desk, replace(BUY, sl=Decimal("1.19900"), comment="x" * 31))
    move(desk, "1.19900", "1.19910")
    done = desk.book.journal.trade(trade.ticket)
    assert done is not None
    assert done.comment == "x" * 27 + "[sl]"


@pytest.mark.parametrize(
    ("cmd", "at", "bid", "ask"),
    [
        (Cmd.BUY_LIMIT, "1.19900", "1.19890", "1.19900"),
        (Cmd.SELL_LIMIT, "1.20500", "1.20500", "1.20510"),
        (Cmd.BUY_STOP, "1.20500", "1.20490", "1.20500"),
        (Cmd.SELL_STOP, "1.19900", "1.19900", "1.19910"),
    ],
)
def test_a_pending_order_becomes_a_position_under_its_own_ticket(
    desk: Desk, heard: Heard, clock: Clock, cmd: Cmd, at: str, bid: str, ask: str
) -> None:
    trade = opened(desk, replace(BUY, cmd=cmd, price=Decimal(at), volume=10))
    assert move(desk, "1.20000", "1.20010") == 0
    clock.time += timedelta(hours=1)
    assert move(desk, bid, ask) == 1
    position = desk.book.open[trade.ticket]
    assert position.cmd == (Cmd.BUY if cmd.side == "buy" else Cmd.SELL)
    assert (position.open_price, position.margin_rate) == (Decimal(at), Decimal(at))
    assert position.opened_at == clock.time
    assert heard.kinds == ["trade_open", "trade_update"]


def test_a_pending_order_without_money_is_deleted(desk: Desk, heard: Heard) -> None:
    trade = opened(desk, replace(BUY, cmd=2, price=Decimal("1.19900"), volume=900, comment="me"))
    move(desk, "1.19890", "1.19900")
    gone = desk.book.journal.trade(trade.ticket)
    assert gone is not None
    assert (gone.comment, gone.cmd) == ("deleted [no money]", Cmd.BUY_LIMIT)
    assert heard.kinds == ["trade_open", "trade_delete"]


def test_a_pending_order_ends_with_its_time(desk: Desk, clock: Clock) -> None:
    ends = clock.time + timedelta(hours=1)
    opened(desk, replace(BUY, cmd=2, price=Decimal("1.19000"), expiration=ends))
    clock.time = ends - timedelta(seconds=1)
    assert expire(desk) == 0
    clock.time = ends
    assert expire(desk) == 1
    assert desk.book.open == {}


def test_margin_call_then_stop_out_of_the_worst_position_first(desk: Desk) -> None:
    opened(desk, replace(BUY, volume=700))
    opened(desk, replace(BUY, volume=100, cmd=1, price=Decimal("1.20000")))
    move(desk, "1.19500", "1.19510")  # equity 6,920 of 7,200.60 margin: six lots are uncovered
    assert watch_margin(desk, [5001]) == {5001: LevelType.MARGIN_CALL}
    assert len(desk.book.open) == 2
    move(desk, "1.18900", "1.18910")
    called = watch_margin(desk, [5001])
    assert called == {}
    first = desk.book.journal.trade(1)
    assert first is not None
    assert first.comment.startswith("[so/a: ")
    assert first.close_price == Decimal("1.18900")
    assert list(desk.book.open) == [2]


def test_nothing_is_set_off_while_the_day_ends(desk: Desk, clock: Clock) -> None:
    opened(desk, replace(BUY, sl=Decimal("1.19900")))
    desk.hours.closed_until = clock.time + timedelta(minutes=1)
    assert move(desk, "1.19000", "1.19010") == 0
    assert watch_margin(desk, [5001]) == {}
    clock.time += timedelta(minutes=1)
    assert move(desk, "1.19000", "1.19010") == 1
