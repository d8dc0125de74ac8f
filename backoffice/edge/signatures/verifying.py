"""Is this call signed, whole, and by whom? Anything less than the house's rule is a refusal.

The signature base and its cryptography are http-message-signatures' own; the rule is ours. Nothing
here remembers anything: whether a nonce was seen before is asked by the caller, afterwards.
"""

import base64
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from http_message_signatures import (
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
)
from http_message_signatures.algorithms import ED25519, HMAC_SHA256
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from backoffice.edge.signatures.message import (
    LONGEST_SECONDS,
    PARAMETERS,
    SKEW_SECONDS,
    TAG,
    Message,
)

ALGORITHMS = {one.algorithm_id: one for one in (ED25519, HMAC_SHA256)}
LABEL = r"[a-z*][a-z0-9_.*-]{0,63}"
KEY_OF = re.compile(rf'{LABEL}=\([^)]*\)[^()]*;keyid="([A-Za-z0-9_.:-]{{1,64}})"[^()]*')
NONCE = re.compile(r"[A-Za-z0-9_+/=.-]{16,128}")


class NotSigned(Exception):
    """The signature proves nothing; `reason` is a word for the log and the caller's developer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Key:
    """What verifies: an algorithm and the public key, or the secret that both sides know."""

    algorithm: str
    material: Any


@dataclass(frozen=True, slots=True)
class Signed:
    """What a good signature says of itself."""

    key_id: str
    nonce: str
    created_at: datetime
    expires_at: datetime


def key_id_of(message: Message) -> str:
    """Return the key that a message names, unproved; NotSigned where it names none."""
    found = KEY_OF.fullmatch(_field(message, "signature-input"))
    if found is None:
        raise NotSigned("malformed")
    return found[1]


def verify(message: Message, key: Key, *, now: datetime) -> Signed:
    """Return what the message's one signature says, if it holds by the house's rule.

    Raises NotSigned: `malformed`, `parameters`, `too_old`, `too_early`, `not_covered`, `digest`,
    `signature`.
    """
    verifier = _Verifier(
        signature_algorithm=ALGORITHMS[key.algorithm], key_resolver=_Resolver(key.material)
    )
    verifier.now = now
    try:
        found = verifier.verify(message, max_age=None, require_components=message.covered)
    except InvalidSignature as error:
        raise NotSigned(getattr(error, "reason", "") or _reason_of(error)) from error
    except HTTPMessageSignaturesException as error:
        raise NotSigned("malformed") from error
    (one,) = found
    _require_written_once(message, one.label, verifier.written)
    _require_digest(verifier, message, found)
    told = one.parameters
    return Signed(
        key_id=str(told["keyid"]),
        nonce=str(told["nonce"]),
        created_at=verifier.moment(int(told["created"])),
        expires_at=verifier.moment(int(told["expires"])),
    )


class _Refused(InvalidSignature):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Resolver(HTTPSignatureKeyResolver):
    def __init__(self, material: Any) -> None:
        self.material = material

    def resolve_public_key(self, key_id: str) -> Any:
        return self.material


class _Verifier(HTTPMessageVerifier):
    """The package's verifier with our clock, our parameters and our window."""

    now: datetime
    written: str = ""

    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
        """Refuse before any cryptography what the rule does not allow."""
        told = sig_input.params
        self.written = str(sig_input)
        if set(told) != PARAMETERS or told["tag"] != TAG:
            raise _Refused("parameters")
        if NONCE.fullmatch(told["nonce"]) is None:
            raise _Refused("parameters")
        if not 0 < told["expires"] - told["created"] <= LONGEST_SECONDS:
            raise _Refused("parameters")
        skew = timedelta(seconds=SKEW_SECONDS)
        if self.moment(told["created"]) > self.now + skew:
            raise _Refused("too_early")
        if self.moment(told["expires"]) < self.now - skew:
            raise _Refused("too_old")

    def moment(self, seconds: int) -> datetime:
        """Return a moment in UTC."""
        try:
            return datetime.fromtimestamp(seconds, tz=self.now.tzinfo)
        except (ValueError, OverflowError, OSError) as error:
            raise _Refused("parameters") from error


def _reason_of(error: InvalidSignature) -> str:
    words = str(error)
    if "not covered" in words:
        return "not_covered"
    return "malformed" if "alformed" in words or "must be" in words else "signature"


def _require_written_once(message: Message, label: str, written: str) -> None:
    """Refuse two ways of writing one signature: spare bits of base64, other spaces, a second one.

    Else a changed byte could go unnoticed, although it changes nothing.
    """
    if _field(message, "signature-input") != f"{label}={written}":
        raise NotSigned("malformed")
    encoded = _field(message, "signature").removeprefix(f"{label}=:").removesuffix(":")
    try:
        is_plain = base64.b64encode(base64.b64decode(encoded)).decode() == encoded
    except ValueError:
        is_plain = False
    if not is_plain:
        raise NotSigned("malformed")


def _require_digest(verifier: HTTPMessageVerifier, message: Message, found: Any) -> None:
    if not _field(message, "content-digest").startswith("sha-256=:"):
        raise NotSigned("digest")
    try:
        verifier.verify_body(message, found, message.body)
    except InvalidSignature as error:
        raise NotSigned("digest") from error


def _field(message: Message, name: str) -> str:
    return next((v.strip(" \t") for k, v in message.headers.items() if k.lower() == name), "")
