"""The records of the Manager API: sizes, places, and the way there and back."""

import ctypes
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.agents import an_account
from trading.gateway.agent.engine import LinkError
from trading.gateway.agent.manager_api import layouts
from trading.gateway.agent.manager_api.records import Server
from trading.gateway.agent.manager_api.transactions import GROUP_LEVERAGE, GROUP_SETGROUP, Writer
from trading.gateway.agent.manager_api.values import (
    from_chars,
    from_double,
    moment,
    to_address,
    to_chars,
    to_double,
    to_seconds,
    wall_clock,
)
from trading.gateway.errors import BadMessage
from trading.terms import BalanceKind, Cmd, LevelType, LogCode

ATHENS = ZoneInfo("Europe/Athens")
SERVER = Server(ATHENS, "cp1251")
WRITER = Writer(zone=ATHENS, code_page="cp1251", price_digits=5)

#: Bytes of each record in the 32-bit library, builds 1090 and 1260.
SIZES = {
    "UserRecord": 1120, "TradeRecord": 224, "TradeTransInfo": 96, "MarginLevel": 88,
    "DailyReport": 176, "OnlineRecord": 32, "ServerLog": 796, "GroupCommandInfo": 57,
    "ReportGroupRequest": 44, "DailyGroupRequest": 48, "SymbolInfo": 112, "ConGroup": 13_696,
    "ConGroupSec": 112, "ConGroupMargin": 72, "ConSymbol": 1936,
}  # fmt: skip


@pytest.mark.parametrize(("name", "size"), SIZES.items())
def test_a_record_has_its_size(name: str, size: int) -> None:
    assert ctypes.sizeof(getattr(layouts, name)) == size


def test_a_transaction_lies_byte_by_byte_as_the_header_says() -> None:
    told = layouts.TradeTransInfo(
        type=83, cmd=6, order=1, orderby=2, volume=3, price=1.5, comment=b"BO:1", expiration=4
    )
    raw = bytes(told)
    assert (raw[0], raw[2:4], raw[4:8], raw[8:12]) == (83, b"\6\0", b"\1\0\0\0", b"\2\0\0\0")
    assert raw[24:28] == b"\3\0\0\0"
    assert raw[28:36] == b"\0\0\0\0\0\0\xf8\x3f"
    assert raw[56:61] == b"BO:1\0"
    assert raw[88:92] == b"\4\0\0\0"


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(0, 8))
def test_fifteen_digits_survive_a_double(units: int, digits: int) -> None:
    number = Decimal(units).scaleb(-digits)
    assert from_double(to_double(number, digits), digits) == number


@pytest.mark.parametrize(
    ("text", "digits"), [("1.005", 2), ("1e15", 0), ("NaN", 2), ("Infinity", 2), ("0.000001", 5)]
)
def test_a_number_that_would_be_rounded_is_refused(text: str, digits: int) -> None:
    with pytest.raises(BadMessage):
        to_double(Decimal(text), digits)


@pytest.mark.parametrize("double", [float("nan"), float("inf")])
def test_a_double_that_is_no_number_is_no_answer(double: float) -> None:
    with pytest.raises(LinkError):
        from_double(double, 2)


def test_a_double_is_read_half_up_as_it_is_printed() -> None:
    assert from_double(1.005, 2) == Decimal("1.01")
    assert from_double(0.1 + 0.2, 2) == Decimal("0.30")
    assert from_double(-2.675, 2) == Decimal("-2.68")


def test_texts_are_in_the_code_page_and_end_at_zero() -> None:
    assert from_chars(to_chars("name", "Ада", 4, "cp1251"), "cp1251") == "Ада"
    assert from_chars(b"Ada\0\xff\xff", "cp1251") == "Ada"
    with pytest.raises(BadMessage, match="4 bytes"):
        to_chars("name", "Анна", 4, "cp1251")


def test_times_are_the_servers_wall_clock_also_over_daylight_saving() -> None:
    for utc in (datetime(2026, 1, 5, 10, tzinfo=UTC), datetime(2026, 7, 5, 10, tzinfo=UTC)):
        seconds = to_seconds(utc, ATHENS)
        assert moment(seconds, ATHENS) == utc
        assert wall_clock(seconds).hour == (12 if utc.month == 1 else 13)
    assert to_seconds(None, ATHENS) == 0
    with pytest.raises(BadMessage, match="2038"):
        to_seconds(datetime(2040, 1, 1, tzinfo=UTC), ATHENS)


def test_an_account_is_read_as_it_stands() -> None:
    user = layouts.UserRecord(
        login=7, group=b"real-usd", name="Ада".encode("cp1251"), enable=1, enable_read_only=1,
        leverage=200, balance=100.1, credit=5, regdate=1_772_600_000, timestamp=9, user_color=255,
        address=b"Long Street 1", enable_change_password=0, send_reports=1, prevbalance=99.995,
    )  # fmt: skip
    record = SERVER.account(user, "USD", 2)
    assert (record.login, record.name, record.read_only, record.enabled) == (7, "Ада", True, True)
    assert (record.balance, record.previous_balance) == (Decimal("100.10"), Decimal("100.00"))
    assert (record.address, record.color, record.may_change_password) == (
        "Long Street 1",
        255,
        False,
    )
    assert record.registered_at == moment(1_772_600_000, ATHENS)


def test_a_ticket_without_a_closing_time_is_open() -> None:
    trade = layouts.TradeRecord(
        order=5, login=7, symbol=b"EURUSD", digits=5, cmd=1, volume=150, open_time=1_772_600_000,
        open_price=1.08123, close_price=1.08, profit=-12.3, storage=-0.1, margin_rate=1.08123,
    )  # fmt: skip
    record = SERVER.trade(trade, 2)
    assert (record.ticket, record.cmd, record.volume_hundredths) == (5, Cmd.SELL, 150)
    assert (record.closed_at, record.expires_at) == (None, None)
    assert (record.open_price, record.swap) == (Decimal("1.08123"), Decimal("-0.10"))
    trade.close_time = 1_772_700_000
    assert SERVER.trade(trade, 2).closed_at == moment(1_772_700_000, ATHENS)
    trade.cmd = 9
    with pytest.raises(LinkError, match="9 as a Cmd"):
        SERVER.trade(trade, 2)


def test_figures_of_another_login_are_not_taken() -> None:
    account = replace(an_account(7), balance=Decimal("100.00"), credit=Decimal("10.00"))
    level = layouts.MarginLevel(
        login=7,
        balance=110,
        equity=90.5,
        margin=50,
        margin_free=40.5,
        margin_level=181,
        level_type=1,
    )
    state = SERVER.margin(level, account, 2)
    assert (state.floating, state.balance) == (Decimal("-19.50"), Decimal("100.00"))
    assert state.level_type is LevelType.MARGIN_CALL
    level.login = 8
    with pytest.raises(LinkError, match="of 8, not 7"):
        SERVER.margin(level, account, 2)


def test_days_lines_and_visitors_are_read() -> None:
    report = layouts.DailyReport(login=7, ctm=1_772_600_000, group=b"real", deposit=5, profit=-1.5)
    day = SERVER.daily(report, 2)
    assert (day.deposit, day.floating, day.stamp) == (Decimal("5.00"), Decimal("-1.50"), report.ctm)
    line = SERVER.line(
        layouts.ServerLog(code=1, time=b"2026.03.04 12:00:00", ip=b"10.0.0.5", message=b"'900': x")
    )
    assert (line.code, line.author, line.at.hour) == (LogCode.TRADE, 900, 10)
    with pytest.raises(LinkError, match="dated a line"):
        SERVER.line(layouts.ServerLog(time=b"yesterday"))
    user = SERVER.online(layouts.OnlineRecord(login=7, ip=0x05_00_00_0A, group=b"real"))
    assert (user.ip, to_address(0xFFFFFFFF)) == ("10.0.0.5", "255.255.255.255")


EXPIRY = datetime(2026, 3, 4, 10, tzinfo=UTC)
ONE = Decimal("1.10000")
OPERATIONS = {
    "deposit": (
        WRITER.change_balance(
            login=7, kind=BalanceKind.BALANCE, amount=Decimal("10.10"), comment="BO:1",
            expires_at=EXPIRY,
        ),
        {"type": 83, "cmd": 6, "orderby": 7, "price": 10.1, "comment": b"BO:1"},
    ),
    "credit in": (
        WRITER.change_balance(
            login=7, kind=BalanceKind.CREDIT, amount=Decimal(5), comment="BO:1", expires_at=EXPIRY
        ),
        {"type": 83, "cmd": 7, "orderby": 7, "price": 5.0, "comment": b"BO:1",
         "expiration": to_seconds(EXPIRY, ATHENS)},
    ),
    "open": (
        WRITER.open_trade(
            login=7, cmd=Cmd.SELL, symbol="EURUSD", volume_hundredths=20, price=ONE,
            stop_loss=Decimal(0), take_profit=ONE, comment="x", expires_at=EXPIRY,
        ),
        {"type": 75, "cmd": 1, "orderby": 7, "symbol": b"EURUSD", "volume": 20, "price": 1.1,
         "tp": 1.1, "comment": b"x"},
    ),
    "close": (
        WRITER.close_trade(ticket=5, volume_hundredths=20, price=ONE),
        {"type": 76, "order": 5, "volume": 20, "price": 1.1},
    ),
    "delete": (WRITER.delete_order(ticket=5, cmd=Cmd.BUY_STOP), {"type": 77, "order": 5, "cmd": 4}),
    "close by": (WRITER.close_by(ticket=5, opposite=6), {"type": 78, "order": 5, "orderby": 6}),
    "close all": (
        WRITER.close_all(login=7, symbol="EURUSD"),
        {"type": 79, "orderby": 7, "symbol": b"EURUSD"},
    ),
    "modify": (
        WRITER.modify_trade(
            ticket=5, price=ONE, stop_loss=ONE, take_profit=Decimal(0), expires_at=None
        ),
        {"type": 80, "order": 5, "price": 1.1, "sl": 1.1},
    ),
    "activate": (
        WRITER.activate_order(ticket=5, price=ONE), {"type": 81, "order": 5, "price": 1.1},
    ),
    "comment": (
        WRITER.change_comment(ticket=5, comment="new"),
        {"type": 82, "order": 5, "comment": b"new"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_fills_its_fields_and_no_other(name: str) -> None:
    told, wanted = OPERATIONS[name]
    assert bytes(told) == bytes(layouts.TradeTransInfo(**wanted))


def test_switches_name_what_they_set() -> None:
    leverage = WRITER.switch(GROUP_LEVERAGE, leverage=200)
    assert (leverage.command, leverage.leverage, leverage.len) == (3, 200, 1)
    assert WRITER.switch(GROUP_SETGROUP, group="vip").newgroup == b"vip"


@pytest.mark.parametrize(
    "call",
    [
        lambda: WRITER.close_trade(ticket=5, volume_hundredths=1, price=Decimal("1.100001")),
        lambda: WRITER.change_comment(ticket=5, comment="x" * 32),
        lambda: WRITER.close_all(login=7, symbol="x" * 12),
        lambda: WRITER.change_comment(ticket=5, comment="日本"),
    ],
)
def test_what_would_be_cut_or_rounded_is_not_written(call: object) -> None:
    with pytest.raises(BadMessage):
        call()  # type: ignore[operator]
