"""The hub on a real Redis: newest first, nothing piles up, Redis comes and goes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import redis.asyncio
from channels.layers import channel_layers, get_channel_layer

from backoffice.core import live
from backoffice.ui import watcher as watchers
from backoffice.ui.hub import DOWN, UP, Hub
from backoffice.ui.watcher import CLOSE_SIGNED_OUT, CLOSE_SLOW, Watcher

TOPIC = "account:12"


class Browser:
    """The far end of a socket; it can stop reading."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.closed: int | None = None
        self.reads = asyncio.Event()
        self.reads.set()

    async def send(self, message: dict[str, Any]) -> None:
        """Take a message, when the browser reads."""
        await self.reads.wait()
        if message["type"] == "websocket.close":
            self.closed = message["code"]
        else:
            self.got.append(message["text"])


async def until(true: Callable[[], Any], seconds: float = 10) -> None:
    """Wait for something that has to become true."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


async def stays(watcher: Watcher) -> None:
    """Nobody loses a right here."""


async def subscribers(client: Any, topic: str) -> int:
    """Return how many subscriptions a topic's channel has."""
    ((_, number),) = await client.pubsub_numsub(live.channel(topic))
    return int(number)


class House:
    """A hub, Redis, and browsers that joined."""

    def __init__(self, url: str) -> None:
        self.hub = Hub(url)
        self.redis = redis.asyncio.Redis.from_url(url)
        self.pumps: dict[Watcher, asyncio.Task[None]] = {}

    async def join(self, user_pk: int = 1, *topics: str) -> tuple[Browser, Watcher]:
        """Let a browser in; it watches the topics."""
        browser = Browser()
        watcher = Watcher(user_pk=user_pk, session_key="", send=browser.send)
        self.pumps[watcher] = asyncio.create_task(watcher.pump())
        self.hub.join(watcher, stays)
        await self.hub.watch(watcher, topics)
        for topic in topics:
            await self.watched(topic)
        return browser, watcher

    async def watched(self, topic: str) -> None:
        """Wait until the hub has subscribed to a topic."""
        async with asyncio.timeout(10):
            while not await subscribers(self.redis, topic):
                await asyncio.sleep(0.01)

    async def leave(self) -> None:
        """Let everybody go."""
        for watcher, pump in self.pumps.items():
            pump.cancel()
            await self.hub.leave(watcher)
        await self.redis.aclose()
        for layer in channel_layers.backends.values():
            await layer.flush()
        channel_layers.backends = {}


async def in_house(url: str, story: Callable[[House], Awaitable[None]]) -> None:
    """Run a story in a house and clear up."""
    house = House(url)
    try:
        await story(house)
    finally:
        await house.leave()


def test_one_subscription_serves_everybody(redis_server: Any) -> None:
    """Each frame reaches all who watch its topic, as the text that was published."""

    async def story(house: House) -> None:
        first, _ = await house.join(1, TOPIC)
        second, _ = await house.join(2, TOPIC, "client:5")
        assert await subscribers(house.redis, TOPIC) == 1
        await house.redis.publish(live.channel(TOPIC), b'{"topic":"account:12","seq":1}')
        await house.redis.publish(live.channel("client:5"), b'{"topic":"client:5","seq":2}')
        await until(lambda: len(second.got) == 3)
        assert second.got == [UP, '{"topic":"account:12","seq":1}', '{"topic":"client:5","seq":2}']
        await until(lambda: first.got == [UP, '{"topic":"account:12","seq":1}'])

    asyncio.run(in_house(redis_server.url, story))


def test_the_latest_frame_comes_at_once(redis_server: Any) -> None:
    """Whoever opens a page sees the newest figures before the next tick."""

    async def story(house: House) -> None:
        name, key = live.shelf(TOPIC)
        await house.redis.hset(name, key, b'{"kept":1}')
        browser, _ = await house.join(1, TOPIC)
        await until(lambda: browser.got == [UP, '{"kept":1}'])

    asyncio.run(in_house(redis_server.url, story))


def test_a_slow_browser_gets_the_newest_frame_of_each_topic(redis_server: Any) -> None:
    """A thousand frames of two topics wait as two; nudges wait beside frames."""

    async def story(house: House) -> None:
        browser, watcher = await house.join(1, TOPIC, "account:13")
        await until(lambda: browser.got == [UP])
        browser.reads.clear()
        for number in range(500):
            for topic in (TOPIC, "account:13"):
                await house.redis.publish(live.channel(topic), f"{topic} {number}")
        nudge = '{"op":"nudge","topic":"account:12"}'
        await house.redis.publish(live.channel(TOPIC), nudge)
        await until(lambda: nudge in watcher._queue.values())
        assert watcher.waiting <= 3
        browser.reads.set()
        await until(lambda: nudge in browser.got)
        assert {f"{TOPIC} 499", "account:13 499"} <= set(browser.got)
        assert len(browser.got) <= 6

    asyncio.run(in_house(redis_server.url, story))


def test_a_browser_that_takes_nothing_is_let_go(
    redis_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is closed with its own code; the others go on."""
    monkeypatch.setattr(watchers, "SLOW_SECONDS", 0.05)

    async def story(house: House) -> None:
        slow, watcher = await house.join(1, TOPIC)
        quick, _ = await house.join(2, TOPIC)
        await until(lambda: slow.got == [UP])
        slow.reads.clear()
        await house.redis.publish(live.channel(TOPIC), "one")
        await until(lambda: watcher._closing is not None)
        slow.reads.set()
        await until(lambda: slow.closed == CLOSE_SLOW)
        assert quick.got == [UP, "one"]

    asyncio.run(in_house(redis_server.url, story))


def test_nobody_watches_nothing_is_asked(redis_server: Any) -> None:
    """The last one to stop watching takes the subscription along."""

    async def story(house: House) -> None:
        _, watcher = await house.join(1, TOPIC)
        house.hub.unwatch(watcher, {TOPIC})
        async with asyncio.timeout(10):
            while await subscribers(house.redis, TOPIC):
                await asyncio.sleep(0.01)

    asyncio.run(in_house(redis_server.url, story))


def test_a_revoked_user_is_put_out(redis_server: Any, settings: Any) -> None:
    """By the channel layer: every socket of the user, and of nobody else."""

    async def story(house: House) -> None:
        out, _ = await house.join(7, TOPIC)
        stays_in, _ = await house.join(8, TOPIC)
        layer = get_channel_layer()
        async with asyncio.timeout(10):
            while out.closed is None:
                await layer.group_send(live.REVOCATIONS, {"type": live.REVOKE, "user": 7})
                await asyncio.sleep(0.05)
        assert out.closed == CLOSE_SIGNED_OUT
        assert stays_in.closed is None

    asyncio.run(in_house(redis_server.url, story))


def test_redis_may_go_and_come_back(redis_server: Any) -> None:
    """Sockets stay, are told, and catch up with what was kept meanwhile."""

    async def story(house: House) -> None:
        browser, _ = await house.join(1, TOPIC)
        await until(lambda: browser.got == [UP])
        await house.redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        name, key = live.shelf(TOPIC)
        await house.redis.hset(name, key, b"after")
        await until(lambda: browser.got[-1] == "after")
        assert browser.got == [UP, DOWN, UP, "after"]
        assert browser.closed is None
        await house.watched(TOPIC)

    asyncio.run(in_house(redis_server.url, story))
