"""HMAC-SHA256 over time and bytes: how both sides show that a message is theirs, and fresh.

The header is `t=<unix seconds>,k=<key id>,v1=<hex>`; the digest covers `<t>.<context>.` and then
the raw bytes. `context` is empty for a callback and "<METHOD> <path>" for a request, so that a
request of ours sent back to us is no callback.
"""

import hashlib
import hmac
import re
from datetime import datetime, timedelta

from accounts.terms import Signature

HEADER = "X-Signature"
FRESH = timedelta(minutes=5)
FORM = re.compile(r"t=([0-9]{1,12}),k=([A-Za-z0-9_.-]{1,40}),v1=([0-9a-f]{64})")


def sign(secret: bytes, key_id: str, body: bytes, *, now: datetime, context: str = "") -> str:
    """Return the header's value for a body that leaves now."""
    at = int(now.timestamp())
    return f"t={at},k={key_id},v1={_digest(secret, at, context, body)}"


def verdict(
    secret: bytes, key_id: str, body: bytes, header: str, *, now: datetime, context: str = ""
) -> Signature:
    """Say whether the header signs the body; the comparison takes the same time either way."""
    if not header:
        return Signature.MISSING
    found = FORM.fullmatch(header)
    at = int(found[1]) if found else 0
    wanted = _digest(secret, at, context, body)
    is_right = hmac.compare_digest(wanted, found[3] if found else "0" * 64)
    if found is None or not is_right or found[2] != key_id:
        return Signature.FORGED
    age = now.timestamp() - at
    return Signature.GOOD if abs(age) <= FRESH.total_seconds() else Signature.STALE


def _digest(secret: bytes, at: int, context: str, body: bytes) -> str:
    told = f"{at}.{context}.".encode() + body
    return hmac.new(secret, told, hashlib.sha256).hexdigest()
