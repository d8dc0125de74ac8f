"""Base58Check: a version byte, a payload, and four bytes of a double SHA-256 over both.

Source: https://en.bitcoin.it/wiki/Base58Check_encoding
"""

import hashlib

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LONGEST = 60


def decoded(text: str) -> bytes | None:
    """Return version and payload of a text whose checksum fits; None for any other text."""
    if not 0 < len(text) <= LONGEST or any(sign not in ALPHABET for sign in text):
        return None
    number = 0
    for sign in text:
        number = number * 58 + ALPHABET.index(sign)
    zeros = len(text) - len(text.lstrip("1"))
    raw = bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    body, mark = raw[:-4], raw[-4:]
    whole = hashlib.sha256(hashlib.sha256(body).digest()).digest()
    return body if len(raw) > 4 and whole[:4] == mark else None
