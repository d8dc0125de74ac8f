"""Live topics: what goes to screens by Redis, best effort, and never through the database.

A topic is `kind:key` (`account:12`, `client:5`, `server:1`, `user:42`, `exposure`). A frame is JSON
bytes, published on the channel `live:<topic>`; the latest frame of a topic is kept in a hash, so
that a page that opens shows something at once. When Redis is away, screens say so, nothing fails.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
import redis
import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction

PREFIX = "live:"
EXPOSURE = "exposure"
#: The channel layer's one group: every socket process listens to it.
REVOCATIONS = "revocations"
REVOKE = "live.revoke"
TIMEOUT_SECONDS = 0.3

log = structlog.get_logger(__name__)
_clients: dict[str, redis.Redis] = {}


def account(pk: int) -> str:
    """Return the topic of a trading account: its equity, margin and positions."""
    return f"account:{pk}"


def client(pk: int) -> str:
    """Return the topic of a client: the equity of all accounts together."""
    return f"client:{pk}"


def server(pk: int) -> str:
    """Return the topic of a MetaTrader server: the heartbeat of its feed."""
    return f"server:{pk}"


def quotes(server_pk: int) -> str:
    """Return the topic of what a server quotes for pairs of currencies; kept, never published."""
    return f"quotes:{server_pk}"


def user(pk: int) -> str:
    """Return the topic of one member of staff: what is for their eyes."""
    return f"user:{pk}"


def channel(topic: str) -> str:
    """Return the name of the topic's Redis channel."""
    return PREFIX + topic


def topic_of(channel_name: str) -> str:
    """Return the topic whose frames go over this Redis channel."""
    return channel_name.removeprefix(PREFIX)


def shelf(topic: str) -> tuple[str, str]:
    """Return the hash and the field that keep the latest frame of a topic."""
    kind, _, key = topic.partition(":")
    return f"{PREFIX}latest:{kind}", key


def latest(topics: Iterable[str]) -> dict[str, bytes]:
    """Return the latest frame of those topics that have one; none of them when Redis is away."""
    by_hash: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for topic in topics:
        name, key = shelf(topic)
        by_hash[name].append((topic, key))
    found: dict[str, bytes] = {}
    try:
        with _redis().pipeline(transaction=False) as pipe:
            for name, wanted in by_hash.items():
                pipe.hmget(name, [key for _, key in wanted])
            told: Any = pipe.execute() if by_hash else []
        for wanted, frames in zip(by_hash.values(), told, strict=True):
            pairs = zip(wanted, frames, strict=True)
            found.update({topic: frame for (topic, _), frame in pairs if frame is not None})
    except (redis.RedisError, OSError) as reason:
        log.warning("latest_frames_missed", reason=str(reason))
        return {}
    return found


def publish(payloads: Mapping[str, bytes]) -> bool:
    """Send frames, by topic, to whoever watches; False when Redis is away."""
    try:
        with _redis().pipeline(transaction=False) as pipe:
            for topic, payload in payloads.items():
                pipe.publish(channel(topic), payload)
            pipe.execute()
    except (redis.RedisError, OSError) as reason:
        log.warning("frames_not_published", topics=len(payloads), reason=str(reason))
        return False
    return True


def show(topic: str, frame: Mapping[str, Any]) -> None:
    """After the commit, nudge the screens that watch the topic: they fetch their fragment again."""
    show_all([topic], frame)


def show_all(topics: Iterable[str], frame: Mapping[str, Any]) -> None:
    """After the commit, nudge the screens that watch any of the topics, in one go."""
    nudges = {topic: orjson.dumps({"op": "nudge", "topic": topic, **frame}) for topic in topics}
    if nudges:
        transaction.on_commit(lambda: publish(nudges), robust=True)


def revoke(user_pk: int) -> None:
    """After the commit, close every socket of a user: they were suspended or signed out."""
    transaction.on_commit(lambda: _send_revocation(user_pk), robust=True)


def _send_revocation(user_pk: int) -> None:
    layer = get_channel_layer()
    try:
        async_to_sync(layer.group_send)(REVOCATIONS, {"type": REVOKE, "user": user_pk})
    except (redis.RedisError, OSError) as reason:
        # Sockets ask the database too, every half minute: the revocation arrives all the same.
        log.warning("revocation_not_sent", user=user_pk, reason=str(reason))


def _redis() -> redis.Redis:
    url = settings.REDIS_URL
    if url not in _clients:
        _clients[url] = redis.Redis.from_url(
            url, socket_connect_timeout=TIMEOUT_SECONDS, socket_timeout=TIMEOUT_SECONDS
        )
    return _clients[url]
