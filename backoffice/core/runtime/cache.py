"""A cache on Redis that misses, instead of failing, when Redis is away."""

import time
from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

SILENCE_SECONDS = 5

log = structlog.get_logger(__name__)


def _forgiving(name: str, absent: Callable[..., Any]) -> Callable[..., Any]:
    ask = getattr(RedisCacheClient, name)

    def answer(self: "ForgivingClient", *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < self.away_until:
            return absent(*args, **kwargs)
        try:
            return ask(self, *args, **kwargs)
        except (RedisError, OSError) as error:
            # One slow try in five seconds, however many pages ask.
            self.away_until = time.monotonic() + SILENCE_SECONDS
            log.warning("cache_away", reason=str(error))
            return absent(*args, **kwargs)

    return answer


def _no(*args: Any, **kwargs: Any) -> bool:
    return False


class ForgivingClient(RedisCacheClient):
    """Django's Redis client; every question has an answer for a Redis that is away."""

    away_until = 0.0

    add = _forgiving("add", _no)
    get = _forgiving("get", lambda key, default: default)
    set = _forgiving("set", _no)
    touch = _forgiving("touch", _no)
    delete = _forgiving("delete", _no)
    get_many = _forgiving("get_many", lambda keys: {})
    has_key = _forgiving("has_key", _no)
    incr = _forgiving("incr", lambda key, delta: delta)
    set_many = _forgiving("set_many", _no)
    delete_many = _forgiving("delete_many", _no)
    clear = _forgiving("clear", _no)


class ForgivingRedisCache(RedisCache):
    """The cache backend of the settings; what it cannot reach, it does not have."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = ForgivingClient
