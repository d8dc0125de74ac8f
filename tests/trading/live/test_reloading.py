"""While the board reads a whole server the stream goes on: the mirror waits for nothing."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Any

import pytest

from tests.factories.market import NOON, a_closed_trade, a_group, a_record, a_trade
from tests.factories.servers import MemoryGateway, a_server
from trading.gateway.port import News, Page
from trading.live import directory, feed
from trading.live.feed import Listener
from trading.terms import AccountRecord

PATIENCE = 60


class SlowGateway(MemoryGateway):
    """Its list of accounts comes when the test lets it; its stream is the test's queue."""

    def __init__(self) -> None:
        super().__init__()
        self.account_list = [a_record(1)]
        self.put(a_trade(5, 1), a_trade(6, 1))
        self.may_answer = threading.Event()
        self.readings = 0
        self.frames: asyncio.Queue[News] = asyncio.Queue()

    def accounts(self, *, since_stamp: int = 0, cursor: str = "") -> Page[AccountRecord]:
        """Answer late, or not at all."""
        self.readings += 1
        assert self.may_answer.wait(PATIENCE)
        return super().accounts(since_stamp=since_stamp, cursor=cursor)

    async def stream(self, *, resume_after: int = 0) -> AsyncIterator[News]:
        """Tell what the test puts into the queue."""
        while True:
            yield await self.frames.get()


async def until(true: Callable[[], Any]) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.01)


def play(scene: Callable[[Listener, SlowGateway, list[News]], Any]) -> None:
    """Run a scene with a listener that hands its news to a list."""
    server, heard = a_server(), list[News]()

    async def whole() -> None:
        gateway = SlowGateway()
        listener = Listener(
            server, lambda _: gateway, lambda *, server_id, news, now: heard.extend(news)
        )
        try:
            await scene(listener, gateway, heard)
        finally:
            gateway.may_answer.set()
            await listener.stop()

    asyncio.run(whole())


def frame(number: int, kind: str, **values: Any) -> News:
    """One frame of the stream."""
    return News(number=number, kind=kind, at=NOON, **values)


@pytest.mark.usefixtures("fresh_database")
def test_news_reach_the_mirror_while_the_board_reads() -> None:
    async def scene(listener: Listener, gateway: SlowGateway, heard: list[News]) -> None:
        await gateway.frames.put(frame(1, "snapshot_start"))
        await until(lambda: gateway.readings == 1)
        await gateway.frames.put(frame(2, "trade_close", trade=a_closed_trade(5, 1)))
        await gateway.frames.put(frame(3, "trade_open", trade=a_trade(7, 1)))
        await until(lambda: [one.number for one in heard] == [1, 2, 3])
        assert not listener.is_loaded
        gateway.may_answer.set()
        await until(lambda: listener.is_loaded)
        assert set(listener.board.trades) == {6, 7}  # the news of meanwhile are on it
        assert gateway.readings == 1

    play(scene)


@pytest.mark.usefixtures("fresh_database")
def test_a_break_while_reading_reads_anew_and_a_failure_too() -> None:
    async def scene(listener: Listener, gateway: SlowGateway, heard: list[News]) -> None:
        await gateway.frames.put(frame(1, "snapshot_start"))
        await until(lambda: gateway.readings == 1)
        await gateway.frames.put(frame(2, "gap"))
        gateway.may_answer.set()
        await until(lambda: listener.is_loaded and gateway.readings == 2)
        gateway.fails = {"accounts"}
        await gateway.frames.put(frame(3, "gap"))
        await until(lambda: gateway.readings == 3)
        await gateway.frames.put(frame(4, "ping"))
        await until(lambda: "does not answer" in listener.reason)
        gateway.fails = set()
        for number in (5, 6):
            await gateway.frames.put(frame(number, "ping"))
        await until(lambda: gateway.readings == 4)

    play(scene)


@pytest.mark.usefixtures("fresh_database")
def test_news_reach_the_mirror_while_the_owners_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    may_answer, asked, read = threading.Event(), threading.Event(), directory.read

    def slowly(server_id: int, known: directory.Directory) -> Any:
        asked.set()
        assert may_answer.wait(PATIENCE)
        return read(server_id, known)

    async def scene(listener: Listener, gateway: SlowGateway, heard: list[News]) -> None:
        gateway.may_answer.set()
        await gateway.frames.put(frame(1, "snapshot_start"))
        await until(asked.is_set)
        await gateway.frames.put(frame(2, "trade_close", trade=a_closed_trade(5, 1)))
        await until(lambda: [one.number for one in heard] == [1, 2])
        assert not listener.is_loaded  # nobody's yet
        may_answer.set()
        await until(lambda: listener.is_loaded)

    monkeypatch.setattr(directory, "read", slowly)
    monkeypatch.setattr(feed, "DIRECTORY_SECONDS", 0.01)
    play(scene)


@pytest.mark.parametrize(("rows", "told"), [(2, ["gap"]), (9, ["trade_open"] * 5)])
@pytest.mark.usefixtures("fresh_database")
def test_a_big_server_is_not_read_anew_for_what_is_less_work(
    rows: int, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    may_write, writing = threading.Event(), threading.Event()
    taken: list[list[News]] = []

    def write(*, server_id: int, news: Sequence[News], now: datetime) -> None:
        writing.set()
        assert may_write.wait(PATIENCE)
        taken.append(list(news))

    async def scene(gateway: SlowGateway, listener: Listener) -> None:
        gateway.may_answer.set()
        gateway.account_list = [a_record(1 + number) for number in range(rows - 2)]
        await gateway.frames.put(frame(1, "snapshot_start"))
        await until(lambda: listener.is_loaded and writing.is_set())
        for number in range(5):
            await gateway.frames.put(frame(2 + number, "trade_open", trade=a_trade(5, 1)))
        await until(lambda: listener._number == 6)
        may_write.set()
        await until(lambda: len(taken) == 2)

    async def whole() -> None:
        gateway = SlowGateway()
        listener = Listener(server, lambda _: gateway, write)
        try:
            await scene(gateway, listener)
        finally:
            may_write.set()
            await listener.stop()

    server = a_server()
    monkeypatch.setattr(feed, "MOST_NEWS", 3)
    asyncio.run(whole())
    assert [one.kind for one in taken[1]] == told


@pytest.mark.usefixtures("fresh_database")
def test_the_whole_server_is_read_anew_only_where_its_settings_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene(listener: Listener, gateway: SlowGateway, heard: list[News]) -> None:
        gateway.may_answer.set()
        await gateway.frames.put(frame(1, "snapshot_start"))
        await until(lambda: listener.is_loaded)
        for number in range(2, 5):
            await gateway.frames.put(frame(number, "ping"))
            await until(lambda seen=number: gateway.asked.count("symbols") == seen)  # type: ignore[misc]
        assert gateway.readings == 1
        gateway.group_list = [a_group(), a_group("new")]
        await gateway.frames.put(frame(5, "ping"))
        await until(lambda: gateway.readings == 2 and "new" in listener.board.groups)

    monkeypatch.setattr(feed, "SETTINGS_SECONDS", 0.0)
    play(scene)
