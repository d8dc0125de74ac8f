"""The marker: the string in MetaTrader's comment by which one of our operations is found again.

`BO:`, 20 characters of Crockford's base 32 (100 bits of the operation's key) and two check
characters: 25 of 31 bytes. The checks are the value modulo 1021, the largest prime below 32², so
that every single changed character and every swap of neighbours is found.
"""

from uuid import UUID

from trading.terms import MARKER_PREFIX

PREFIX = MARKER_PREFIX
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BODY = 20
BITS = 5 * BODY
PRIME = 1021


def marker_of(key: UUID) -> str:
    """Return the marker of an operation's key; it is stored with the operation, never remade."""
    value = key.int >> (128 - BITS)
    return f"{PREFIX}{_spelt(value, BODY)}{_spelt(value % PRIME, 2)}"


def is_ours(comment: str) -> bool:
    """Return whether a comment opens with a marker of ours, damaged or not."""
    return comment.startswith(PREFIX)


def read(comment: str) -> str | None:
    """Return the marker at the head of a comment; None when it is damaged or is not one of ours."""
    marker = comment[: len(PREFIX) + BODY + 2]
    body, check = marker[len(PREFIX) : -2], marker[-2:]
    if not is_ours(comment) or len(marker) != len(PREFIX) + BODY + 2:
        return None
    if any(sign not in ALPHABET for sign in body + check):
        return None
    return marker if _value(body) % PRIME == _value(check) else None


def _spelt(value: int, length: int) -> str:
    signs = []
    for _ in range(length):
        value, rest = divmod(value, 32)
        signs.append(ALPHABET[rest])
    return "".join(reversed(signs))


def _value(text: str) -> int:
    value = 0
    for sign in text:
        value = value * 32 + ALPHABET.index(sign)
    return value
