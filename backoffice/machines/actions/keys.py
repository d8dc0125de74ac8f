"""Signing keys: added, used side by side while they are exchanged, retired.

Two may live at once, so that a key is rotated without a pause: add the new one, let the machine
sign with it, see its last use, retire the old one.
"""

import secrets
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.core import locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict
from backoffice.core.runtime import sealing
from backoffice.machines.actions.integrations import BadSettings, allowed
from backoffice.machines.calc import keys
from backoffice.machines.events import KeyAdded, KeyRetired
from backoffice.machines.models import SigningKey
from backoffice.machines.queries.callers import KEY_PURPOSE
from backoffice.machines.states import Algorithm

LIVES = timedelta(days=400)
MOST_LIVE = 2
SECRET_BYTES = 32


class RetiredAlready(Conflict):
    """Somebody was first."""


@dataclass(frozen=True, slots=True)
class Added:
    """A new key; `secret` only where we made one: it is shown now and never again."""

    key: SigningKey
    secret: str = field(default="", repr=False)


@transaction.atomic
def add_public_key(*, user_id: int, text: str, actor: Actor, now: datetime) -> Added:
    """Believe what this Ed25519 key signs, from now on. Raises NotAllowed, BadSettings."""
    try:
        raw = keys.public_key(text)
    except ValueError as reason:
        raise BadSettings(_why_not(str(reason))) from reason
    if SigningKey.objects.filter(algorithm=Algorithm.ED25519, material=raw).exists():
        raise BadSettings(_("This key was added before: make a new one."))
    key = SigningKey(algorithm=Algorithm.ED25519, material=raw)
    return Added(_added(key, raw, user_id=user_id, actor=actor, now=now))


@transaction.atomic
def make_secret(*, user_id: int, actor: Actor, now: datetime) -> Added:
    """Make a secret with which both sides reckon HMAC-SHA256. Raises NotAllowed, BadSettings."""
    raw = secrets.token_bytes(SECRET_BYTES)
    key = SigningKey(algorithm=Algorithm.HMAC, material=sealing.seal(raw, purpose=KEY_PURPOSE))
    made = _added(key, raw, user_id=user_id, actor=actor, now=now)
    return Added(made, b64encode(raw).decode())


@transaction.atomic
def retire(*, user_id: int, key_id: str, actor: Actor, now: datetime) -> SigningKey:
    """Believe nothing that this key signs, from now on. RetiredAlready."""
    allowed(user_id, actor)
    key = locks.rows(SigningKey.objects.filter(user_id=user_id, key_id=key_id)).get()
    if key.retired_at is not None:
        raise RetiredAlready(_("This key was retired already."))
    key.retired_by, key.retired_at = str(actor), now
    key.save(update_fields=["retired_by", "retired_at"])
    event = KeyRetired(user_id=user_id, key_id=key_id)
    outbox.emit(event, actor=actor, subjects=[("user", user_id)], now=now)
    return key


def _added(key: SigningKey, raw: bytes, *, user_id: int, actor: Actor, now: datetime) -> SigningKey:
    allowed(user_id, actor)
    living = SigningKey.objects.filter(user_id=user_id, retired_at=None, expires_at__gt=now)
    if living.count() >= MOST_LIVE:
        raise BadSettings(_("It has two living keys: retire the one that is not used any more."))
    key.user_id, key.key_id = user_id, f"k{user_id}-{secrets.token_hex(6)}"
    key.fingerprint = keys.fingerprint(raw)
    key.added_by, key.added_at, key.expires_at = str(actor), now, now + LIVES
    key.save(force_insert=True)
    event = KeyAdded(
        user_id=user_id,
        key_id=key.key_id,
        algorithm=str(key.algorithm),
        fingerprint=key.fingerprint,
    )
    outbox.emit(event, actor=actor, subjects=[("user", user_id)], now=now)
    return key


def _why_not(word: str) -> str:
    match word:
        case "published":
            return _("This key's private half is printed in a standard: make a key of your own.")
        case "weak":
            return _("Under this key any signature could fit: make a key of your own.")
    return _("This is no Ed25519 public key: paste it as PEM, or its 32 bytes as base64 or hex.")
