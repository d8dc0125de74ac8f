"""Signs and checks a message: key, direction, method, path, time, nonce and the digest of its body.

A request is sealed once and lives for a short window, in which its nonce is remembered. An answer
carries the nonce of its request, so it answers that request and no other. What fails a check is
answered without a seal: a sealed "no" to a replayed request could be shown to the one who waits for
the real answer. Times are milliseconds since 1970 (UTC).
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from trading.gateway.errors import BadMessage

KEY, TIME, NONCE, MAC = "x-seal-key", "x-seal-time", "x-seal-nonce", "x-seal-mac"

WINDOW_MS = 30_000  # how old a sealed message may be
AHEAD_MS = 5_000  # how far the other side's clock may run ahead of ours
NONCES_KEPT = 200_000  # more than that within one window is refused, not forgotten
FRAME_MAC_BYTES = 32

_MILLISECOND = datetime.resolution * 1000

_VERSION = b"mt4-seal-1"
_TIME_TEXT = re.compile(r"[0-9]{13}\Z")
_NONCE_TEXT = re.compile(r"[0-9a-f]{32}\Z")
_MAC_TEXT = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class Seal:
    """Who sealed a request, and the nonce that its answer has to carry."""

    key_id: str
    nonce: str


def _milliseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // _MILLISECOND


def _mac(key: bytes, *fields: bytes) -> str:
    """Return the HMAC over length-prefixed fields, so that no two lists of fields read alike."""
    text = b"".join(len(field).to_bytes(4, "big") + field for field in (_VERSION, *fields))
    return hmac.new(key, text, hashlib.sha256).hexdigest()


def _seal(key_id: str, key: bytes, *fields: bytes, at: str, nonce: str) -> dict[str, str]:
    mac = _mac(key, key_id.encode(), at.encode(), nonce.encode(), *fields)
    return {KEY: key_id, TIME: at, NONCE: nonce, MAC: mac}


def _request_fields(method: str, path: str, body: bytes) -> tuple[bytes, ...]:
    return b"request", method.encode(), path.encode(), hashlib.sha256(body).digest()


def _answer_fields(method: str, path: str, status: int, body: bytes) -> tuple[bytes, ...]:
    digest = hashlib.sha256(body).digest()
    return b"answer", method.encode(), path.encode(), str(status).encode(), digest


def seal_request(
    *, key_id: str, key: bytes, method: str, path: str, body: bytes, now: datetime
) -> dict[str, str]:
    """Return the headers that seal a request; `path` holds the query string too."""
    at, nonce = str(_milliseconds(now)), secrets.token_hex(16)
    return _seal(key_id, key, *_request_fields(method, path, body), at=at, nonce=nonce)


def seal_answer(
    *, seal: Seal, key: bytes, method: str, path: str, status: int, body: bytes, now: datetime
) -> dict[str, str]:  # fmt: skip
    """Return the headers that seal the answer to a sealed request."""
    fields = _answer_fields(method, path, status, body)
    return _seal(seal.key_id, key, *fields, at=str(_milliseconds(now)), nonce=seal.nonce)


def _read(headers: Mapping[str, str]) -> tuple[str, str, str, str]:
    """Return key id, time, nonce and mac as they stand in the headers, in their one lawful form."""
    key_id, at = headers.get(KEY, ""), headers.get(TIME, "")
    nonce, mac = headers.get(NONCE, ""), headers.get(MAC, "")
    if not (key_id and at and nonce and mac):
        raise BadMessage("The message carries no seal.")
    if not (_TIME_TEXT.match(at) and _NONCE_TEXT.match(nonce) and _MAC_TEXT.match(mac)):
        raise BadMessage("The seal of the message is malformed.")
    return key_id, at, nonce, mac


def _require_fresh(at: str, now: datetime) -> None:
    age_ms = _milliseconds(now) - int(at)
    if age_ms > WINDOW_MS:
        raise BadMessage("The seal is too old: the message was delayed or the clocks differ.")
    if age_ms < -AHEAD_MS:
        raise BadMessage("The seal lies in the future: the clocks of the two sides differ.")


class NonceMemory:
    """Remembers the nonces of one window and says which one it has seen before."""

    def __init__(self, *, kept: int = NONCES_KEPT) -> None:
        self._kept = kept
        self._until: dict[tuple[str, str], int] = {}

    def remember(self, key_id: str, nonce: str, *, sealed_ms: int, now_ms: int) -> None:
        """Take note of a nonce; BadMessage if it was used before, or if the memory is full."""
        if (key_id, nonce) in self._until:
            raise BadMessage("The message was received before: its nonce is used.")
        if len(self._until) >= self._kept:
            self._until = {key: until for key, until in self._until.items() if until >= now_ms}
        if len(self._until) >= self._kept:
            raise BadMessage("Too many messages within one window.")
        self._until[key_id, nonce] = sealed_ms + WINDOW_MS


class Checker:
    """Checks the seals of requests against a set of keys and one memory of nonces."""

    def __init__(self, keys: Mapping[str, bytes], memory: NonceMemory | None = None) -> None:
        self._keys = dict(keys)
        self._memory = memory or NonceMemory()

    def key(self, key_id: str) -> bytes:
        """Return the secret of a key that a checked seal named."""
        return self._keys[key_id]

    def check(
        self, *, method: str, path: str, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Seal:
        """Return who sealed it; BadMessage if the seal is missing, wrong, stale or used."""
        key_id, at, nonce, mac = _read(headers)
        key = self._keys.get(key_id)
        # An unknown key costs the same work as a known one, so that time tells nothing about keys.
        fields = (
            key_id.encode(),
            at.encode(),
            nonce.encode(),
            *_request_fields(method, path, body),
        )
        right = _mac(key if key is not None else bytes(32), *fields)
        if not hmac.compare_digest(right, mac) or key is None:
            raise BadMessage("The seal does not fit the message, or its key is unknown.")
        _require_fresh(at, now)
        self._memory.remember(key_id, nonce, sealed_ms=int(at), now_ms=_milliseconds(now))
        return Seal(key_id, nonce)


def check_answer(
    *,
    seal: Seal,
    key: bytes,
    request: tuple[str, str],
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
) -> None:
    """Raise BadMessage unless this answers the request (method, path) that `seal` sealed."""
    key_id, at, nonce, mac = _read(headers)
    fields = _answer_fields(*request, status, body)
    right = _mac(key, key_id.encode(), at.encode(), nonce.encode(), *fields)
    if not hmac.compare_digest(right, mac):
        raise BadMessage("The seal does not fit the answer.")
    if (key_id, nonce) != (seal.key_id, seal.nonce):
        raise BadMessage("The answer belongs to another request.")
    _require_fresh(at, now)


class FrameSeal:
    """Seals the messages of one stream, numbered from 1: none can be altered, dropped or repeated.

    Both sides make it from the sealed request that opened the stream; its nonce makes the key new.
    """

    def __init__(self, *, key: bytes, nonce: str) -> None:
        self._key = hmac.new(key, _VERSION + b" stream " + nonce.encode(), hashlib.sha256).digest()
        self._count = 0

    def _next_mac(self, body: bytes) -> bytes:
        self._count += 1
        return hmac.new(self._key, self._count.to_bytes(8, "big") + body, hashlib.sha256).digest()

    def close(self, body: bytes) -> bytes:
        """Return the message: its MAC, then the body."""
        return self._next_mac(body) + body

    def open(self, message: bytes) -> bytes:
        """Return the body of the next message, or raise BadMessage."""
        mac, body = message[:FRAME_MAC_BYTES], message[FRAME_MAC_BYTES:]
        if not hmac.compare_digest(self._next_mac(body), mac):
            raise BadMessage("The seal does not fit the next message of the stream.")
        return body
