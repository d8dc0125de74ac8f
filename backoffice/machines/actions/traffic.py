"""What every call leaves behind: its nonce, its row, the last use of what it came with."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from backoffice.core import outbox
from backoffice.core.actors import Actor
from backoffice.edge.signatures.message import REMEMBERED_SECONDS
from backoffice.machines.events import CallRefused
from backoffice.machines.models import ApiCall, UsedNonce
from backoffice.machines.states import Refusal

CALLS_KEPT = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=1)
TOLD_EVERY = timedelta(minutes=1)
GUARD = Actor.system("api")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One call as it is kept."""

    user_id: int | None
    credential: str
    method: str
    route: str
    status: int
    reason: str
    detail: str
    address: str
    took_ms: int


def use_nonce(*, key_id: str, nonce: str, now: datetime) -> bool:
    """Use up a nonce of a key at once, whatever becomes of the call; False when it was used."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO machines_usednonce (key_id, nonce, used_at) VALUES (%s, %s, %s) "
            "ON CONFLICT (key_id, nonce) DO NOTHING",
            [key_id, nonce, now],
        )
        return bool(cursor.rowcount)


def seen(credential: Any, *, now: datetime) -> None:
    """Remember the last use of a token or key, to the minute."""
    used = credential.last_used_at
    if used is None or now - used >= SEEN_EVERY:
        type(credential).objects.filter(pk=credential.pk).update(last_used_at=now)


def keep(heard: Heard, *, now: datetime) -> None:
    """Keep a call; a refusal in a machine's name is announced too, once a minute for its reason."""
    fields = {name: getattr(heard, name) for name in Heard.__slots__}
    ApiCall.objects.create(at=now, **fields)
    is_refusal = heard.reason in tuple(Refusal)  # what was not found or not lawful is no refusal
    if heard.user_id is not None and is_refusal and not _told_lately(heard, now):
        _announce(heard, now)


def clear_old(*, now: datetime) -> None:
    """Forget nonces that no living signature can carry any more, and old calls."""
    edge = now - timedelta(seconds=REMEMBERED_SECONDS)
    UsedNonce.objects.filter(used_at__lt=edge).delete()
    ApiCall.objects.filter(at__lt=now - CALLS_KEPT).delete()


def _told_lately(heard: Heard, now: datetime) -> bool:
    same = Q(user_id=heard.user_id, reason=heard.reason, at__gt=now - TOLD_EVERY)
    return ApiCall.objects.filter(same)[:2].count() > 1  # the one of now is among them


@transaction.atomic
def _announce(heard: Heard, now: datetime) -> None:
    event = CallRefused(
        user_id=heard.user_id or 0, reason=heard.reason, detail=heard.detail, route=heard.route
    )
    outbox.emit(event, actor=GUARD, subjects=[("user", event.user_id)], now=now)
