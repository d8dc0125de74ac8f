"""The queue for the direct connection: nobody starves, it is bounded, late turns are not taken."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from tests.factories.agents import Script
from trading.gateway.agent import pauses as pausing
from trading.gateway.agent.engine import Line, LinkError, NotConnectedError, QueueError
from trading.gateway.agent.pauses import Pauses


def with_line(
    work: Callable[[Line], Coroutine[Any, Any, None]], *, script: Script | None = None,
    longest: int = 64, pause: float = 0,
) -> None:  # fmt: skip
    """Run some work against a line that serves."""

    async def run() -> None:
        direct: Any = (script or Script()).direct()
        line = Line(direct, connected=lambda: 1, pauses=Pauses(pause), longest=longest)
        line.start()
        try:
            await work(line)
        finally:
            line.stop()

    asyncio.run(run())


def soon() -> float:
    return time.monotonic() + 20


def test_neither_lane_starves() -> None:
    order: list[str] = []

    async def work(line: Line) -> None:
        started, let_go = threading.Event(), threading.Event()

        def block(direct: Any) -> None:
            started.set()
            let_go.wait(20)

        first = asyncio.create_task(line.ask("read", block, until=soon()))
        await asyncio.to_thread(started.wait, 20)
        asks = [
            asyncio.create_task(
                line.ask(lane, lambda _, lane=lane: order.append(lane), until=soon())
            )
            for lane in ["command"] * 7 + ["read"] * 3 + ["history"] * 3
        ]
        await asyncio.sleep(0)
        let_go.set()
        await asyncio.gather(first, *asks)

    with_line(work)
    letters = "".join(lane[0] for lane in order)
    assert letters in ("cccrccchcrhrh", "ccchcccrchrhr")


def test_it_is_bounded() -> None:
    async def work(line: Line) -> None:
        let_go, started = threading.Event(), threading.Event()

        def block(direct: Any) -> None:
            started.set()
            let_go.wait(20)

        asks = [asyncio.create_task(line.ask("read", block, until=soon()))]
        await asyncio.to_thread(started.wait, 20)
        asks += [asyncio.create_task(line.ask("read", block, until=soon())) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(QueueError, match="Too many calls"):
            await line.ask("read", lambda _: None, until=soon())
        let_go.set()
        await asyncio.gather(*asks)
        await line.ask("command", lambda _: None, until=soon())

    with_line(work, longest=2)


def test_a_late_turn_is_not_taken() -> None:
    made: list[str] = []

    async def work(line: Line) -> None:
        with pytest.raises(QueueError, match="too late"):
            await line.ask("command", lambda _: made.append("x"), until=time.monotonic() - 1)
        one_second = time.monotonic() + 1
        with pytest.raises(QueueError, match="too late"):
            await line.ask("command", lambda _: made.append("x"), until=one_second, least=2)

    with_line(work)
    assert made == []


def test_a_lost_connection_is_made_anew_and_counted() -> None:
    script = Script()

    async def work(line: Line) -> None:
        def lose(direct: Any) -> None:
            direct.close()
            raise LinkError("cut")

        with pytest.raises(LinkError, match="cut"):
            await line.ask("read", lose, until=soon())
        assert not line.is_connected
        await line.ask("read", lambda _: None, until=soon())
        assert line.is_connected

    with_line(work, script=script)
    assert script.connections == 2


class Steady:
    """A monotonic clock that the test holds."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


def test_attempts_keep_their_distance(monkeypatch: pytest.MonkeyPatch) -> None:
    steady = Steady()
    monkeypatch.setattr(pausing, "time", steady)
    pauses = Pauses(8)
    assert pauses.wait() == 0
    pauses.attempted()  # the first one
    steady.now += 1
    assert pauses.wait() == 0
    pauses.attempted()  # the quick one
    assert pauses.wait() == 8
    steady.now += 3
    pauses.held()  # it holds, but not yet for long
    assert pauses.wait() == 5
    steady.now += 5
    assert pauses.wait() == 0
    pauses.attempted()
    steady.now += 8
    pauses.held()  # it has held for long: the next loss may be answered quickly
    pauses.attempted()
    steady.now += 1
    assert pauses.wait() == 0


def test_while_it_waits_it_says_so_at_once() -> None:
    script = Script(is_down=True)

    async def work(line: Line) -> None:
        said = []
        for _ in range(4):
            with pytest.raises(NotConnectedError) as no:
                await line.ask("read", lambda _: None, until=soon())
            said.append("next attempt" in str(no.value))
        assert said == [False, False, True, True]

    with_line(work, script=script, pause=60)
