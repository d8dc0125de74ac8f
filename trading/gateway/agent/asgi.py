"""What every HTTP and WebSocket server does with a connection: path, headers, body, answer."""

from collections.abc import Awaitable, Callable
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any
from urllib.parse import parse_qs

from trading.gateway import wire
from trading.gateway.errors import BadMessage

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def path(scope: Message) -> str:
    """Return the path as it was sent, with its query string: what the seal covers."""
    path: str = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{path}?{query}" if query else path


def headers(scope: Message) -> dict[str, str]:
    """Return the headers by name; one that comes twice is joined, so that no seal fits it."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        text = value.decode("latin-1")
        key = name.decode("latin-1").lower()
        headers[key] = f"{headers[key]},{text}" if key in headers else text
    return headers


def resume_after(path: str) -> int:
    route, _, query = path.partition("?")
    text = parse_qs(query).get("resume_after", ["0"])[0]
    if route != "/v1/stream" or not text.isdecimal() or len(text) > 18:
        raise BadMessage("There is no such stream.")
    return int(text)


async def body(receive: Receive) -> bytes | None:
    """Return the body of a request, or None when it is too long."""
    body = b""
    while True:
        message: Message = await receive()
        body += bytes(message.get("body", b""))
        if len(body) > wire.MAX_REQUEST_BYTES:
            return None
        if not message.get("more_body", False):
            return body


async def gone(receive: Receive) -> None:
    """Return when the reader of a stream has gone."""
    while (await receive())["type"] != "websocket.disconnect":
        continue


async def respond(send: Send, status: int, body: bytes, headers: dict[str, str]) -> None:
    named = {"content-type": "application/json", "content-length": str(len(body)), **headers}
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in named.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


def is_allowed(scope: Message, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    """Return whether the other side's address lies in one of the networks (none named: any)."""
    if not networks:
        return True
    client = scope.get("client")
    try:
        address = ip_address(client[0] if client else "")
    except ValueError:
        return False
    return any(address in network for network in networks)


async def turn_away(kind: str, receive: Receive, send: Send) -> None:
    """Answer somebody who may not be here, without reading what he says."""
    if kind == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
    else:
        await respond(send, 403, b"{}", {"connection": "close"})
