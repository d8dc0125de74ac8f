"""The client's address: one answer for the lock-out, the log and the audit.

Each of our own proxies appends the address that it sees to X-Forwarded-For. So with N of them the
N-th entry from the right is the client; whatever stands further left was sent by the client and
proves nothing. Without a proxy the header does not count at all.
"""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"  # noqa: S104 - an address that nobody has: a unix socket tells none


def client_address(request: HttpRequest) -> str:
    """Return the address of whoever stands outside our proxies, normalised."""
    peer = _address(request.META.get("REMOTE_ADDR", ""))
    proxies = settings.TRUSTED_PROXIES
    if proxies == 0:
        return peer or UNKNOWN
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
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
