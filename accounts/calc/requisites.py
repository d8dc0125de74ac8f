"""Where money goes, made comparable: the same account written in two ways is one. Pure."""

import hashlib
import re

APART = re.compile(r"[\s.\-/]")


def key_of(requisite: str) -> str:
    """Return the key by which equal requisites are found, without being the requisite itself."""
    plain = APART.sub("", requisite).upper()
    return hashlib.sha256(plain.encode()).hexdigest()
