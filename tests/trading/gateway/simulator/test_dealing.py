"""What a manager does to trades: close by, close all, activate, delete; how it is booked."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.factories.simulator import Heard, a_desk, a_server, accounts, reopened
from tests.factories.terms import a_group
from trading.gateway.simulator.dealing.closing_by import close_all, close_by
from trading.gateway.simulator.dealing.pending import activate, delete
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.orders import Order, open_trade
from trading.gateway.simulator.protocol import Code, No
from trading.terms import Cmd, GroupSecurity, TradeRecord

BUY = Order(cmd=0, login=5001, symbol="EURUSD", volume=100, price=Decimal("1.20010"))
SELL = replace(BUY, cmd=1, price=Decimal("1.20000"))
LIMIT = replace(BUY, cmd=2, price=Decimal("1.19000"))


def opened(desk: Desk, order: Order) -> TradeRecord:
    with desk.book.change() as change:
        return open_trade(desk, change, order)


def test_equal_volumes_close_on_both_sides_and_keep_the_firsts_comment(
    desk: Desk, heard: Heard, tmp_path: Path
) -> None:
    one, two = opened(desk, replace(BUY, comment="mine")), opened(desk, SELL)
    with desk.book.change() as change:
        first, rest = close_by(desk, change, Order(ticket=one.ticket, login=two.ticket))
    hedge = desk.book.journal.trade(two.ticket)
    assert hedge is not None
    assert (first.profit, first.close_price, first.comment) == (-10, Decimal("1.20000"), "mine")
    assert (hedge.volume_hundredths, hedge.profit) == (0, 0)
    assert (rest, desk.book.open) == (0, {})
    assert heard.kinds[2:] == ["trade_close", "trade_close", "account"]
    assert reopened(desk, tmp_path).book.account(5001).balance == Decimal("9990.00")


def test_swaps_of_both_are_booked_with_the_part_that_closes(desk: Desk) -> None:
    one, two = opened(desk, BUY), opened(desk, replace(SELL, volume=40))
    with desk.book.change() as change:
        change.put_trade("trade_update", replace(one, swap=Decimal("-1.00")))
        change.put_trade("trade_update", replace(two, swap=Decimal("0.30")))
    with desk.book.change() as change:
        first, rest = close_by(desk, change, Order(ticket=one.ticket, login=two.ticket))
    assert (first.volume_hundredths, first.swap) == (40, Decimal("-0.40"))
    left = desk.book.open[rest]
    assert (left.volume_hundredths, left.swap, left.comment) == (
        60,
        Decimal("-0.60"),
        "partial close",
    )
    assert desk.book.account(5001).balance == Decimal("10000.00") - 4 - Decimal("0.10")


@pytest.mark.parametrize(
    "order", [Order(login=5001, symbol="NOPE"), Order(login=9, symbol="EURUSD")]
)
def test_closing_all_needs_a_symbol_and_an_account(desk: Desk, order: Order) -> None:
    with pytest.raises(No), desk.book.change() as change:
        close_all(desk, change, order)


def test_an_activated_order_is_a_position_from_now_on(desk: Desk, heard: Heard) -> None:
    trade = opened(desk, LIMIT)
    with desk.book.change() as change:
        now = activate(desk, change, Order(ticket=trade.ticket, price=Decimal("1.20000")))
    assert (now.cmd, now.open_price, now.margin_rate) == (
        Cmd.BUY,
        Decimal("1.20000"),
        now.open_price,
    )
    assert heard.kinds == ["trade_open", "trade_update"]
    for price in ("0", "1.200001"):
        with pytest.raises(No), desk.book.change() as change:
            activate(desk, change, Order(ticket=trade.ticket, price=Decimal(price)))


def test_an_order_is_not_activated_without_the_margin_for_it(desk: Desk) -> None:
    trade = opened(desk, replace(LIMIT, volume=2000))
    with pytest.raises(No) as refused, desk.book.change() as change:
        activate(desk, change, Order(ticket=trade.ticket, price=Decimal("1.20000")))
    assert refused.value.code is Code.NO_MONEY
    assert desk.book.open[trade.ticket] == trade


def test_a_manager_can_delete_a_position_and_its_result_is_lost(desk: Desk, heard: Heard) -> None:
    trade = opened(desk, BUY)
    with desk.book.change() as change:
        gone = delete(desk, change, Order(ticket=trade.ticket))
    assert (gone.profit, gone.comment, gone.is_open) == (0, "cancelled by dealer", False)
    assert heard.kinds == ["trade_open", "trade_delete"]
    assert desk.book.account(5001).balance == Decimal("10000.00")


@pytest.mark.parametrize(
    ("volume", "code"), [(5, Code.BAD_VOLUME), (15, Code.BAD_VOLUME), (60, Code.BAD_VOLUME)]
)
def test_a_groups_sizes_bind(tmp_path: Path, volume: int, code: Code) -> None:
    sizes = GroupSecurity(name="Forex", lot_min=10, lot_max=50, lot_step=10)
    desk = a_desk(tmp_path, beginning=a_server(groups=(a_group(securities=(sizes,)),)))
    assert opened(desk, replace(BUY, volume=20)).volume_hundredths == 20
    with pytest.raises(No) as refused:
        opened(desk, replace(BUY, volume=volume))
    assert refused.value.code is code


def test_a_group_may_not_trade_a_security_at_all(tmp_path: Path) -> None:
    closed = GroupSecurity(name="Forex", trade_enabled=False)
    group = a_group(securities=(closed,))
    desk = a_desk(tmp_path, beginning=a_server(groups=(group,), accounts=accounts({})))
    with pytest.raises(No) as refused:
        opened(desk, BUY)
    assert refused.value.code is Code.TRADE_DISABLE
