"""Seals: the log holds SHA-256(salt, value), salt and value lie beside it until a person is erased.

The salt is 256 random bits, so that nobody can try values against a digest once the salt is gone.
What is sealed is written into an event as `sealed:` and the digest in hexadecimal digits.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from backoffice.core.actors import Actor
from backoffice.core.events import Event, typed_in
from backoffice.core.models import SealedValue
from backoffice.core.runtime.origin import Origin

MARK = "sealed:"
ERASED = "erased"
COVER = "\u2022\u2022\u2022\u2022"
PERSONAL = ("address", "device")


@dataclass(frozen=True)
class Seal:
    """A value of one subject (`kind`, `key`) under a salt of its own."""

    kind: str
    key: str
    value: str
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def __str__(self) -> str:
        return MARK + hashlib.sha256(self.salt + self.value.encode()).hexdigest()


def of_origin(whence: Origin, actor: Actor) -> tuple[Mapping[str, str], tuple[Seal, ...]]:
    """Return an origin as an event tells it: a client's address and device are sealed."""
    told = whence.told()
    if actor.kind != "client" or not told:
        return told, ()
    seals = {name: Seal("user", actor.key, told[name]) for name in PERSONAL if name in told}
    return told | {name: str(seal) for name, seal in seals.items()}, tuple(seals.values())


def of_words(
    event: Event, subjects: Iterable[tuple[str, int | str]]
) -> tuple[Mapping[str, object], tuple[Seal, ...]]:
    """Return an event's fields as it tells them: what was typed about a client is sealed."""
    values = event.values()
    whose = next((str(key) for kind, key in subjects if kind == "client"), None)
    if whose is None:
        return values, ()
    seals = {name: Seal("client", whose, text) for name, text in typed_in(event).items()}
    return values | {name: str(seal) for name, seal in seals.items()}, tuple(seals.values())


def keep(kind: str, key: int | str, value: str) -> str:
    """Seal a value for a row that only grows; return what stands there for it. "" stays as it is.

    A part of the caller's transaction.
    """
    if not value:
        return value
    seal = Seal(kind, str(key), value)
    with connection.cursor() as cursor:
        told: list[Any] = [seal.kind, seal.key, seal.salt, seal.value]
        cursor.execute("SELECT keep_sealed(%s, %s, %s, %s)", told)
    return str(seal)


def opened(told: Any) -> Any:
    """Return what was told with its seals opened; what is erased says so."""
    marks = set(_marks(told))
    if not marks:
        return told
    digests = [bytes.fromhex(mark.removeprefix(MARK)) for mark in marks]
    values = {
        MARK + bytes(row.digest).hex(): row.value
        for row in SealedValue.objects.filter(digest__in=digests)
    }
    return _replaced(told, values)


def covered(told: Any) -> Any:
    """Return what was told with its seals covered, for who may not read them."""
    return _replaced(told, dict.fromkeys(_marks(told), COVER))


def holds_seals(told: Any) -> bool:
    """Say whether something of what was told is sealed."""
    return next(iter(_marks(told)), None) is not None


def erase(kind: str, key: int | str) -> int:
    """Forget every sealed value of a subject; return how many there were.

    What this transaction changed is sealed at its commit: here that happens first, so that nothing
    of it comes after.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SELECT erase_sealed(%s, %s)", [kind, str(key)])
        (count,) = cursor.fetchone()
    return int(count)


def is_mark(value: object) -> bool:
    """Say whether this stands for a sealed value."""
    return isinstance(value, str) and value.startswith(MARK) and len(value) == len(MARK) + 64


def _marks(told: Any) -> Iterable[str]:
    if isinstance(told, Mapping):
        for value in told.values():
            yield from _marks(value)
    elif isinstance(told, list | tuple):
        for value in told:
            yield from _marks(value)
    elif is_mark(told):
        yield told


def _replaced(told: Any, values: Mapping[str, str]) -> Any:
    if isinstance(told, Mapping):
        return {name: _replaced(value, values) for name, value in told.items()}
    if isinstance(told, list | tuple):
        return [_replaced(value, values) for value in told]
    return values.get(told, ERASED) if is_mark(told) else told
