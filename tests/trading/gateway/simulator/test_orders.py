"""Orders by MetaTrader's rules: opening, closing whole and in part, stops, pendings, refusals."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.factories.simulator import Clock, Heard, a_desk, a_server, accounts, reopened
from tests.factories.terms import a_group
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.orders import (
    Order,
    cancel_trade,
    close_trade,
    modify_trade,
    open_trade,
    rewrite_comment,
)
from trading.gateway.simulator.protocol import Code, No
from trading.gateway.simulator.terminal import Terminal
from trading.terms import Cmd, TradeRecord

BUY = Order(cmd=0, login=5001, symbol="EURUSD", volume=100, price=Decimal("1.20010"))


def opened(desk: Desk, order: Order = BUY) -> TradeRecord:
    with desk.book.change() as change:
        return open_trade(desk, change, order)


def closed(desk: Desk, ticket: int, price: str, volume: int = 0) -> tuple[TradeRecord, int]:
    with desk.book.change() as change:
        order = Order(ticket=ticket, price=Decimal(price), volume=volume)
        return close_trade(desk, change, order)


def refusal(desk: Desk, order: Order) -> Code:
    before = (dict(desk.book.open), dict(desk.book.accounts), desk.book.last_ticket)
    with pytest.raises(No) as refused:
        opened(desk, order)
    assert (desk.book.open, desk.book.accounts, desk.book.last_ticket) == before
    return refused.value.code


def test_an_opened_position_keeps_its_rate_and_stands_in_book_and_journal(
    desk: Desk, heard: Heard, tmp_path: Path
) -> None:
    trade = opened(desk, replace(BUY, comment="first"))
    assert (trade.ticket, trade.cmd, trade.comment) == (1, Cmd.BUY, "first")
    assert trade.margin_rate == Decimal("1.20010")
    assert trade.profit == Decimal("-10.00")  # it would close at the bid
    assert trade.opened_server_time == trade.opened_at.replace(tzinfo=None) + timedelta(hours=2)
    assert heard.kinds == ["trade_open"]
    assert reopened(desk, tmp_path).book.open == {1: trade}


def test_closing_books_profit_swap_and_commission_on_the_balance(
    desk: Desk, heard: Heard, tmp_path: Path
) -> None:
    trade = opened(desk)
    done, remainder = closed(desk, trade.ticket, "1.20510")
    assert (done.profit, remainder) == (Decimal("500.00"), 0)
    assert desk.book.account(5001).balance == Decimal("10500.00")
    assert desk.book.open == {}
    assert heard.kinds == ["trade_open", "trade_close", "account"]
    after = reopened(desk, tmp_path)
    assert after.book.account(5001).balance == Decimal("10500.00")
    assert after.book.journal.trade(1) == done


def test_a_yen_profit_is_divided_by_the_closing_price(desk: Desk) -> None:
    order = Order(cmd=1, login=5001, symbol="USDJPY", volume=10, price=Decimal("150.000"))
    trade = opened(desk, order)
    assert trade.margin_rate == 1
    done, _ = closed(desk, trade.ticket, "149.500")
    assert done.profit == Decimal("33.44")  # 5,000 yen / 149.500


def test_commission_is_charged_at_opening_and_taken_at_closing(tmp_path: Path) -> None:
    group = a_group(commission=Decimal("7.00"))
    desk = a_desk(tmp_path, beginning=a_server(groups=(group,)))
    trade = opened(desk, replace(BUY, volume=5))
    assert trade.commission == Decimal("-0.35")
    assert desk.book.account(5001).balance == Decimal("10000.00")
    done, _ = closed(desk, trade.ticket, "1.20010")
    assert desk.book.account(5001).balance == Decimal("9999.65")
    assert done.commission == Decimal("-0.35")


def test_a_partial_close_makes_a_chain_of_tickets(desk: Desk, heard: Heard) -> None:
    trade = opened(desk, replace(BUY, sl=Decimal("1.19000"), tp=Decimal("1.25000"), comment="mine"))
    with desk.book.change() as change:
        change.put_trade("trade_update", replace(trade, swap=Decimal("-1.01")))
    first, second = closed(desk, trade.ticket, "1.20510", 30)
    assert (first.ticket, first.volume_hundredths, first.comment) == (1, 30, "to #2")
    assert (first.profit, first.swap) == (Decimal("150.00"), Decimal("-0.30"))
    rest = desk.book.open[second]
    assert (rest.ticket, rest.volume_hundredths, rest.comment) == (2, 70, "from #1")
    assert rest.swap == Decimal("-0.71")
    same = ("opened_at", "open_price", "stop_loss", "take_profit", "margin_rate", "magic")
    assert [getattr(rest, name) for name in same] == [getattr(trade, name) for name in same]
    third, fourth = closed(desk, second, "1.20610", 20)
    assert (third.comment, desk.book.open[fourth].comment) == ("to #3", "from #2")
    last, none = closed(desk, fourth, "1.20610")
    assert (last.comment, none) == ("from #2", 0)
    total = Decimal("150.00") + Decimal("120.00") + Decimal("300.00") - Decimal("1.01")
    assert desk.book.account(5001).balance == Decimal("10000.00") + total
    assert heard.kinds[2:5] == ["trade_open", "trade_close", "account"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"login": 9}, Code.BAD_ACCOUNT_INFO),
        ({"symbol": "NOPE"}, Code.INVALID_DATA),
        ({"cmd": 6}, Code.INVALID_DATA),
        ({"price": Decimal(0)}, Code.INVALID_DATA),
        ({"price": Decimal("1.200101")}, Code.BAD_PRICES),
        ({"volume": 0}, Code.BAD_VOLUME),
        ({"volume": -5}, Code.BAD_VOLUME),
        ({"sl": Decimal("1.21000")}, Code.BAD_STOPS),
        ({"sl": Decimal("-1.2")}, Code.BAD_STOPS),
        ({"tp": Decimal("1.20000")}, Code.BAD_STOPS),
        ({"cmd": 1, "sl": Decimal("1.19000")}, Code.BAD_STOPS),
        ({"volume": 1000}, Code.NO_MONEY),
        ({"cmd": 2, "price": Decimal("1.20020")}, Code.BAD_STOPS),
        ({"cmd": 3, "price": Decimal("1.19990")}, Code.BAD_STOPS),
        ({"cmd": 4, "price": Decimal("1.19990")}, Code.BAD_STOPS),
        ({"cmd": 5, "price": Decimal("1.20020")}, Code.BAD_STOPS),
    ],
)
def test_a_refused_order_leaves_nothing(desk: Desk, fields: dict[str, Any], code: Code) -> None:
    assert refusal(desk, replace(BUY, **fields)) is code


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"enabled": False}, Code.ACCOUNT_DISABLED), ({"read_only": True}, Code.TRADE_DISABLE)],
)
def test_an_account_that_may_not_trade_does_not(
    tmp_path: Path, fields: dict[str, Any], code: Code
) -> None:
    desk = a_desk(tmp_path, beginning=a_server(accounts=accounts(fields)))
    assert refusal(desk, BUY) is code
    for deed in (Terminal(desk).open, Terminal(desk).close, Terminal(desk).modify):
        with pytest.raises(No) as refused:
            deed(Order(login=5001, symbol="EURUSD", volume=1))
        assert refused.value.code is code


def test_a_pending_order_must_live_ten_minutes(desk: Desk, clock: Clock) -> None:
    pending = replace(BUY, cmd=2, price=Decimal("1.19000"))
    soon = clock.time + timedelta(minutes=9, seconds=59)
    assert refusal(desk, replace(pending, expiration=soon)) is Code.EXPIRATION_DENIED
    later = clock.time + timedelta(minutes=10)
    trade = opened(desk, replace(pending, expiration=later))
    assert (trade.expires_at, trade.margin_rate, trade.commission) == (later, 0, 0)
    assert trade.close_price == Decimal("1.20010")
    assert desk.margin_state(5001).margin == 0


@pytest.mark.parametrize(
    ("price", "volume", "code"),
    [("0", 0, Code.INVALID_DATA), ("1.2", 101, Code.BAD_VOLUME), ("1.2", -1, Code.BAD_VOLUME)],
)
def test_closing_needs_a_price_and_a_volume_that_is_there(
    desk: Desk, price: str, volume: int, code: Code
) -> None:
    opened(desk)
    with pytest.raises(No) as refused:
        closed(desk, 1, price, volume)
    assert refused.value.code is code
    assert len(desk.book.open) == 1


def test_a_ticket_closes_once_and_only_for_its_own_account(desk: Desk) -> None:
    opened(desk)
    with pytest.raises(No), desk.book.change() as change:
        close_trade(desk, change, Order(ticket=1, login=5002, price=Decimal("1.2")))
    closed(desk, 1, "1.20000")
    with pytest.raises(No) as refused:
        closed(desk, 1, "1.20000")
    assert refused.value.code is Code.INVALID_DATA


def test_a_cancelled_order_is_a_closed_record_with_the_servers_word(
    desk: Desk, heard: Heard
) -> None:
    trade = opened(desk, replace(BUY, cmd=2, price=Decimal("1.19000"), comment="mine"))
    with desk.book.change() as change:
        gone = cancel_trade(desk, change, Order(ticket=trade.ticket))
    assert (gone.comment, gone.profit, gone.is_open) == ("cancelled", 0, False)
    assert heard.kinds == ["trade_open", "trade_delete"]
    assert desk.book.journal.trade(trade.ticket) == gone


def test_only_pending_orders_can_be_deleted(desk: Desk) -> None:
    opened(desk)
    with pytest.raises(No), desk.book.change() as change:
        cancel_trade(desk, change, Order(ticket=1))


def test_modifying_moves_stops_and_a_pendings_price(desk: Desk, heard: Heard) -> None:
    opened(desk)
    opened(desk, replace(BUY, cmd=5, price=Decimal("1.19000")))
    with desk.book.change() as change:
        stopped = modify_trade(desk, change, Order(ticket=1, sl=Decimal("1.19500")))
    assert (stopped.stop_loss, stopped.open_price) == (Decimal("1.19500"), Decimal("1.20010"))
    with desk.book.change() as change:
        moved = modify_trade(desk, change, Order(ticket=2, price=Decimal("1.18000")))
    assert moved.open_price == Decimal("1.18000")
    assert heard.kinds[2:] == ["trade_update", "trade_update"]
    with pytest.raises(No) as refused, desk.book.change() as change:
        modify_trade(desk, change, Order(ticket=1, sl=Decimal("1.20000")))
    assert refused.value.code is Code.BAD_STOPS


def test_a_comment_can_be_rewritten_even_on_a_booked_record(desk: Desk) -> None:
    opened(desk)
    closed(desk, 1, "1.20000")
    with desk.book.change() as change:
        rewrite_comment(desk, change, Order(ticket=1, comment="x" * 40))
    found = desk.book.journal.trade(1)
    assert found is not None
    assert found.comment == "x" * 31


def test_a_change_that_fails_half_way_leaves_nothing(desk: Desk, heard: Heard) -> None:
    def fail_half_way() -> None:
        with desk.book.change() as change:
            open_trade(desk, change, BUY)
            raise No(Code.INVALID_DATA)

    with pytest.raises(No):
        fail_half_way()
    assert (desk.book.open, desk.book.last_ticket, heard.kinds) == ({}, 0, [])
    assert desk.book.journal.trade(1) is None
