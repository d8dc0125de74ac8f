"""Tokens: issued, shown once, kept as a hash; they read, and they end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from knox.crypto import hash_token
from knox.models import get_digest_token
from knox.settings import CONSTANTS

from backoffice.core import locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict
from backoffice.machines.actions.integrations import BadSettings, allowed, locked
from backoffice.machines.events import TokenIssued, TokenRevoked
from backoffice.machines.models import AccessToken

PREFIX = "mt4bo_"
#: What a signed call gets for itself, and the most that a person hands out.
SHORT, LONGEST = timedelta(minutes=15), timedelta(days=30)
MOST_LIVE = 10


class RevokedAlready(Conflict):
    """Somebody was first."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token; `secret` is shown now and never again."""

    token: AccessToken
    secret: str = field(repr=False)


@transaction.atomic
def issue(
    *,
    user_id: int,
    label: str,
    scopes: Sequence[str],
    life: timedelta,
    actor: Actor,
    now: datetime,
) -> Issued:
    """Make a token with some of its machine's scopes. Raises NotAllowed, BadSettings.

    A machine makes its own by a signed call, for SHORT; people hand out longer ones.
    """
    is_its_own = actor == Actor.machine(user_id)
    machine = (locked(user_id) if is_its_own else allowed(user_id, actor)).user
    alien = sorted(set(scopes) - set(machine.scopes))
    if alien or not scopes:
        raise BadSettings(_("A token holds some of the scopes of its integration, at least one."))
    if not timedelta(0) < life <= (SHORT if is_its_own else LONGEST):
        raise BadSettings(_("A token lives 30 days at most; one by a signed call 15 minutes."))
    living = AccessToken.objects.filter(user_id=user_id, revoked_at=None, expiry__gt=now)
    if living.count() >= MOST_LIVE:
        raise BadSettings(_("It has ten living tokens: revoke one first."))
    digest, secret = get_digest_token(PREFIX)
    token = AccessToken(
        digest=digest,
        token_key=secret[: CONSTANTS.TOKEN_KEY_LENGTH],
        user_id=user_id,
        expiry=now + life,
        label=label.strip()[:80],
        scopes=sorted(set(scopes)),
        issued_by=str(actor),
        issued_at=now,
    )
    token.save(force_insert=True)
    event = TokenIssued(
        user_id=user_id,
        token=token.token_key,
        scopes=", ".join(token.scopes),
        minutes=int(life.total_seconds() // 60),
    )
    outbox.emit(event, actor=actor, subjects=[("user", user_id)], now=now)
    return Issued(token, secret)


@transaction.atomic
def revoke(*, user_id: int, token: str, actor: Actor, now: datetime) -> AccessToken:
    """Let a token open nothing any more; `token` is its beginning. RevokedAlready."""
    allowed(user_id, actor)
    rows = AccessToken.objects.filter(user_id=user_id, token_key=token)
    found = locks.rows(rows).get()
    if found.revoked_at is not None:
        raise RevokedAlready(_("This token was revoked already."))
    found.revoked_by, found.revoked_at = str(actor), now
    found.save(update_fields=["revoked_by", "revoked_at"])
    event = TokenRevoked(user_id=user_id, token=token)
    outbox.emit(event, actor=actor, subjects=[("user", user_id)], now=now)
    return found


def digest_of(secret: str) -> str:
    """Return what is kept of a token."""
    return str(hash_token(secret))
