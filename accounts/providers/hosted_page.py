"""A provider with a hosted page: the client pays there, and signed callbacks tell us of it.

What an HTTP answer means is decided here, once: a connection that was never made is Unavailable,
4xx is a definite no, and everything after the first byte that is neither is Uncertain: also a 500,
because a provider may fail after it has done what we asked.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from accounts.providers import signing, wire
from accounts.providers.errors import BadMessage, Refused, Unavailable, Uncertain
from accounts.providers.port import Charge, Notice, Opened, ProviderAddress, Refund
from accounts.terms import Signature
from backoffice.core import clock

DEADLINE = httpx.Timeout(8.0, connect=3.0)
LARGEST = 64 * 1024
NOT_TAKEN = (429, 503)  # the provider says itself that it did not begin
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class HostedPage:
    """The adapter. One instance speaks to one provider."""

    def __init__(self, address: ProviderAddress, *, deadline: httpx.Timeout = DEADLINE) -> None:
        self._address = address
        self._deadline = deadline

    def start_charge(self, charge: Charge) -> Opened:
        """Ask for a charge under its key."""
        answer = self._asked(
            "POST",
            "/charges",
            {
                "key": str(charge.key),
                "amount_minor": wire.minor(charge.amount, charge.currency),
                "currency": charge.currency,
                "callback_url": charge.callback_url,
                "return_url": charge.return_url,
                "description": charge.description,
            },
        )
        charge_id, page_url = _text(answer, "charge", 64), _text(answer, "page", 500)
        if not charge_id or urlsplit(page_url).scheme not in ("http", "https"):
            raise Uncertain("The provider's answer names no charge or no page.")
        return Opened(charge_id=charge_id, page_url=page_url)

    def look_up(self, key: UUID) -> Notice | None:
        """Return how the charge of this key stands."""
        try:
            return _notice(self._asked("GET", f"/charges/{key}", None))
        except Refused as no:
            if no.code == "404":
                return None
            raise

    def send_back(self, refund: Refund) -> str:
        """Send money back under the refund's key."""
        answer = self._asked(
            "POST",
            f"/charges/{refund.charge_key}/refunds",
            {
                "key": str(refund.key),
                "amount_minor": wire.minor(refund.amount, refund.currency),
                "currency": refund.currency,
            },
        )
        reference = _text(answer, "reference", 64)
        if not reference:
            raise Uncertain("The provider's answer names no reference.")
        return reference

    def verdict(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Signature:
        """Say whether a callback is signed by this provider, and lately."""
        header = headers.get(signing.HEADER, "")
        address = self._address
        return signing.verdict(address.secret, address.key_id, body, header, now=now)

    def read(self, body: bytes) -> Notice:
        """Return what a callback says."""
        return wire.notice(wire.loaded(body))

    def _asked(self, method: str, path: str, message: Mapping[str, Any] | None) -> dict[str, Any]:
        body = wire.dumped(message) if message is not None else b""
        headers = {
            "Content-Type": "application/json",
            signing.HEADER: signing.sign(
                self._address.secret,
                self._address.key_id,
                body,
                now=clock.now(),
                context=f"{method} {path}",
            ),
        }
        if message is not None:
            headers["Idempotency-Key"] = str(message["key"])
        try:
            with httpx.Client(timeout=self._deadline, trust_env=False) as client:
                answer = client.request(
                    method, self._address.url + path, content=body, headers=headers
                )
        except UNSENT as error:
            raise Unavailable(f"The provider cannot be reached: {error}") from error
        except httpx.HTTPError as error:
            raise Uncertain(f"The provider's answer did not come: {error!r}") from error
        return _answered(answer)


def _answered(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code in NOT_TAKEN:
        raise Unavailable(f"The provider takes nothing on now ({answer.status_code}).")
    if not 200 <= answer.status_code < 500 or len(answer.content) > LARGEST:
        raise Uncertain(f"The provider answered {answer.status_code}.")
    try:
        message = wire.loaded(answer.content)
        if answer.status_code >= 300:
            words = wire.text(message, "words", wire.LONGEST)
            raise Refused(str(answer.status_code), words)
    except BadMessage as error:
        if answer.status_code >= 400:
            raise Refused(str(answer.status_code), "") from error
        raise Uncertain(f"The provider's answer cannot be read: {error}") from error
    return message


def _notice(message: Mapping[str, Any]) -> Notice:
    try:
        return wire.notice(message)
    except BadMessage as error:
        raise Uncertain(f"The provider's answer cannot be read: {error}") from error


def _text(message: Mapping[str, Any], name: str, longest: int) -> str:
    try:
        return wire.text(message, name, longest)
    except BadMessage as error:
        raise Uncertain(f"The provider's answer cannot be read: {error}") from error
