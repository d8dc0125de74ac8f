"""Whose certificate we believe: the agent's very own, an authority's, or this machine's."""

import ssl
from functools import lru_cache

from trading.gateway.errors import Unavailable
from trading.gateway.port import ServerAddress


class BadTrust(Unavailable):
    """What should say whom to believe cannot be read; one sentence."""


def context_of(address: ServerAddress) -> ssl.SSLContext | None:
    """Return how to meet the agent over TLS, None where its address is plain http. BadTrust."""
    return _context(address.trust) if address.url.startswith("https:") else None


@lru_cache(maxsize=64)
def _context(trust: str) -> ssl.SSLContext:
    kind, _, file = trust.partition(":")
    if trust and (kind not in ("pin", "ca") or not file):
        raise BadTrust(f"Trust in an agent is pin:FILE or ca:FILE, not {trust[:80]!r}.")
    try:
        context = ssl.create_default_context(cafile=file or None)
    except (OSError, ssl.SSLError) as wrong:
        raise BadTrust(
            f"The certificate {file} cannot be read ({wrong}); check the file."
        ) from wrong
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if kind == "pin":
        # The pinned certificate is the only anchor: whoever shows another one is not the agent.
        context.check_hostname = False
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
