"""Secrets that have to be read again, sealed under the house's key: a stolen table is no use."""

import base64
import hashlib
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class CannotOpen(RuntimeError):
    """It was sealed under another SECRET_KEY: put the old one among the fallbacks, or make anew."""


def seal(secret: bytes, *, purpose: str) -> bytes:
    """Return the secret sealed; the same bytes never twice."""
    return _box(settings.SECRET_KEY, tuple(settings.SECRET_KEY_FALLBACKS), purpose).encrypt(secret)


def unseal(sealed: bytes, *, purpose: str) -> bytes:
    """Return the secret; CannotOpen when no key of ours opens it."""
    box = _box(settings.SECRET_KEY, tuple(settings.SECRET_KEY_FALLBACKS), purpose)
    try:
        return box.decrypt(sealed)
    except InvalidToken as error:
        raise CannotOpen(f"No key of ours opens this {purpose}") from error


@cache
def _box(key: str, fallbacks: tuple[str, ...], purpose: str) -> MultiFernet:
    return MultiFernet([Fernet(_derived(one, purpose)) for one in (key, *fallbacks)])


def _derived(key: str, purpose: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(f"{purpose}\n{key}".encode()).digest())
