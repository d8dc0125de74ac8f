"""Signing a message by the house's rule: for the webhooks that we send, and for tests."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from backoffice.edge.signatures.message import LONGEST_SECONDS, TAG, Message


def signed_fields(
    message: Message, *, key_id: str, key: Any, nonce: str, now: datetime, label: str = "sig1"
) -> dict[str, str]:
    """Return the header fields that sign the message: digest, Signature-Input and Signature.

    `key` is an Ed25519 private key of `cryptography`, or the bytes of a shared secret. Lives for
    LONGEST_SECONDS from `now`.
    """
    digest = base64.b64encode(hashlib.sha256(message.body).digest()).decode()
    fields = {name.lower(): value for name, value in message.headers.items()}
    fields["content-digest"] = f"sha-256=:{digest}:"
    created = int(now.timestamp())
    ends = int((now + timedelta(seconds=LONGEST_SECONDS)).timestamp())
    algorithm = "hmac-sha256" if isinstance(key, bytes) else "ed25519"
    names = " ".join(f'"{name}"' for name in message.covered)
    parameters = (
        f'({names});created={created};expires={ends};nonce="{nonce}"'
        f';keyid="{key_id}";alg="{algorithm}";tag="{TAG}"'
    )
    lines = [f'"{name}": {_value(message, fields, name)}' for name in message.covered]
    base = "\n".join([*lines, f'"@signature-params": {parameters}']).encode()
    made = hmac.digest(key, base, "sha256") if isinstance(key, bytes) else key.sign(base)
    return {
        "Content-Digest": fields["content-digest"],
        "Signature-Input": f"{label}={parameters}",
        "Signature": f"{label}=:{base64.b64encode(made).decode()}:",
    }


def _value(message: Message, fields: dict[str, str], name: str) -> str:
    match name:
        case "@method":
            return message.method
        case "@target-uri":
            return message.url
        case "@authority":
            return urlsplit(message.url).netloc.lower()
    return fields[name]
