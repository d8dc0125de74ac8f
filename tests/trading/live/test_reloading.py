"""While the board reads a whole server the stream goes on: the mirror waits for nothing."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.factories.market import NOON, a_closed_trade, a_record, a_trade
from tests.factories.servers import MemoryGateway, a_server
from trading.gateway.port import News, Page
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
