"""What is on the disk: all of a beginning or nothing, one owner, answers straight from the file."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.factories.simulator import Clock, a_desk, a_server, opened
from tests.factories.terms import a_position, an_account
from trading.gateway.simulator.beginning.folder import FILE, StateInUse, lock, new_state, open_state
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.front.direct import Direct
from trading.gateway.simulator.funds import change_balance
from trading.gateway.simulator.orders import Order, close_trade, open_trade
from trading.gateway.simulator.records import body

BUY = Order(cmd=0, login=5001, symbol="EURUSD", volume=100, price=Decimal("1.20010"))


def test_a_beginning_that_fails_leaves_no_file(tmp_path: Path) -> None:
    def fail_half_way() -> None:
        with new_state(tmp_path) as journal:
            journal.write(trades=[a_position()])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_beginning_left_is_swept_away(tmp_path: Path) -> None:
    for name in (f"{FILE}.building", f"{FILE}.building-wal"):
        (tmp_path / name).write_bytes(b"rubbish")
    with new_state(tmp_path) as journal:
        journal.write(trades=[a_position()])
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    assert open_state(tmp_path).open_trades() == [a_position()]


def test_one_process_owns_a_folder(tmp_path: Path) -> None:
    with lock(tmp_path), pytest.raises(StateInUse):
        lock(tmp_path)
    lock(tmp_path).close()


def test_tickets_come_back_exactly(tmp_path: Path) -> None:
    trade = a_position(swap=Decimal("-0.10"), margin_rate=Decimal("1.12405500"), comment="ü")
    desk = a_desk(tmp_path, beginning=a_server(trades=(trade,)))
    assert desk.book.open == {1: trade}
    assert desk.book.last_ticket == 1


def test_trades_come_in_pages_by_ticket_each_once_and_open_ones_at_the_market(
    desk: Desk,
) -> None:
    for _ in range(5):
        with desk.book.change() as change:
            open_trade(desk, change, BUY)
    with desk.book.change() as change:
        close_trade(desk, change, Order(ticket=2, price=Decimal("1.20000")))
    direct, after, seen = Direct(desk), 0, []
    while True:
        page = asked(direct, "trades", after=after, limit=2)
        seen += page["records"]
        after = page["next"]
        if not after:
            break
    assert [record["ticket"] for record in seen] == [1, 2, 3, 4, 5]
    assert [record["closed_at"] is None for record in seen] == [True, False, True, True, True]
    assert seen[0]["close_price"] == "1.20000"


def asked(direct: Direct, verb: str, **args: object) -> Any:
    return opened(verb, direct.answer(verb, args))


def test_only_what_changed_since_a_stamp_is_given(desk: Desk, clock: Clock) -> None:
    with desk.book.change() as change:
        open_trade(desk, change, BUY)
    clock.time += timedelta(seconds=10)
    with desk.book.change() as change:
        change_balance(desk, change, Order(cmd=6, login=5001, price=Decimal(1)))
    direct, stamp = Direct(desk), desk.hours.stamp(clock.time)
    assert len(asked(direct, "trades", since_stamp=stamp)["records"]) == 1
    assert len(asked(direct, "trades", since_stamp=stamp - 10)["records"]) == 2
    assert len(asked(direct, "accounts", since_stamp=stamp)["records"]) == 1
    assert asked(direct, "accounts", since_stamp=stamp + 1)["records"] == []


def test_history_is_half_open_by_closing_time(desk: Desk, clock: Clock) -> None:
    with desk.book.change() as change:
        open_trade(desk, change, BUY)
    clock.time += timedelta(hours=1)
    with desk.book.change() as change:
        close_trade(desk, change, Order(ticket=1, price=Decimal("1.20000")))
    direct = Direct(desk)

    def found(start: datetime, end: datetime) -> int:
        bounds = {"start": text(start), "end": text(end)}
        return len(asked(direct, "history", login=5001, **bounds))

    at, second = clock.time, timedelta(seconds=1)
    assert found(at, at + second) == 1
    assert found(at - second, at) == 0
    assert found(at - timedelta(microseconds=1), at + timedelta(microseconds=1)) == 1
    assert found(at + timedelta(microseconds=1), at + second) == 0


def text(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def test_a_marker_is_found_by_how_a_comment_begins(desk: Desk, clock: Clock) -> None:
    for comment in ("m1", "m10 deposit", "m1 deposit", "x m1", "M1"):
        with desk.book.change() as change:
            change_balance(
                desk, change, Order(cmd=6, login=5001, price=Decimal(1), comment=comment)
            )
    bounds = {"start": text(clock.time), "end": text(clock.time + timedelta(seconds=1))}
    found = asked(Direct(desk), "find_marker", marker="m1 ", **bounds)
    assert [record["comment"] for record in found] == ["m1 deposit"]
    later = {"start": text(clock.time + timedelta(seconds=1)), "end": bounds["end"]}
    assert asked(Direct(desk), "find_marker", marker="m1", **later) == []


def test_a_state_of_json_objects_becomes_one_of_lines(tmp_path: Path) -> None:
    """Version 0 kept accounts and tickets as objects; opening it once turns all of them."""
    with new_state(tmp_path) as journal:
        journal.write(accounts=[an_account()], trades=[a_position()])
    with closing(sqlite3.connect(tmp_path / FILE)) as old, old:
        for table, record in (("account", an_account()), ("trade", a_position())):
            old.execute(f"UPDATE {table} SET body = ?", (body(record),))  # noqa: S608
        old.execute("DROP INDEX account_changed")
        old.execute("PRAGMA user_version = 0")
    for _ in range(2):
        journal = open_state(tmp_path)
        assert journal.accounts() == [an_account()]
        assert journal.open_trades() == [a_position()]
        journal.close()


def test_latest_changes_are_found_by_their_stamp(tmp_path: Path) -> None:
    """A handful of changes among a million tickets is no walk over all of them."""
    with new_state(tmp_path) as journal:
        asked: list[str] = []
        journal._connection.set_trace_callback(asked.append)
        journal.changed(since=5, after=0, limit=10)
        journal.changed_accounts(since=5, after=0, limit=10)
        journal.changed(since=0, after=7, limit=10)
        journal._connection.set_trace_callback(None)
        plans = [
            " ".join(row[3] for row in journal._connection.execute("EXPLAIN QUERY PLAN " + sql))
            for sql in asked
        ]
    assert "trade_changed (stamp>?" in plans[0]
    assert "account_changed (stamp>?" in plans[1]
    assert "INTEGER PRIMARY KEY (rowid>?)" in plans[2]
