"""One Redis, several numbered databases, in the dialects of its three readers."""

import dataclasses

import pytest

from backoffice.settings import redis


@pytest.mark.parametrize(
    ("url", "cache", "broker"),
    [
        ("redis://h:6379", "redis://h:6379/1", "redis://h:6379/0"),
        ("redis://:pw@h:1/5", "redis://:pw@h:1/1", "redis://:pw@h:1/0"),
        (
            "rediss://h/0?ssl_cert_reqs=none",
            "rediss://h/1?ssl_cert_reqs=none",
            "rediss://h/0?ssl_cert_reqs=none",
        ),
        ("unix:///run/r", "unix:///run/r?db=1", "redis+socket:///run/r?virtual_host=0"),
        ("unix:///run/r?db=3", "unix:///run/r?db=1", "redis+socket:///run/r?virtual_host=0"),
    ],
)
def test_addresses(monkeypatch, url, cache, broker):
    monkeypatch.setattr(redis, "env", dataclasses.replace(redis.env, redis_url=url))
    assert redis.database(1) == cache
    assert redis.broker() == broker
