"""One open socket: what it watches, and a queue in which only the newest frame of a topic waits."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

SLOW_SECONDS = 10.0  # a browser that takes nothing for so long is let go; it comes back by itself
CLOSE_SIGNED_OUT = 4401
CLOSE_SLOW = 4408

Send = Callable[[dict[str, Any]], Awaitable[None]]

log = structlog.get_logger(__name__)


class Watcher:
    """A socket as the hub knows it. Its queue cannot outgrow the number of its topics."""

    def __init__(self, *, user_pk: int, session_key: str, address: str = "", send: Send) -> None:
        self.user_pk = user_pk
        self.session_key = session_key
        self.address = address
        self.topics: set[str] = set()
        self._send = send
        self._queue: dict[str, str] = {}
        self._wake = asyncio.Event()
        self._closing: int | None = None

    def offer(self, key: str, text: str) -> None:
        """Queue a text; one that waits under the same key is forgotten."""
        self._queue.pop(key, None)
        self._queue[key] = text
        self._wake.set()

    @property
    def waiting(self) -> int:
        """Return how many texts wait."""
        return len(self._queue)

    def close(self, code: int) -> None:
        """Close the socket instead of sending what waits."""
        self._closing = code
        self._wake.set()

    async def pump(self) -> None:
        """Send what is offered, for as long as the browser takes it."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._queue and self._closing is None:
                key = next(iter(self._queue))
                text = self._queue.pop(key)
                try:
                    async with asyncio.timeout(SLOW_SECONDS):
                        await self._send({"type": "websocket.send", "text": text})
                except TimeoutError:
                    log.info("slow_socket_closed", user=self.user_pk, waiting=self.waiting)
                    self._closing = CLOSE_SLOW
            if self._closing is not None:
                await self._send({"type": "websocket.close", "code": self._closing})
                return
