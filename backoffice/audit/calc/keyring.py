"""The keys that sign heads: files of this machine, one a key, readable by their owner alone."""

import os
import secrets
import stat
from pathlib import Path

from backoffice.audit.calc.signing import SigningKey


class BadKeys(RuntimeError):
    """The folder of keys cannot be used: what, why, remedy."""


def make(folder: Path, kind: str, label: str) -> Path:
    """Make a new key file `kind-label.key`; BadKeys when it is there already."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{kind}-{label}.key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BadKeys(f"{path} is there already: give the new key another label.") from None
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
    return path


def load(folder: Path, kind: str, name: str) -> list[SigningKey]:
    """Return the keys of a kind, by the names of their files; BadKeys when there is none."""
    found = [SigningKey(kind, name, _seed(path)) for path in sorted(folder.glob(f"{kind}-*.key"))]
    if not found:
        raise BadKeys(f"There is no {kind} key in {folder}: make one with manage.py audit_key.")
    return found


def read(folder: Path, kind: str, label: str, name: str) -> SigningKey:
    """Return one key by its label."""
    return SigningKey(kind, name, _seed(folder / f"{kind}-{label}.key"))


def _seed(path: Path) -> bytes:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise BadKeys(f"{path} can be read by others: chmod 600 it.")
    try:
        seed = bytes.fromhex(path.read_text().strip())
    except ValueError:
        seed = b""
    if len(seed) != 32:
        raise BadKeys(f"{path} is no key: 64 hexadecimal digits are one.")
    return seed
