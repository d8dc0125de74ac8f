"""What the server's settings do: masks and addresses, antiflood, credits, archive, group rules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.factories.desks.asked import DeskDirect
from tests.factories.simulator import Clock, Heard, a_desk, reopened
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.front.direct import Direct
from trading.gateway.simulator.funds import change_balance
from trading.gateway.simulator.office import archive
from trading.gateway.simulator.office.antiflood import Antiflood
from trading.gateway.simulator.office.authors import Author
from trading.gateway.simulator.office.credits import expire_credits
from trading.gateway.simulator.office.group_rules import GroupRules, SymbolRules
from trading.gateway.simulator.office.rights import comes_from
from trading.gateway.simulator.orders import Order, open_trade
from trading.gateway.simulator.protocol import Code, No
from trading.gateway.simulator.triggers import watch_margin
from trading.terms import Cmd, LevelType, ManagerAccount, ManagerRight

BUY = Order(cmd=0, login=5001, symbol="EURUSD", volume=100, price=Decimal("1.20010"))
SELL = replace(BUY, cmd=1, price=Decimal("1.20000"))
BOUNDS = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2037, 1, 1, tzinfo=UTC))
DAY = timedelta(days=1)


def opened(desk: Desk, order: Order = BUY) -> int:
    with desk.book.change() as change:
        return open_trade(desk, change, order).ticket


def booked(desk: Desk, **fields: Any) -> int:
    order = Order(**{"cmd": 6, "login": 5001, "price": Decimal(100), **fields})
    with desk.book.change() as change:
        return change_balance(desk, change, order).ticket


def told(desk: Desk) -> list[str]:
    codes = range(6)
    lines = desk.book.journal.lines(span=BOUNDS, codes=codes, after=0, limit=1000)
    return [orjson.loads(text)["message"] for _, text in lines]


def asked(desk: Desk, manager: int, verb: str, /, **args: Any) -> int:
    try:
        Direct(desk).answer(verb, args, Author(manager, "10.1.2.3"))
    except No as no:
        return int(no.code)
    return 0


def deposit(desk: Desk, login: int) -> int:
    fields = {"type": 83, "cmd": 6, "orderby": 5001, "price": "5.00", "comment": "gift"}
    return asked(desk, login, "transaction", **fields)


def a_manager(desk: Desk, groups: str) -> int:
    manager = ManagerAccount(login=77, name="N", rights=tuple(ManagerRight), groups=groups)
    desk.book.managers[77] = manager
    return 77


# Managers and antiflood ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("groups", "code"), [("*", 0), ("real-*", 0), ("demo*,real-usd", 0), ("demo*", 7)]
)
def test_a_manager_changes_what_its_mask_covers(desk: Desk, groups: str, code: int) -> None:
    login = a_manager(desk, groups)
    assert deposit(desk, login) == code
    assert asked(desk, login, "users_group_op", logins=[5001], command="disable") == code
    assert desk.book.account(5001).enabled is bool(code)


def test_a_manager_changes_nothing_while_the_day_ends(desk: Desk, clock: Clock) -> None:
    login = a_manager(desk, "*")
    clock.time = datetime(2026, 3, 4, 21, 59, 30, tzinfo=UTC)
    person = {"group": "real-usd", "name": "A", "leverage": 100}
    applicant = {**person, "password": "abc12", "password_investor": "d2e34"}
    for verb, args in (
        ("users_group_op", {"logins": [5001], "command": "disable"}),
        ("users_group_op", {"logins": [5001], "command": "delete"}),
        ("user_new", applicant),
        ("user_password_set", {"login": 5001, "password": "abc123"}),
    ):
        assert asked(desk, login, verb, **args) == 132
    assert deposit(desk, login) == 132
    clock.time += timedelta(minutes=1)
    assert asked(desk, login, "user_new", **applicant) == 0


def test_a_manager_may_be_bound_to_addresses() -> None:
    manager = ManagerAccount(login=7, name="N", rights=(), ip_from="10.0.0.5", ip_to="10.0.0.9")
    inside = [comes_from(manager, ip) for ip in ("10.0.0.4", "10.0.0.5", "10.0.0.9", "10.0.0.10")]
    assert inside == [False, True, True, False]
    assert not comes_from(manager, "")
    assert not comes_from(manager, "::1")
    assert comes_from(replace(manager, ip_from="", ip_to=""), "")


def test_an_address_that_connects_too_often_is_blocked_for_longer_and_longer() -> None:
    flood, now = Antiflood(limit=2), datetime(2026, 3, 4, tzinfo=UTC)
    second, minute = timedelta(seconds=1), timedelta(minutes=1)
    assert [flood.admits("a", now + second * at) for at in range(4)] == [True, True, True, False]
    assert flood.admits("b", now + second * 4)
    assert not flood.admits("a", now + minute * 4)  # five minutes become ten
    assert not flood.admits("a", now + minute * 9)
    assert flood.admits("a", now + minute * 16)
    for at in range(40):
        flood.admits("c", now + second * at)
    assert flood.blocked(now + minute * 59) == {"c": now + second * 39 + timedelta(hours=1)}


def test_slow_reconnects_are_never_blocked() -> None:
    flood, now = Antiflood(limit=0), datetime(2026, 3, 4, tzinfo=UTC)
    assert all(flood.admits("a", now + timedelta(seconds=7 * at)) for at in range(50))


# Credits ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("taken", "left"), [("0", "-100"), ("-30", "-70"), ("-100", None)])
def test_a_credit_ends_on_its_day_with_what_is_left_of_it(
    desk: Desk, clock: Clock, tmp_path: Path, taken: str, left: str | None
) -> None:
    booked(desk, cmd=7, expiration=clock.time + DAY)
    if Decimal(taken):
        booked(desk, cmd=7, price=Decimal(taken))
    clock.time += DAY - timedelta(seconds=1)
    assert expire_credits(desk) == 0
    clock.time += timedelta(seconds=1)
    desk = a_desk(tmp_path, clock)  # what was to end is known after a restart
    assert expire_credits(desk) == 1
    assert expire_credits(desk) == 0
    assert desk.book.account(5001).credit == 0
    last = desk.book.journal.trade(desk.book.last_ticket)
    assert last is not None
    wanted = (Cmd.CREDIT, Decimal(left or 0), "expired #1")
    assert ((last.cmd, last.profit, last.comment) == wanted) if left else last.ticket == 2


def test_no_credit_ends_while_the_day_ends(desk: Desk, clock: Clock) -> None:
    booked(desk, cmd=7, expiration=clock.time + timedelta(hours=1))
    clock.time = datetime(2026, 3, 4, 21, 59, 30, tzinfo=UTC)
    assert expire_credits(desk) == 0
    clock.time += timedelta(minutes=1)
    assert expire_credits(desk) == 1


# The archive --------------------------------------------------------------------------------------


def test_archived_trades_leave_lists_and_histories_but_not_the_server(
    desk: Desk, clock: Clock, tmp_path: Path
) -> None:
    booked(desk, comment="BO:OLD")
    standing = opened(desk)
    clock.time += 15 * DAY
    recent = booked(desk, comment="BO:NEW")
    assert archive.archive_trades(desk, days=14) == 1
    assert archive.archive_trades(desk, days=14) == 0
    desk = reopened(desk, tmp_path)
    asked = DeskDirect(desk)
    listed = asked.trades(since_stamp=0, cursor="").records
    assert [one.ticket for one in listed] == [standing, recent]
    span = {"start": BOUNDS[0], "end": BOUNDS[1]}
    assert [one.ticket for one in asked.find_marker(marker="BO:OLD", **span)] == [1]
    assert len(asked.history(login=5001, **span)) == 1
    assert desk.book.account(5001).balance == Decimal("10200.00")
    assert told(desk)[-1] == "server: archive: 1 closed orders"


def test_idle_accounts_are_archived_by_their_groups_rule_and_their_numbers_stay_taken(
    desk: Desk, clock: Clock, tmp_path: Path
) -> None:
    booked(desk, price=Decimal(-9995))
    clock.time += 100 * DAY
    assert archive.archive_accounts(desk) == []
    desk.book.rules.put_group(
        GroupRules(name="real-usd", archive_days=90, archive_max_balance=Decimal(4))
    )
    assert archive.archive_accounts(desk) == []  # five dollars are too much
    desk.book.rules.put_group(
        GroupRules(name="real-usd", archive_days=90, archive_max_balance=Decimal(10))
    )
    assert archive.archive_accounts(desk) == [5001]
    desk = reopened(desk, tmp_path)
    assert (desk.book.accounts, desk.book.last_ticket, desk.book.last_login) == ({}, 1, 5001)
    assert len(DeskDirect(desk).trades(since_stamp=0, cursor="").records) == 0


def test_an_account_with_an_open_order_is_not_idle(desk: Desk, clock: Clock) -> None:
    opened(desk)
    rules = GroupRules(name="real-usd", archive_days=90, archive_max_balance=Decimal(10**6))
    desk.book.rules.put_group(rules)
    clock.time += 200 * DAY
    assert archive.archive_accounts(desk) == []


# Rules of groups and symbols ----------------------------------------------------------------------


def refused(desk: Desk, order: Order) -> Code:
    with pytest.raises(No) as no:
        opened(desk, order)
    return no.value.code


def test_a_group_limits_number_and_hedging(desk: Desk, tmp_path: Path) -> None:
    rules = GroupRules(name="real-usd", most_positions=2, hedge_prohibited=True)
    desk.book.rules.put_group(rules)
    desk = reopened(desk, tmp_path)
    opened(desk, replace(BUY, volume=10))
    assert refused(desk, replace(SELL, volume=10)) is Code.HEDGE_PROHIBITED
    opened(desk, replace(BUY, volume=10))
    assert refused(desk, replace(BUY, volume=10)) is Code.TOO_MANY_ORDERS


def test_a_symbol_may_be_bought_only(desk: Desk) -> None:
    desk.book.rules.put_symbol(SymbolRules(name="EURUSD", long_only=True))
    assert refused(desk, SELL) is Code.LONG_ONLY
    opened(desk)


def test_a_strong_hedge_needs_free_margin_and_a_usual_one_does_not(desk: Desk) -> None:
    opened(desk, replace(BUY, volume=800))
    desk.market.set_quote("EURUSD", Decimal("1.19000"), None, desk.hours.now())
    hedge = replace(SELL, volume=100, price=Decimal("1.19000"))
    assert desk.margin_state(5001).free_margin < 0
    desk.book.rules.put_symbol(SymbolRules(name="EURUSD", margin_hedged_strong=True))
    assert refused(desk, hedge) is Code.NO_MONEY
    desk.book.rules.put_symbol(SymbolRules(name="EURUSD"))
    opened(desk, hedge)  # the margin shrinks: that is always allowed


def test_a_stop_out_level_may_be_money(desk: Desk, heard: Heard) -> None:
    group = desk.book.groups["real-usd"]
    desk.book.groups["real-usd"] = replace(
        group, stop_out_percent=Decimal(2000), margin_call_percent=Decimal(5000)
    )
    desk.book.rules.put_group(GroupRules(name="real-usd", margin_in_money=True))
    opened(desk)
    desk.market.set_quote("EURUSD", Decimal("1.16000"), None, desk.hours.now())
    assert desk.margin_state(5001).level_type is LevelType.OK  # 5,990 of equity
    desk.market.set_quote("EURUSD", Decimal("1.15000"), None, desk.hours.now())
    assert watch_margin(desk, [5001]) == {5001: LevelType.MARGIN_CALL}
    desk.market.set_quote("EURUSD", Decimal("1.11000"), None, desk.hours.now())
    watch_margin(desk, [5001])
    assert desk.book.open_of(5001) == []
    closed = heard.happenings[-2].record
    assert closed.comment.startswith("[so/a: ")


def test_a_stop_out_may_spare_hedged_accounts(desk: Desk) -> None:
    desk.book.groups["real-usd"] = replace(
        desk.book.groups["real-usd"], hedge_larger_leg=True, stop_out_percent=Decimal(10**6)
    )
    opened(desk)
    opened(desk, SELL)
    desk.book.rules.put_group(GroupRules(name="real-usd", stop_out_skips_hedged=True))
    watch_margin(desk, [5001])
    assert len(desk.book.open_of(5001)) == 2
    opened(desk)
    watch_margin(desk, [5001])
    assert [t.cmd for t in desk.book.open_of(5001)] != []
    desk.book.rules.put_group(GroupRules(name="real-usd"))
    watch_margin(desk, [5001])
    assert desk.book.open_of(5001) == []
