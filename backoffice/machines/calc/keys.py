"""Public keys as people paste them, and the ones that nobody may use."""

import base64
import binascii
import hashlib

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

RAW_BYTES = 32
#: Keys whose private halves are printed in RFC 9421 (B.1.4) and RFC 8032 (7.1).
PUBLISHED = frozenset(
    bytes.fromhex(text)
    for text in (
        "26b40b8f93fff3d897112f7ebc582b232dbd72517d082fe83cfb30ddce43d1bb",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    )
)
#: The points of small order, the sign bit apart: under them a signature can fit any message.
SMALL_ORDER = frozenset(
    bytes.fromhex(text)
    for text in (
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
)


def public_key(text: str) -> bytes:
    """Return the 32 bytes of an Ed25519 public key given as PEM, base64 or hex.

    ValueError with the one word `form`, `published` or `weak` says why not.
    """
    raw = _raw("".join(text.split()) if "BEGIN" not in text else text.strip())
    if raw in PUBLISHED:
        raise ValueError("published")
    if bytes([*raw[:-1], raw[-1] & 0x7F]) in SMALL_ORDER:
        raise ValueError("weak")
    return raw


def fingerprint(material: bytes) -> str:
    """Return by what people compare two keys: the beginning of the SHA-256, in groups of four."""
    text = hashlib.sha256(material).hexdigest()[:16]
    return " ".join(text[at : at + 4] for at in range(0, 16, 4))


def _raw(text: str) -> bytes:
    try:
        if "BEGIN" in text:
            loaded = load_pem_public_key(text.encode())
            if not isinstance(loaded, Ed25519PublicKey):
                raise ValueError("form")
            return loaded.public_bytes_raw()
        raw = bytes.fromhex(text) if len(text) == 2 * RAW_BYTES else base64.b64decode(text)
    except (ValueError, binascii.Error, UnsupportedAlgorithm) as error:
        raise ValueError("form") from error
    if len(raw) != RAW_BYTES:
        raise ValueError("form")
    return raw
