"""Signing heads: Ed25519 (RFC 8032, section 5.1.6) and C2SP notes, for log and witness.

Only processes of their own sign, a few times a minute, so the plain arithmetic of the verifier
serves; it needs no package and is not hardened against somebody who can time it on the machine.
"""

import base64
import hashlib
from dataclasses import dataclass

from backoffice.audit.calc.verify_bundle import BASE, DASH, HASH, ORDER, Key, encoded, multiply


@dataclass(frozen=True)
class SigningKey:
    """A secret seed of 32 bytes, for what it signs (`log` or `witness`) and under which name."""

    kind: str
    name: str
    seed: bytes

    @property
    def public(self) -> Key:
        """The public half."""
        scalar, _ = _halves(self.seed)
        return Key(self.kind, self.name.encode(), encoded(multiply(scalar, BASE)))


def sign(seed: bytes, message: bytes) -> bytes:
    """Return the 64 bytes of the signature."""
    scalar, prefix = _halves(seed)
    public = encoded(multiply(scalar, BASE))
    once = _number(prefix + message)
    point = encoded(multiply(once, BASE))
    answer = (once + _number(point + public + message) * scalar) % ORDER
    return point + answer.to_bytes(HASH, "little")


def note_text(origin: str, size: int, root: bytes) -> bytes:
    """Return what is signed of a head: the text of a C2SP checkpoint."""
    return b"%s\n%d\n%s\n" % (origin.encode(), size, base64.b64encode(root))


def signature_line(key: SigningKey, text: bytes, *, at: int = 0) -> str:
    """Return the key's line under a note; a witness signs the moment (Unix seconds) too."""
    told = b"cosignature/v1\ntime %d\n" % at + text if key.kind == "witness" else text
    stamp = at.to_bytes(8, "big") if key.kind == "witness" else b""
    data = key.public.number + stamp + sign(key.seed, told)
    return f"{DASH.decode()} {key.name} {base64.b64encode(data).decode()}\n"


def _halves(seed: bytes) -> tuple[int, bytes]:
    if len(seed) != HASH:
        raise ValueError("a key has 32 bytes")
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:HASH], "little")
    return scalar & ((1 << 254) - 8) | 1 << 254, digest[HASH:]


def _number(data: bytes) -> int:
    return int.from_bytes(hashlib.sha512(data).digest(), "little") % ORDER
