"""The bare limit of a frame's last way: a Redis subscription written into one socket."""

import os
from typing import Any

import redis.asyncio


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Accept, subscribe, forward until the browser goes."""
    await receive()
    await send({"type": "websocket.accept"})
    async with (
        redis.asyncio.from_url(os.environ["BENCH_REDIS"]) as client,
        client.pubsub() as subscription,
    ):
        await subscription.subscribe(os.environ["BENCH_CHANNEL"])
        async for message in subscription.listen():
            text = message["data"]
            body = text.decode() if isinstance(text, bytes) else "subscribed"
            await send({"type": "websocket.send", "text": body})
