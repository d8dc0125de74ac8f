"""Every app's live topics, joined in the one consumer; sockets only, at /ws/."""

from typing import Any

import structlog
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.db import DatabaseError
from django.urls import path

from backoffice.audit.actions import refusals
from backoffice.audit.events import NOT_ALLOWED, DoorRefused
from backoffice.core import clock
from backoffice.core.runtime import origin
from backoffice.ui.socket import LiveSocket
from trading import sockets as trading

TOPICS = {**trading.TOPICS}
LONGEST = 200

log = structlog.get_logger(__name__)


def tell_refused(user: Any, address: str, topics: str) -> None:
    """Tell the log whom the socket refused: the line itself, or topics on it."""
    asked = DoorRefused(
        door="socket",
        method="SUBSCRIBE" if topics else "CONNECT",
        path=topics.replace("\x00", "")[:LONGEST] or "/ws/",
        why=NOT_ALLOWED,
    )
    with origin.within(origin.Origin(address=address)):
        try:
            refusals.record_refusal(refused=asked, actor=user.actor, now=clock.now())
        except DatabaseError:
            log.exception("refusal_not_recorded", door=asked.door)  # it stays refused all the same


async def no_pages(scope: Any, receive: Any, send: Any) -> None:
    """Answer a request for a page: this process serves sockets."""
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b"Sockets only.\n"})


async def refuse(scope: Any, receive: Any, send: Any) -> None:
    """Answer a socket at an address that is not ours."""
    await send({"type": "websocket.close", "code": 4404})


elsewhere: Any = refuse  # Django's types know views only
SOCKETS = [
    path("ws/", LiveSocket.as_asgi(permits=TOPICS, refused=tell_refused)),
    path("<path:any>", elsewhere),
]

application = ProtocolTypeRouter(
    {
        "http": no_pages,
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(SOCKETS))),
    }
)
