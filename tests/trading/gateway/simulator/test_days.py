"""The server's days: stamps, daylight saving, the closed window, swaps with their triple night."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.factories.simulator import Clock, a_desk, reopened
from trading.gateway.simulator.clockwork import Clockwork
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.front.direct import Direct
from trading.gateway.simulator.hours import Hours
from trading.gateway.simulator.nightly import end_day
from trading.gateway.simulator.orders import Order, open_trade
from trading.gateway.simulator.protocol import Code, No
from trading.gateway.simulator.terminal import Terminal

BUY = Order(cmd=0, login=5001, symbol="EURUSD", volume=100, price=Decimal("1.20010"))


def athens(*moment: int) -> Hours:
    now = datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type, misc]
    return Hours(ZoneInfo("Europe/Athens"), lambda: now, weekends=False)


def opened(desk: Desk) -> None:
    with desk.book.change() as change:
        open_trade(desk, change, BUY)


def clockwork(desk: Desk) -> Clockwork:
    return Clockwork(desk, traders=None, on_quotes=lambda quotes: None)


def test_stamps_count_the_wall_clock_and_jump_with_it() -> None:
    before, after = athens(2026, 10, 25, 0, 30), athens(2026, 10, 25, 1, 30)
    first, second = before.stamp(before.now()), after.stamp(after.now())
    assert before.server_time(before.now()) == datetime(2026, 10, 25, 3, 30)  # noqa: DTZ001
    assert first == second  # an hour later the clock shows the same again
    summer, winter = athens(2026, 7, 1, 12), athens(2026, 1, 1, 12)
    assert summer.server_time(summer.now()).hour == 15
    assert winter.server_time(winter.now()).hour == 14


@pytest.mark.parametrize(
    ("hour", "minute", "closed"), [(21, 58, False), (21, 59, True), (22, 0, False)]
)
def test_the_server_is_closed_for_a_while_at_the_end_of_day(
    hour: int, minute: int, closed: bool
) -> None:
    hours = athens(2026, 3, 4, hour, minute)
    assert hours.is_closed(hours.now()) is closed


def test_the_market_rests_at_weekends_unless_told_otherwise() -> None:
    saturday = athens(2026, 3, 7, 12)
    assert not saturday.is_market_open(saturday.now())
    saturday.weekends = True
    assert saturday.is_market_open(saturday.now())


def test_a_client_cannot_trade_at_a_weekend_when_the_market_rests(desk: Desk, clock: Clock) -> None:
    desk.hours.weekends = False
    clock.time = datetime(2026, 3, 7, 12, tzinfo=UTC)
    with pytest.raises(No) as refused:
        Terminal(desk).open(BUY)
    assert refused.value.code is Code.MARKET_CLOSED


def test_every_transaction_gives_132_while_the_day_ends(desk: Desk, clock: Clock) -> None:
    opened(desk)
    clock.time = datetime(2026, 3, 4, 21, 59, 30, tzinfo=UTC)
    direct = Direct(desk)
    for kind, fields in (
        (83, {"cmd": 6, "orderby": 5001, "price": "1.00"}),
        (75, {"cmd": 0, "orderby": 5001, "symbol": "EURUSD", "volume": 1, "price": "1.2"}),
        (76, {"order": 1, "volume": 100, "price": "1.2"}),
        (80, {"order": 1}),
        (64, {}),
    ):
        with pytest.raises(No) as refused:
            direct.answer("transaction", {"type": kind, **fields})
        assert refused.value.code is Code.MARKET_CLOSED
    assert direct.answer("server_info", {})["closed_window"] is True
    clock.time += timedelta(minutes=1)
    assert direct.answer("transaction", {"type": 76, "order": 1, "volume": 100, "price": "1.2"})


@pytest.mark.parametrize(
    ("day", "swap"),
    [
        (date(2026, 3, 2), "-5.00"),
        (date(2026, 3, 4), "-15.00"),  # Wednesday counts three nights
        (date(2026, 3, 6), "-5.00"),
        (date(2026, 3, 7), "0"),
        (date(2026, 3, 8), "0"),
    ],
)
def test_swaps_are_charged_by_the_weekday_that_ends(desk: Desk, day: date, swap: str) -> None:
    opened(desk)
    end_day(desk, day, although_held=True)
    assert desk.book.open[1].swap == Decimal(swap)


def test_a_day_ends_once_and_missed_days_are_made_good(
    desk: Desk, clock: Clock, tmp_path: Path
) -> None:
    desk.market.held = False
    opened(desk)
    works = clockwork(desk)
    assert works.end_days_due() == 0
    clock.time = datetime(2026, 3, 6, 22, 30, tzinfo=UTC)
    assert works.end_days_due() == 3
    assert desk.book.open[1].swap == Decimal("-25.00")
    assert works.end_days_due() == 0
    again = reopened(desk, tmp_path)
    assert clockwork(again).end_days_due() == 0
    assert again.book.open[1].swap == Decimal("-25.00")


def test_the_balance_of_the_day_is_kept(desk: Desk) -> None:
    with desk.book.change() as change:
        account = change.account(5001)
        change.put_account(replace(account, balance=Decimal("11000.00")))
    end_day(desk, date(2026, 3, 4), although_held=True)
    assert desk.book.account(5001).previous_balance == Decimal("11000.00")


def test_a_held_market_charges_no_swap_by_itself(desk: Desk, clock: Clock) -> None:
    opened(desk)
    clock.time += timedelta(days=3)
    assert clockwork(desk).end_days_due() == 3
    assert desk.book.open[1].swap == 0


def test_the_end_of_day_can_be_set_and_stays(desk: Desk, clock: Clock, tmp_path: Path) -> None:
    clockwork(desk).set_end_of_day(time(12, 30), 120)
    clock.time = datetime(2026, 3, 4, 10, 31, tzinfo=UTC)
    assert desk.hours.is_closed(desk.hours.now())
    settings = a_desk(tmp_path).book.journal.settings()
    assert (settings["end_of_day"], settings["closed_seconds"]) == ("12:30", "120")
