"""A message as its signature sees it, and the house's rule of what a signature has to cover.

RFC 9421 leaves to the application what is signed, how, and for how long. Ours (reference/security,
section 2) covers method, address, host and digest, and for a call that changes something the type
of the content and the Idempotency-Key too; it says when it was made and when it ends, at most a
minute later; it carries a nonce, its key, its algorithm and the house's tag.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.utils.encoding import escape_uri_path

TAG = "backoffice-v1"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
COVERED = ("@method", "@target-uri", "@authority", "content-digest")
COVERED_BY_ACTS = (*COVERED, "content-type", "idempotency-key")
PARAMETERS = frozenset({"created", "expires", "nonce", "keyid", "alg", "tag"})
LONGEST_SECONDS = 60
SKEW_SECONDS = 5
#: A nonce is remembered for twice the window: no copy of a call outlives its memory.
REMEMBERED_SECONDS = 2 * (LONGEST_SECONDS + SKEW_SECONDS)


@dataclass(frozen=True, slots=True)
class Message:
    """A request: its method, absolute address, header fields and the bytes of its body."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = field(default=b"", repr=False)

    @property
    def covered(self) -> tuple[str, ...]:
        """What a signature over this message covers at least."""
        return COVERED if self.method in SAFE else COVERED_BY_ACTS


def of_request(request: HttpRequest) -> Message:
    """Return the message of a request of ours; the query exactly as it was sent."""
    query = request.META.get("QUERY_STRING", "")
    url = f"{request.scheme}://{request.get_host()}{escape_uri_path(request.path)}"
    return Message(
        method=request.method or "",
        url=f"{url}?{query}" if query else url,
        headers=dict(request.headers.items()),
        body=request.body,
    )
