"""Every app's live topics, joined in the one consumer; sockets only, at /ws/."""

from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.urls import path

from backoffice.ui.socket import LiveSocket
from trading import sockets as trading

TOPICS = {**trading.TOPICS}


async def no_pages(scope: Any, receive: Any, send: Any) -> None:
    """Answer a request for a page: this process serves sockets."""
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b"Sockets only.\n"})


async def refuse(scope: Any, receive: Any, send: Any) -> None:
    """Answer a socket at an address that is not ours."""
    await send({"type": "websocket.close", "code": 4404})


elsewhere: Any = refuse  # Django's types know views only
SOCKETS = [path("ws/", LiveSocket.as_asgi(permits=TOPICS)), path("<path:any>", elsewhere)]

application = ProtocolTypeRouter(
    {
        "http": no_pages,
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(SOCKETS))),
    }
)
