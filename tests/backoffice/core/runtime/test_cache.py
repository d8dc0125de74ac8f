"""The cache works on Redis, and misses instead of failing when Redis is away."""

import socket

import pytest

from backoffice.core.runtime.cache import ForgivingRedisCache


@pytest.fixture
def near(redis_server):
    return ForgivingRedisCache(f"{redis_server.url}?db=1", {})


@pytest.fixture
def away():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    return ForgivingRedisCache(f"redis://127.0.0.1:{port}/1", {})


def test_what_was_set_is_there(near):
    near.set("a", {"x": 1}, 60)
    assert near.get("a") == {"x": 1}
    assert near.add("a", 2) is False
    assert near.add("b", 2) is True
    assert near.incr("b") == 3
    near.set_many({"c": 1, "d": 2}, 60)
    assert near.get_many(["c", "d", "e"]) == {"c": 1, "d": 2}
    assert near.has_key("c") is True
    assert near.touch("c", 10) is True
    assert near.delete("c") is True
    near.delete_many(["d"])
    assert near.get("d", "gone") == "gone"
    assert near.clear() is True


def test_every_question_has_an_answer_without_redis(away):
    away.set("a", 1)
    away.set_many({"a": 1})
    away.delete_many(["a"])
    assert away.get("a") is None
    assert away.get("a", 5) == 5
    assert away.get_or_set("a", lambda: 6) == 6
    assert away.get_many(["a"]) == {}
    assert away.has_key("a") is False
    assert ("a" in away) is False
    assert away.add("a", 1) is False
    assert away.touch("a") is False
    assert away.delete("a") is False
    assert away.clear() is False
    assert away.incr("a", 4) == 4


def test_an_absent_redis_is_asked_once_not_by_every_page(away, monkeypatch):
    tries = []
    client = away._cache
    real = client.get_client
    monkeypatch.setattr(
        client, "get_client", lambda *args, **kwargs: tries.append(1) or real(*args, **kwargs)
    )
    for _ in range(50):
        assert away.get("a") is None
    assert tries == [1]


def test_a_mistake_is_not_taken_for_absence(near):
    with pytest.raises(ValueError, match="not found"):
        near.incr("nothing")
