"""Listens to one agent: numbered news over a WebSocket, sealed message by message.

A lost connection, a silent peer or a wrong seal ends the iteration with `Unavailable`: listen again
with `resume_after` the last number, and what was missed comes, or `gap` says that it cannot.
"""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidURI, WebSocketException

from trading.gateway import clock, seal, wire
from trading.gateway.errors import BadMessage, Unavailable
from trading.gateway.port import News, ServerAddress
from trading.gateway.remote.trust import BadTrust, context_of

SILENCE_SECONDS = 5.0  # the agent says something every second
OPEN_SECONDS = 10.0
MESSAGE_BYTES = 16 * 1024 * 1024


async def listen(
    address: ServerAddress,
    *,
    resume_after: int = 0,
    silence_seconds: float = SILENCE_SECONDS,
) -> AsyncIterator[News]:
    """Yield the agent's news, pings too; Unavailable when it can be heard no longer."""
    path = f"/v1/stream?resume_after={resume_after}"
    sealed = seal.seal_request(
        key_id=address.key_id,
        key=address.key,
        method="GET",
        path=path,
        body=b"",
        now=clock.now(),
    )
    frames = seal.FrameSeal(key=address.key, nonce=sealed[seal.NONCE])
    connection = await _connected(address, path, sealed)
    try:
        while True:
            for news in await _next(connection, frames, silence_seconds):
                yield news
    finally:
        await connection.close()


async def _connected(address: ServerAddress, path: str, sealed: dict[str, str]) -> ClientConnection:
    parts = urlsplit(address.url)
    scheme = "wss" if parts.scheme == "https" else "ws"
    try:
        return await connect(
            f"{scheme}://{parts.netloc}{path}",
            additional_headers=sealed,
            compression=None,
            proxy=None,
            ssl=context_of(address),
            open_timeout=OPEN_SECONDS,
            close_timeout=1,
            ping_interval=None,  # the agent's own pings tell more: they are sealed
            max_size=MESSAGE_BYTES,
        )
    except (OSError, BadTrust, InvalidHandshake, InvalidURI, WebSocketException) as wrong:
        raise Unavailable(f"The agent's stream could not be opened: {wrong}") from wrong


async def _next(
    connection: ClientConnection, frames: seal.FrameSeal, silence_seconds: float
) -> tuple[News, ...]:
    """Return the frames of the next message."""
    try:
        async with asyncio.timeout(silence_seconds):
            message = await connection.recv(decode=False)
    except TimeoutError as silent:
        raise Unavailable(f"The agent was silent for {silence_seconds:g} s.") from silent
    except (WebSocketException, OSError) as lost:
        raise Unavailable(f"The agent's stream ended: {lost}") from lost
    try:
        return wire.decode_frames(frames.open(message))
    except BadMessage as wrong:
        raise Unavailable(f"The agent's stream cannot be believed: {wrong}") from wrong
