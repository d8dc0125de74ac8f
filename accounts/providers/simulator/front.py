"""The simulated provider's front: signed requests, the hosted page, the switchboard of faults."""

import html
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from accounts.providers import signing, wire
from accounts.providers.errors import BadMessage
from accounts.providers.simulator import faults, settling
from accounts.providers.simulator.clerk import Clerk
from accounts.providers.simulator.faults import BadFault
from accounts.providers.simulator.page import drawn, nothing
from accounts.providers.simulator.store import Other
from accounts.terms import Signature
from backoffice.core import clock

LARGEST = 64 * 1024
Message = dict[str, Any]
Answer = tuple[int, str, bytes]
JSON, HTML = "application/json", "text/html; charset=utf-8"
CSV = "text/csv; charset=utf-8"


class Front:
    """An ASGI application. `drills` opens the switchboard of faults."""

    def __init__(self, clerk: Clerk, *, key_id: str, secret: bytes, drills: bool) -> None:
        self._clerk, self._key_id, self._secret, self._drills = clerk, key_id, secret, drills

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body = await _body(receive)
        headers = {
            name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        status, kind, answer = self._answered(scope["method"], scope["path"], headers, body)
        more = [(b"location", answer)] if status == 303 else []
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [
                    (b"content-type", kind.encode()),
                    (b"content-length", str(0 if status == 303 else len(answer)).encode()),
                    *more,
                ],
            }
        )
        await send({"type": "http.response.body", "body": b"" if status == 303 else answer})

    def _answered(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        parts = [part for part in path.split("/") if part]
        try:
            if parts[:1] == ["pay"] and len(parts) == 2:
                return self._page(method, parts[1], body)
            if parts == ["faults"]:
                return self._switchboard(method, body)
            if parts[:1] == ["disputes"] and len(parts) == 2 and method == "POST":
                return self._disputed(parts[1], body)
            if parts[:1] == ["settlements"] and len(parts) == 2 and method == "GET":
                return self._settled(parts[1])
            if not self._is_signed(method, path, headers, body):
                return _said(401, {"words": "The signature is wrong."})
            return self._asked(method, parts, body)
        except (BadMessage, BadFault) as error:
            return _said(400, {"words": str(error)})
        except Other:
            return _said(409, {"words": "This key was used otherwise, or too much is asked."})

    def _asked(self, method: str, parts: list[str], body: bytes) -> Answer:
        clerk = self._clerk
        if (method, parts) == ("POST", ["charges"]):
            return self._perhaps(201, clerk.open(wire.loaded(body)))
        if method == "GET" and parts[:1] == ["charges"] and len(parts) == 2:
            row = clerk.store.charge("key", parts[1])
            return _said(200, clerk.said(row)) if row else _said(404, {"words": "No such charge."})
        if method == "POST" and parts[:1] == ["charges"] and parts[2:] == ["refunds"]:
            return self._perhaps(201, clerk.send_back(parts[1], wire.loaded(body)))
        return _said(404, {"words": "There is nothing here."})

    def _perhaps(self, status: int, answer: dict[str, object]) -> Answer:
        """Answer, unless the fault is on that it is done and answered by an error."""
        left = self._clerk.faults.error_after
        if left <= 0:
            return _said(status, answer)
        kept = self._clerk.store.faults() | {"error_after": str(left - 1)}
        self._clerk.store.switch(kept)
        return _said(500, {"words": "Something broke."})

    def _page(self, method: str, charge_id: str, body: bytes) -> Answer:
        row = self._clerk.store.charge("id", charge_id)
        if row is None:
            return 404, HTML, nothing().encode()
        if method == "POST":
            typed = {name: values[-1] for name, values in parse_qs(body.decode("latin-1")).items()}
            holder = _text(body, "holder") or "CARD HOLDER"
            if typed.get("act") == "decline":
                row = self._clerk.decline(charge_id, "do not honour")
            elif row.state == "declined":
                row = self._clerk.try_again(charge_id, holder=holder)
            else:
                row = self._clerk.pay(charge_id, card=typed.get("card", "visa"), holder=holder)
            if row.state == "paid" and urlsplit(row.return_url).scheme in ("http", "https"):
                return 303, HTML, row.return_url.encode("ascii", "ignore")
        return 200, HTML, drawn(row, html.escape).encode()

    def _switchboard(self, method: str, body: bytes) -> Answer:
        if not self._drills:
            return _said(404, {"words": "There is nothing here."})
        if method == "POST":
            self._clerk.store.switch(faults.checked(wire.loaded(body)))
        told = {"faults": self._clerk.store.faults(), "counts": self._clerk.store.counts()}
        return _said(200, told)

    def _disputed(self, charge_id: str, body: bytes) -> Answer:
        """A cardholder's bank at work: open with the switchboard only."""
        if not self._drills:
            return _said(404, {"words": "There is nothing here."})
        return _said(200, self._clerk.dispute(charge_id, wire.loaded(body or b"{}")))

    def _settled(self, currency: str) -> Answer:
        """Return the settlement of a currency as a merchant downloads it; as above."""
        if not self._drills or not (3 <= len(currency) <= 4 and currency.isalpha()):
            return _said(404, {"words": "There is nothing here."})
        body = settling.settlement(self._clerk.store, currency.upper(), self._clerk.faults)
        return (200, CSV, body) if body else _said(404, {"words": "Nothing to settle yet."})

    def _is_signed(self, method: str, path: str, headers: dict[str, str], body: bytes) -> bool:
        verdict = signing.verdict(
            self._secret,
            self._key_id,
            body,
            headers.get(signing.HEADER.lower(), ""),
            now=clock.now(),
            context=f"{method} {path}",
        )
        return verdict is Signature.GOOD


def _said(status: int, message: dict[str, Any]) -> Answer:
    return status, JSON, json.dumps(message).encode()


def _text(body: bytes, name: str) -> str:
    values = parse_qs(body.decode("utf-8", "replace")).get(name, [""])
    return values[-1].strip()


async def _body(receive: Callable[[], Awaitable[Message]]) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body", False) or len(body) > LARGEST:
            return body[:LARGEST]
