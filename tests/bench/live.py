"""From a tick in MetaTrader to a frame in a browser's socket, beside Redis and a socket alone.

A figure is drawn four times a second at most, so the bare limit waits for its turn too: without
that, the ratio would measure a pause that is there on purpose.
"""

import asyncio
import json
import random
import sys
import time
from decimal import Decimal
from typing import Any

import redis.asyncio
from websockets.asyncio.client import ClientConnection, connect

from backoffice.demo.children import spawn, stop, wait_until
from backoffice.demo.processes import listens
from tests.bench.figures import Figure, middle, tail
from tests.bench.stage import Stage
from tests.cluster import ROOT
from tests.journeys.running import free_port

TICKS = 40
CHANNEL = "bench"
TURN_SECONDS = 0.25  # trading/live/screens.py draws so often


def measure(stage: Stage) -> list[Figure]:
    """Medians and tails, in milliseconds."""
    ours = asyncio.run(_ours(stage))
    bare = asyncio.run(_bare(stage))
    note = "both wait for the figure's turn, at most 250 ms"
    return [
        Figure(name="tick to socket, median", unit="ms", ours=middle(ours), bare=middle(bare),
               goal=1.5, note=note),
        Figure(name="tick to socket, 95 %", unit="ms", ours=tail(ours), bare=tail(bare), goal=1.5),
    ]  # fmt: skip


async def _ours(stage: Stage) -> list[float]:
    demo = stage.demo
    await asyncio.to_thread(demo.metatrader, "hold")
    trades = await asyncio.to_thread(demo.manager, "open_trades")
    trade = next(one for one in trades if one["cmd"] in (0, 1))
    quotes = await asyncio.to_thread(demo.manager, "quotes")
    bid = next(one["bid"] for one in quotes if one["symbol"] == trade["symbol"])
    topic = stage.account_topic(stage.profile_of(trade["login"]))
    cookie = "; ".join(f"{name}={value}" for name, value in stage.client.cookies.items())
    live = f"ws://127.0.0.1:{demo.secrets['live_port']}/ws/"
    headers = {"Cookie": cookie}
    taken = []
    try:
        async with connect(live, additional_headers=headers, origin=demo.address) as line:  # type: ignore[arg-type]
            await line.send(json.dumps({"op": "subscribe", "topics": [topic]}))
            before = await _equity(line, topic, None)
            for tick in range(TICKS):
                price = str(Decimal(bid) * (Decimal("1.001") if tick % 2 == 0 else 1))[: len(bid)]
                await asyncio.sleep(random.uniform(0.1, 0.6))
                start = time.monotonic()
                arguments = {"symbol": trade["symbol"], "bid": price, "ask": None}
                await asyncio.to_thread(demo.metatrader, "set_quote", **arguments)
                before = await _equity(line, topic, before)
                taken.append(1000 * (time.monotonic() - start))
    finally:
        await asyncio.to_thread(demo.metatrader, "release")
    return taken


async def _equity(line: ClientConnection, topic: str, other_than: str | None) -> str:
    """The next equity that is another one."""
    async with asyncio.timeout(30):
        while True:
            frame: dict[str, Any] = json.loads(await line.recv())
            if frame.get("topic") == topic and "data" in frame:
                equity = str(frame["data"]["equity"])
                if equity != other_than:
                    return equity


async def _bare(stage: Stage) -> list[float]:
    """The figure's turn, then publish → subscribe → socket, with nothing between."""
    port, address = free_port(), f"unix://{stage.sockets}/redis"
    server = spawn(
        [sys.executable, "-m", "uvicorn", "--port", str(port), "--log-level", "error",
         "--lifespan", "off", "tests.bench.bare_socket:app"],
        log=stage.folder / "bare-socket.log", cwd=ROOT,
        env=stage.demo.environment | {"BENCH_REDIS": address, "BENCH_CHANNEL": CHANNEL},
    )  # fmt: skip
    taken = []
    try:
        wait_until(lambda: listens("127.0.0.1", port), seconds=20)
        async with (
            connect(f"ws://127.0.0.1:{port}/") as line,
            redis.asyncio.from_url(address) as to,
        ):
            await line.recv()  # subscribed
            for _tick in range(TICKS * 2):
                start = time.monotonic()
                await asyncio.sleep(random.uniform(0, TURN_SECONDS))
                await to.publish(CHANNEL, b"x" * 220)
                await line.recv()
                taken.append(1000 * (time.monotonic() - start))
    finally:
        stop(server)
    return taken
