"""The hub: one Redis subscription a process, each frame handed on as the text that it already is.

When Redis is away the sockets stay and are told so; when it is back they get the latest frames.
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from weakref import WeakKeyDictionary

import redis.asyncio as redis
import structlog
from channels.layers import get_channel_layer
from django.conf import settings
from redis.exceptions import RedisError

from backoffice.core import live
from backoffice.ui.watcher import CLOSE_SIGNED_OUT, Watcher

ALIVE = "hub-alive"  # a subscription needs a channel, also while nobody watches anything
READ_SECONDS = 0.1  # how soon a new topic is subscribed to, while all is quiet
PING_SECONDS = 3
CHECK_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 5.0
NUDGE = '{"op":"nudge"'
UP, DOWN = '{"op":"status","live":"up"}', '{"op":"status","live":"down"}'

Check = Callable[[Watcher], Awaitable[None]]

log = structlog.get_logger(__name__)
_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, "Hub"] = WeakKeyDictionary()


def hub() -> "Hub":
    """Return this process's hub (one an event loop)."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub(settings.REDIS_URL)
    return _hubs[loop]


class Hub:
    """Who watches which topic."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(
            url, socket_connect_timeout=1, socket_timeout=1, health_check_interval=PING_SECONDS
        )
        self._watchers: dict[Watcher, Check] = {}
        self._topics: defaultdict[str, set[Watcher]] = defaultdict(set)
        self._tasks: list[asyncio.Task[None]] = []
        self.is_up = True

    def join(self, watcher: Watcher, check: Check) -> None:
        """Take in a socket; `check` is asked now and then whether it may stay."""
        self._watchers[watcher] = check
        if not self._tasks:
            steps = (self._listen, self._hear_revocations, self._check_all)
            self._tasks = [asyncio.create_task(step()) for step in steps]
        watcher.offer("status", UP if self.is_up else DOWN)

    async def leave(self, watcher: Watcher) -> None:
        """Let a socket go; the last one to leave lets Redis go too."""
        self.unwatch(watcher, set(watcher.topics))
        self._watchers.pop(watcher, None)
        if not self._watchers:
            tasks, self._tasks = self._tasks, []
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._redis.aclose()

    async def watch(self, watcher: Watcher, topics: Iterable[str]) -> None:
        """Give the latest frame of each topic at once, and from now on every new one."""
        wanted = set(topics)
        for topic, text in (await self._latest(wanted)).items():
            watcher.offer(topic, text)
        for topic in wanted:
            self._topics[topic].add(watcher)
        watcher.topics |= wanted

    def unwatch(self, watcher: Watcher, topics: Iterable[str]) -> None:
        """Stop giving frames of these topics."""
        for topic in topics:
            self._topics[topic].discard(watcher)
            if not self._topics[topic]:
                del self._topics[topic]
            watcher.topics.discard(topic)

    def sign_out(self, user_pk: int) -> None:
        """Close every socket of a user."""
        for watcher in self._watchers:
            if watcher.user_pk == user_pk:
                watcher.close(CLOSE_SIGNED_OUT)

    # -- Redis ----------------------------------------------------------------------------------
    async def _listen(self) -> None:
        """Listen for ever; a lost Redis is told of, and looked for again."""
        pause = 0.1
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(ALIVE)
                    await self._turn(is_up=True)
                    pause = 0.1
                    await self._read(pubsub)
            except (RedisError, OSError, TimeoutError) as reason:
                if self.is_up:
                    log.warning("hub_lost_redis", reason=str(reason))
                await self._turn(is_up=False)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(pause * (500 + secrets.randbelow(500)) / 1000)

    async def _read(self, pubsub: Any) -> None:
        subscribed: set[str] = set()
        while True:
            wanted = set(self._topics)
            if wanted != subscribed:
                if new := wanted - subscribed:
                    await pubsub.subscribe(*map(live.channel, new))
                if old := subscribed - wanted:
                    await pubsub.unsubscribe(*map(live.channel, old))
                subscribed = wanted
            message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=READ_SECONDS)
            if message is not None and message["type"] == "message":
                self._hand_on(live.topic_of(message["channel"].decode()), message["data"].decode())

    def _hand_on(self, topic: str, text: str) -> None:
        key = f"{topic} nudge" if text.startswith(NUDGE) else topic
        for watcher in self._topics.get(topic, ()):
            watcher.offer(key, text)

    async def _turn(self, *, is_up: bool) -> None:
        """Tell every socket that live numbers stopped or go on; then catch up."""
        if is_up == self.is_up:
            return
        self.is_up = is_up
        for watcher in self._watchers:
            watcher.offer("status", UP if is_up else DOWN)
        if is_up:
            for topic, text in (await self._latest(set(self._topics))).items():
                self._hand_on(topic, text)

    async def _latest(self, topics: set[str]) -> dict[str, str]:
        by_hash: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for topic in topics:
            name, key = live.shelf(topic)
            by_hash[name].append((topic, key))
        found: dict[str, str] = {}
        try:
            for name, wanted in by_hash.items():
                frames: Any = await self._redis.hmget(name, [key for _, key in wanted])
                for (topic, _), frame in zip(wanted, frames, strict=True):
                    if frame is not None:
                        found[topic] = frame.decode()
        except (RedisError, OSError, TimeoutError) as reason:
            log.warning("latest_frames_missed", reason=str(reason))
        return found

    # -- who may stay ---------------------------------------------------------------------------
    async def _hear_revocations(self) -> None:
        """Close the sockets of users whom the channel layer names."""
        layer = get_channel_layer()
        while True:
            try:
                name = await layer.new_channel()
                await layer.group_add(live.REVOCATIONS, name)
                while True:
                    message = await layer.receive(name)
                    if message.get("type") == live.REVOKE:
                        self.sign_out(message["user"])
            except (RedisError, OSError, TimeoutError) as reason:
                log.warning("revocations_not_heard", reason=str(reason))
                await asyncio.sleep(1)

    async def _check_all(self) -> None:
        """Ask the database now and then: a revocation that no message brought arrives this way."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            for watcher, check in list(self._watchers.items()):
                await check(watcher)
