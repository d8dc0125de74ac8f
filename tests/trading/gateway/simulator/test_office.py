"""What the server keeps of itself: journal, rights, who is online, reports, and masks."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.factories.simulator import Clock, Heard, a_desk, a_server, accounts, reopened
from trading.gateway import wire
from trading.gateway.simulator.clockwork import Clockwork
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.front.control import Control
from trading.gateway.simulator.front.direct import Direct
from trading.gateway.simulator.funds import change_balance
from trading.gateway.simulator.nightly import end_day
from trading.gateway.simulator.office.authors import Author
from trading.gateway.simulator.office.rights import matches
from trading.gateway.simulator.orders import Order, open_trade
from trading.gateway.simulator.protocol import Code, No
from trading.gateway.simulator.records import read_body
from trading.gateway.simulator.terminal import Terminal
from trading.terms import (
    DailyReport,
    LevelType,
    LogCode,
    LogLine,
    ManagerAccount,
    MarginState,
    Quote,
)

DEPOSIT = Order(cmd=6, login=5001, price=Decimal("250.00"), comment="gift")
BUY = Order(cmd=0, login=5001, symbol="EURUSD", volume=100, price=Decimal("1.20010"))


def lines(desk: Desk) -> list[LogLine]:
    now = desk.hours.now()
    span = now - timedelta(days=1), now + timedelta(days=1)
    found = desk.book.journal.lines(span=span, codes=LogCode, after=0, limit=100)
    return [read_body(LogLine, text) for _, text in found]


def test_each_deed_leaves_one_line_with_its_doer_and_address(desk: Desk, tmp_path: Path) -> None:
    with desk.book.acting(Author(901, "10.0.0.5")), desk.book.change() as change:
        change_balance(desk, change, DEPOSIT)
    (line,) = lines(reopened(desk, tmp_path))
    assert line.message == "'901': changed balance #1 - 250.00 for '5001' - 'gift'"
    assert (line.author, line.ip, line.code) == (901, "10.0.0.5", LogCode.TRADE)
    assert line.server_time == line.at.replace(tzinfo=None) + timedelta(hours=2)


def test_a_refused_change_leaves_a_warning_and_nothing_else(desk: Desk) -> None:
    args = {"type": 83, "cmd": 6, "orderby": 9, "price": "1.00"}
    with pytest.raises(No):
        Direct(desk).answer("transaction", args)
    (line,) = lines(desk)
    assert (line.code, line.author) == (LogCode.WARNING, 900)
    assert line.message.endswith("there is no account 9")


def test_what_the_night_does_by_itself_is_nobodys_deed(desk: Desk) -> None:
    with desk.book.change() as change:
        open_trade(desk, change, BUY)
    before = len(lines(desk))
    end_day(desk, desk.hours.server_time(desk.hours.now()).date(), although_held=True)
    told = lines(desk)[before:]
    assert [line for line in told if line.author or "modify order" in line.message] == []


def test_a_manager_does_what_he_has_the_right_to(desk: Desk) -> None:
    direct, support = Direct(desk), Author(902, "10.0.0.6")
    assert not direct.answer("open_trades", {}, support)
    for verb, args in (
        ("transaction", {"type": 83}),
        ("transaction", {"type": 75}),
        ("managers", {}),
    ):
        with pytest.raises(No) as refused:
            direct.answer(verb, args, support)
        assert refused.value.code is Code.NOT_ENOUGH_RIGHTS
    assert not direct.knows(Author(77))
    with pytest.raises(No):
        direct.answer("symbols", {}, Author(77))


def test_a_clients_terminal_signs_in_by_itself(desk: Desk, heard: Heard) -> None:
    trade = Terminal(desk).open(BUY)
    assert heard.kinds == ["online", "trade_open"]
    user = desk.book.online[5001]
    came, order = lines(desk)
    assert (came.code, came.author, came.ip) == (LogCode.LOGIN, 5001, user.ip)
    assert (order.author, order.ip) == (5001, user.ip)
    assert f"#{trade.ticket}" in order.message
    desk.book.sign_out(5001)
    desk.book.sign_out(5001)
    assert heard.kinds[2:] == ["offline"]


def test_a_blocked_account_does_not_sign_in(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, beginning=a_server(accounts=accounts({"enabled": False})))
    with pytest.raises(No) as refused:
        desk.book.sign_in(5001, "10.0.0.9")
    assert refused.value.code is Code.ACCOUNT_DISABLED
    assert [line.code for line in lines(desk)] == [LogCode.WARNING]
    assert desk.book.online == {}


def test_a_day_is_reported_with_what_came_and_what_was_earned(desk: Desk, clock: Clock) -> None:
    with desk.book.change() as change:
        change_balance(desk, change, DEPOSIT)
        open_trade(desk, change, BUY)
    day = desk.hours.server_time(desk.hours.now()).date()
    end_day(desk, day, although_held=True)
    (first,) = reports(desk)
    assert (first.deposit, first.closed, first.floating) == (Decimal("250.00"), 0, -10)
    assert (first.balance_previous, first.balance) == (Decimal("10000.00"), Decimal("10250.00"))
    assert (first.equity, first.margin) == (Decimal("10240.00"), Decimal("1200.10"))
    clock.time += timedelta(days=1)
    end_day(desk, day + timedelta(days=1), although_held=True)
    second = reports(desk)[1]
    assert (second.deposit, second.balance_previous) == (0, Decimal("10250.00"))
    assert reports(desk, since=second.stamp) == [second]


def reports(desk: Desk, since: int = 0) -> list[DailyReport]:
    found = desk.book.journal.reports(since=since, login=0, after=0, limit=10)
    return [read_body(DailyReport, text) for _, text in found]


def test_a_margin_call_is_told_when_it_comes_and_when_it_goes(desk: Desk, heard: Heard) -> None:
    quotes: list[Quote] = []
    clockwork = Clockwork(desk, traders=None, on_quotes=quotes.extend)
    with desk.book.change() as change:
        open_trade(desk, change, replace(BUY, volume=700))
    for price in ("1.20000", "1.19700", "1.19700", "1.20000"):
        desk.market.set_quote("EURUSD", Decimal(price), None, desk.hours.exact_now())
        clockwork.watch_margin()
    called = [one.record for one in heard.happenings if one.kind == "margin_call"]
    levels = [one.level_type for one in called if isinstance(one, MarginState)]
    assert levels == [LevelType.MARGIN_CALL, LevelType.OK]


def test_a_manager_put_at_the_stage_leaves_the_others_their_login(desk: Desk) -> None:
    nothing: Any = None  # the stage moves no clock and no price here
    stage = Control(desk, nothing, nothing, nothing)
    usual = desk.book.managers.values()
    other = replace(desk.book.managers[901], name="Other desk")
    stage.answer("put_manager", {"manager": wire.encode(ManagerAccount, other)})
    kept = {one.login: one.name for one in desk.book.journal.managers()}
    assert kept == {one.login: one.name for one in usual}  # after a restart they are all there
    assert kept[901] == "Other desk"


@pytest.mark.parametrize(
    ("mask", "fits"),
    [("", True), ("*", True), ("real-usd", True), ("real", False), ("real*", True),
     ("demo*, real-*", True), ("[r]*", False), ("REAL-USD", False),
     ("real?usd", False), ("*usd", True), ("r*-*d", True), (" , ", True)],
)  # fmt: skip
def test_a_mask_is_a_comma_list_with_stars(mask: str, fits: bool) -> None:
    assert matches(mask, "real-usd") is fits
