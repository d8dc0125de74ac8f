"""The client's address: one answer for the lock-out, the log and the audit.

Each of our own proxies appends the address that it sees to X-Forwarded-For. So with N of them the
N-th entry from the right is the client; whatever stands further left was sent by the client and
proves nothing. Without a proxy the header does not count at all.
"""

import ipaddress
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"  # noqa: S104 - an address that nobody has: a unix socket tells none


def client_address(request: HttpRequest) -> str:
    """Return the address of whoever stands outside our proxies, normalised."""
    meta = request.META
    return outside(meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", ""))


def socket_address(scope: Mapping[str, Any]) -> str:
    """Return the same of a socket's handshake. A header sent twice counts as one, in order."""
    sent = [value for name, value in scope.get("headers", ()) if name == b"x-forwarded-for"]
    forwarded = b",".join(sent).decode("latin-1")
    return outside(str((scope.get("client") or ("",))[0]), forwarded)


def outside(connected: str, forwarded: str) -> str:
    """Return who stands outside, by who is connected and by what the proxies tell."""
    peer = _address(connected)
    proxies = settings.TRUSTED_PROXIES
    if proxies == 0:
        return peer or UNKNOWN
    hops = forwarded.split(",")
    if len(hops) < proxies:  # nobody but the proxies themselves: a health probe, for example
        return peer or UNKNOWN
    return _address(hops[-proxies]) or peer or UNKNOWN


def _address(text: str) -> str:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
