"""Redis as the feed needs it: publish, keep the latest, see what is watched; survives its loss."""

import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError

from backoffice.core import live

TIMEOUT_SECONDS = 1.0
SILENCE_SECONDS = 1.0
CHUNK = 1000

log = structlog.get_logger(__name__)


class Store:
    """One connection pool; every method returns at once, with nothing done, while Redis is away."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(
            url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
        )
        self._silent_until = 0.0
        self.is_up = True

    async def watched(self) -> frozenset[str]:
        """Return the topics that some screen watches now."""
        if not self._may_try():
            return frozenset()
        try:
            channels: Any = await self._redis.pubsub_channels(live.PREFIX + "*")
        except (TimeoutError, RedisError, OSError) as reason:
            self._lost(reason)
            return frozenset()
        self._found()
        return frozenset(live.topic_of(channel.decode()) for channel in channels)

    async def publish(self, frames: Mapping[str, bytes]) -> bool:
        """Send frames, by topic, to whoever watches; False while Redis is away."""
        if not frames or not self._may_try():
            return not frames
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                for topic, body in frames.items():
                    pipe.publish(live.channel(topic), body)
                await pipe.execute()
        except (TimeoutError, RedisError, OSError) as reason:
            return self._lost(reason)
        return self._found()

    async def keep(self, frames: Mapping[str, bytes]) -> bool:
        """Keep frames as the latest of their topics; False while Redis is away."""
        if not frames or not self._may_try():
            return not frames
        shelves: defaultdict[str, list[str | bytes]] = defaultdict(list)
        for topic, body in frames.items():
            name, key = live.shelf(topic)
            shelves[name] += (key, body)
        try:
            for name, items in shelves.items():
                for start in range(0, len(items), 2 * CHUNK):
                    await self._redis.hset(name, items=items[start : start + 2 * CHUNK])
        except (TimeoutError, RedisError, OSError) as reason:
            return self._lost(reason)
        return self._found()

    async def close(self) -> None:
        """Let the connections go."""
        await self._redis.aclose()

    def _may_try(self) -> bool:
        return time.monotonic() >= self._silent_until

    def _found(self) -> bool:
        if not self.is_up:
            log.info("redis_is_back")
        self.is_up = True
        return True

    def _lost(self, reason: BaseException) -> bool:
        if self.is_up:
            log.warning("redis_is_away", reason=str(reason))
        self.is_up = False
        self._silent_until = time.monotonic() + SILENCE_SECONDS
        return False
