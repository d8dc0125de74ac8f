"""An authenticator in Python: makes a key pair, signs challenges, as a browser would hand it on.

It speaks WebAuthn Level 3 from the other side than the product: client data, authenticator data and
the attestation object are put together here byte by byte (sections 5.8.1, 6.1 and 6.5).
"""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
ORIGIN, HOST = "http://localhost:8000", "localhost"


def text_of(data: bytes) -> str:
    """Base64url without padding, as WebAuthn's JSON writes bytes."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def bytes_of(text: str) -> bytes:
    """The bytes behind such a text."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Authenticator:
    """One credential; `flags` say whether its owner was there and was recognised."""

    def __init__(self, *, flags: int = PRESENT | VERIFIED, origin: str = ORIGIN) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.flags, self.origin, self.count = flags, origin, 0

    def make(self, options: str) -> str:
        """Answer the options of a registration."""
        asked = json.loads(options)
        numbers = self.key.public_key().public_numbers()
        point = {-2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, **point})
        credential = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        data = self._data(asked["rp"]["id"], ATTESTED) + credential
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            clientDataJSON=text_of(self._client("webauthn.create", asked["challenge"])),
            attestationObject=text_of(attestation),
        )

    def sign(self, options: str) -> str:
        """Answer the options of an authentication."""
        asked = json.loads(options)
        self.count += 1
        client = self._client("webauthn.get", asked["challenge"])
        data = self._data(asked["rpId"], 0)
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            clientDataJSON=text_of(client),
            authenticatorData=text_of(data),
            signature=text_of(signature),
        )

    def _data(self, host: str, more: int) -> bytes:
        flags = bytes([self.flags | more])
        return sha256(host.encode()).digest() + flags + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _answer(self, **response: Any) -> str:
        name = text_of(self.id)
        told = {"id": name, "rawId": name, "type": "public-key", "response": response}
        return json.dumps(told)
