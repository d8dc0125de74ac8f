"""Listening to an agent: order, resumption, gaps, silence, and messages nobody can forge."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.server import serve

from tests.factories.agents import (
    KEY,
    NOON,
    Running,
    Script,
    ScriptedPump,
    a_quote,
    a_record,
    an_address,
    an_agent,
    wait_until,
)
from trading.gateway import seal, wire
from trading.gateway.errors import Unavailable
from trading.gateway.port import News, ServerAddress
from trading.gateway.remote.stream import listen


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def running(script: Script, tmp_path: Path) -> Iterator[Running]:
    with an_agent(script, tmp_path, window_frames=3) as agent:
        wait_until(lambda: agent.agent._listener.is_pumping)
        yield agent


def closing(ticket: int) -> News:
    return News(number=0, kind="trade_close", at=NOON, trade=a_record(ticket))


def quote(bid: str) -> News:
    return News(number=0, kind="quote", at=NOON, quote=a_quote("EURUSD", bid))


async def taken(stream: AsyncIterator[News], count: int) -> list[News]:
    """The next news that are no pings."""
    news: list[News] = []
    async with asyncio.timeout(20):
        async for item in stream:
            if item.kind != "ping":
                news.append(item)
            if len(news) == count:
                break
    return news


def heard(address: ServerAddress, count: int, *, resume_after: int = 0) -> list[News]:
    async def run() -> list[News]:
        async with contextlib.aclosing(listen(address, resume_after=resume_after)) as stream:
            return await taken(stream, count)

    return asyncio.run(run())


def test_what_was_missed_comes_in_order(script: Script, running: Running) -> None:
    start = heard(running.address, 1)[0]
    assert start.kind == "snapshot_start"
    for ticket in (1, 2, 3):
        script.news.put((closing(ticket),))
    news = heard(running.address, 3, resume_after=start.number)
    assert [item.trade.ticket for item in news if item.trade] == [1, 2, 3]
    assert [item.number for item in news] == [start.number + n for n in (1, 2, 3)]
    assert heard(running.address, 1, resume_after=news[1].number)[0] == news[2]


def test_what_the_window_no_longer_holds_is_a_gap(script: Script, running: Running) -> None:
    start = heard(running.address, 1)[0].number
    script.news.put(tuple(closing(ticket) for ticket in range(1, 8)))
    wait_until(lambda: running.agent._window.newest == start + 7)
    news = heard(running.address, 4, resume_after=start)
    assert [item.kind for item in news] == ["gap", "trade_close", "trade_close", "trade_close"]
    assert [item.number for item in news] == [start + n for n in (4, 5, 6, 7)]


@pytest.mark.parametrize("number", [1, 10**17])
def test_a_number_of_another_life_is_a_gap(running: Running, number: int) -> None:
    assert [item.kind for item in heard(running.address, 1, resume_after=number)] == ["gap"]


def test_a_slow_reader_hears_the_latest_quote_and_every_trade(
    script: Script, running: Running
) -> None:
    start = heard(running.address, 1)[0].number
    script.news.put((quote("1.1000"), closing(1), quote("1.2000"), closing(2), quote("1.3000")))
    wait_until(lambda: running.agent._window.newest == start + 5)
    news = heard(running.address, 3, resume_after=start)
    assert [item.number - start for item in news] == [2, 4, 5]
    assert str(news[2].quote and news[2].quote.bid) == "1.3000"


def test_a_lost_pump_is_a_stop_and_a_gap(script: Script, running: Running) -> None:
    start = heard(running.address, 1)[0].number
    script.news.put(None)
    news = heard(running.address, 2, resume_after=start)
    assert [item.kind for item in news] == ["stop", "gap"]


def test_who_listens_before_the_first_pump_hears_of_what_he_missed(
    script: Script, tmp_path: Path
) -> None:
    script.is_down = True
    with an_agent(script, tmp_path) as running:
        start = heard(running.address, 1)[0].number
        script.is_down = False
        script.news.put((closing(1),))
        news = heard(running.address, 2, resume_after=start)
        assert [item.kind for item in news] == ["gap", "trade_close"]


def test_a_pump_that_fails_in_another_way_is_a_stop_and_a_gap(
    script: Script, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, read = heard(running.address, 1)[0].number, ScriptedPump.read
    failures = [ZeroDivisionError("a defect")]

    def failing(pump: ScriptedPump) -> tuple[News, ...]:
        if failures:
            raise failures.pop()
        return read(pump)

    monkeypatch.setattr(ScriptedPump, "read", failing)
    script.news.put((closing(1),))  # the pump waits for it already; then it fails
    news = heard(running.address, 3, resume_after=start)
    assert [item.kind for item in news] == ["trade_close", "stop", "gap"]


def test_with_nothing_to_say_the_agent_pings(running: Running) -> None:
    async def run() -> list[News]:
        async with contextlib.aclosing(listen(running.address)) as stream:
            return [await anext(stream), await anext(stream)]

    first, second = asyncio.run(run())
    assert (first.kind, second.kind) == ("snapshot_start", "ping")
    assert second.number == first.number


def test_two_hundred_readers_leave_nothing_behind(running: Running) -> None:
    async def one() -> None:
        async with contextlib.aclosing(listen(running.address)) as stream:
            await anext(stream)

    async def all_of_them() -> None:
        for _ in range(10):
            await asyncio.gather(*(one() for _ in range(20)))

    asyncio.run(all_of_them())
    wait_until(lambda: not running.agent._window._waiting)


def test_a_wrong_key_hears_nothing(running: Running) -> None:
    with pytest.raises(Unavailable, match="could not be opened"):
        heard(an_address(running.address.url, bytes(32)), 1)


def test_nobody_there_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(Unavailable, match="could not be opened"):
        heard(an_address(url), 1)


@contextlib.contextmanager
def impostor(tell: Any) -> Iterator[ServerAddress]:
    """A WebSocket server that tells what the test says to whoever comes."""
    with serve(tell, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield an_address(f"http://127.0.0.1:{server.socket.getsockname()[1]}")
        server.shutdown()
        thread.join()


def test_a_silent_peer_is_dead() -> None:
    async def run(address: ServerAddress) -> None:
        await anext(listen(address, silence_seconds=0.3))

    silent = impostor(lambda connection: connection.recv())
    with silent as address, pytest.raises(Unavailable, match=r"silent for 0\.3 s"):
        asyncio.run(run(address))


def test_repeated_and_forged_messages_are_not_believed() -> None:
    ping = b"[" + wire.encode_news(News(number=5, kind="ping", at=NOON)) + b"]"

    def twice(connection: Any) -> None:
        nonce = connection.request.headers[seal.NONCE]
        message = seal.FrameSeal(key=KEY, nonce=nonce).close(ping)
        connection.send(message)
        connection.send(message)
        connection.recv()

    async def run(address: ServerAddress) -> None:
        stream = listen(address)
        assert (await anext(stream)).number == 5
        with pytest.raises(Unavailable, match="cannot be believed"):
            await anext(stream)

    with impostor(twice) as address:
        asyncio.run(run(address))
