"""Rate limits to the last use: many at once, over both stores, and while Redis goes away."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from backoffice.demo.redis import Redis
from backoffice.edge import rate_limit
from backoffice.edge.rate_limit import Rate, take
from backoffice.machines.actions.rates import in_postgres
from backoffice.machines.models import RateMark
from tests.cluster import Database

SLOW = Rate(limit=1, seconds=86_400, burst=40)  # nothing comes back while a test runs
CALLERS, CALLS = 16, 8


def never(*_: object) -> tuple[bool, int, int, int]:
    """A second store that must not be asked."""
    raise AssertionError("Redis is there")


@pytest.fixture(autouse=True)
def _listening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit.Away, "until", 0.0)


def storm(otherwise: object) -> list[bool]:
    """What many callers get who come at once."""

    def some(_: int) -> list[bool]:
        try:
            return [take("storm", SLOW, otherwise=otherwise).allowed for _ in range(CALLS)]
        finally:
            connection.close()

    with ThreadPoolExecutor(CALLERS) as pool:
        return [one for got in pool.map(some, range(CALLERS)) for one in got]


def test_exactly_as_many_as_allowed_by_redis(redis_server: Redis) -> None:
    allowed = storm(never)
    assert (len(allowed), sum(allowed)) == (CALLERS * CALLS, SLOW.burst)


def test_exactly_as_many_as_allowed_by_postgres(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limit.Away, "until", float("inf"))
    allowed = storm(in_postgres)
    assert (len(allowed), sum(allowed)) == (CALLERS * CALLS, SLOW.burst)
    assert RateMark.objects.count() == 1


@pytest.mark.django_db
def test_a_redis_that_is_away_neither_opens_nor_shuts_the_door(
    settings: object, redis_server: Redis
) -> None:
    settings.REDIS_URL = "unix:///nowhere/redis.sock"  # type: ignore[attr-defined]
    got = [take("away", SLOW, otherwise=in_postgres) for _ in range(SLOW.burst + 5)]
    assert [one.allowed for one in got] == [True] * SLOW.burst + [False] * 5
    assert [one.left for one in got[:3]] == [39, 38, 37]


@pytest.mark.django_db
@pytest.mark.parametrize("store", ["redis", "postgres"])
def test_both_stores_tell_alike(
    redis_server: Redis, monkeypatch: pytest.MonkeyPatch, store: str
) -> None:
    if store == "postgres":
        monkeypatch.setattr(rate_limit.Away, "until", float("inf"))
    rate = Rate(limit=60, seconds=3600, burst=3)  # one a minute
    looked = take("alike", rate, otherwise=in_postgres, cost=0)
    got = [take("alike", rate, otherwise=in_postgres) for _ in range(4)]
    assert (looked.allowed, looked.left, looked.reset_seconds) == (True, 3, 0)
    assert [one.allowed for one in got] == [True, True, True, False]
    assert [one.left for one in got] == [2, 1, 0, 0]
    assert 58 <= got[3].retry_seconds <= 60
    assert 178 <= got[3].reset_seconds <= 180
    fields = got[3].headers()
    assert fields["RateLimit-Limit"] == "3"
    assert fields["Retry-After"] == str(got[3].retry_seconds)
    assert "Retry-After" not in got[0].headers()


def test_uses_come_back_evenly(redis_server: Redis) -> None:
    rate = Rate(limit=1_000_000, seconds=1, burst=1)  # one a microsecond: back before the next call
    assert all(take("quick", rate, otherwise=never).allowed for _ in range(20))
