"""Exact rate limits: the generic cell rate algorithm (GCRA), one atomic step per call.

A key may be used `burst` times at once, and regains one use every `seconds / limit`. Its state is
one number, the theoretical arrival time (TAT) of the ITU's leaky bucket (I.371), so nothing is
counted twice and no two callers pass on one use. It lives in Redis and is moved by a script there.
When Redis is away, the caller's own store keeps the same number (PostgreSQL: one row, one
statement): a dead Redis neither opens nor shuts the door; at worst a key has its burst once more.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import redis
import structlog
from django.conf import settings
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

SILENCE_SECONDS = 5  # after a failure Redis is not asked again for so long
MICROSECONDS = 1_000_000

#: KEYS[1]; ARGV: microseconds per use, burst, uses asked for (0: only look).
#: Answers: allowed, uses left, microseconds until one more use, until all are back.
SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local step, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local tat = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
local moved = tat + step * cost
local room = now + step * burst - moved
local allowed = room >= 0 and 1 or 0
if allowed == 1 then
  tat = moved
  if cost > 0 then
    redis.call('SET', KEYS[1], string.format('%.0f', tat), 'PX', math.ceil((tat - now) / 1000) + 1)
  end
end
local left = math.floor((now + step * burst - tat) / step)
local wait = math.max(0, tat + step - step * burst - now)
return {allowed, left, string.format('%.0f', wait), string.format('%.0f', tat - now)}
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many uses in so many seconds, at most `burst` of them at once."""

    limit: int
    seconds: int
    burst: int

    @property
    def step(self) -> int:
        """Microseconds in which one use comes back."""
        return max(1, self.seconds * MICROSECONDS // self.limit)


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of one use: allowed or not, how many are left at once, seconds until more."""

    allowed: bool
    limit: int
    left: int
    retry_seconds: int
    reset_seconds: int

    @property
    def used(self) -> int:
        """How many are not back yet."""
        return self.limit - self.left

    def headers(self) -> dict[str, str]:
        """Return RateLimit fields (draft-ietf-httpapi-ratelimit-headers-06), and Retry-After."""
        told = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.left),
            "RateLimit-Reset": str(self.reset_seconds),
        }
        return told if self.allowed else {**told, "Retry-After": str(max(1, self.retry_seconds))}


Store = Callable[[str, Rate, int], tuple[bool, int, int, int]]


class Away:
    """Until when Redis is not asked."""

    until = 0.0


def take(key: str, rate: Rate, *, otherwise: Store, cost: int = 1) -> Standing:
    """Use the key, or only look with cost 0; `otherwise` keeps the count when Redis is away."""
    told = _by_redis(key, rate, cost) or otherwise(key, rate, cost)
    allowed, left, wait, reset = told
    return Standing(
        allowed=allowed,
        limit=rate.burst,
        left=max(0, left),
        retry_seconds=-(-wait // MICROSECONDS),
        reset_seconds=-(-reset // MICROSECONDS),
    )


def _by_redis(key: str, rate: Rate, cost: int) -> tuple[bool, int, int, int] | None:
    if time.monotonic() < Away.until:
        return None
    try:
        allowed, left, wait, reset = _script(settings.REDIS_URL)(
            keys=[f"mt4bo:rate:{key}"], args=[rate.step, rate.burst, cost]
        )
    except (RedisError, OSError) as error:
        Away.until = time.monotonic() + SILENCE_SECONDS
        log.warning("rate_limit_away", reason=str(error))
        return None
    return bool(allowed), int(left), int(wait), int(reset)


@cache
def _script(url: str) -> Callable[..., list[bytes]]:
    client = redis.Redis.from_url(url, socket_connect_timeout=0.3, socket_timeout=0.3)
    return client.register_script(SCRIPT)
