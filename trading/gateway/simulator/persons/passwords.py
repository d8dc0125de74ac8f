"""Passwords: MetaTrader's rules for them, and how they are kept (salted, never in the clear)."""

import hashlib
import hmac
import secrets

from trading.gateway.limits import PASSWORD_LENGTHS
from trading.gateway.simulator.protocol import Code, No


def check_password(password: str) -> None:
    """Refuse with 3 a password that is too short, too long, or without a letter or a digit."""
    letters = any(map(str.islower, password)), any(map(str.isupper, password))
    digits = any(map(str.isdigit, password))
    if len(password) not in PASSWORD_LENGTHS or not digits or not any(letters):
        raise No(
            Code.INVALID_DATA,
            "a password has 5 to 15 characters, a letter and a digit among them",
        )


def check_pair(master: str, investor: str) -> None:
    """Refuse with 3 a pair of passwords that are simple or the same."""
    check_password(master)
    check_password(investor)
    if master == investor:
        raise No(Code.INVALID_DATA, "the investor password equals the master password")


def kept(password: str) -> str:
    """Return a password as it is kept."""
    salt = secrets.token_hex(8)
    return f"{salt}:{_digest(salt, password)}"


def is_right(password: str, text: str) -> bool:
    """Return whether a password is the one that was kept so."""
    salt, _, digest = text.partition(":")
    return hmac.compare_digest(digest, _digest(salt, password))


def _digest(salt: str, password: str) -> str:
    return hashlib.sha256(f"{salt}:{password}".encode()).hexdigest()
