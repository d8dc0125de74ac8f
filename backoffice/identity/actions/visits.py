"""Login sessions: begun with the device behind them, ended by hand from wherever one is."""

import secrets
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction

from backoffice.core import live, locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.events import Event
from backoffice.edge.device_cookie import From
from backoffice.identity.calc import browsers
from backoffice.identity.events import DeviceFirstSeen, DeviceRecognised, VisitEnded
from backoffice.identity.models import KnownDevice, User, Visit
from backoffice.identity.queries import visits as asked

TOKEN_BYTES = 32


@transaction.atomic
def begin_visit(
    *, user_id: int, session_key: str, come: From, actor: Actor, now: datetime
) -> tuple[Visit, str]:
    """Write down a sign-in; return it with the secret that the browser keeps from now on.

    A browser that others use keeps its secret, and is a new device of this person all the same.
    The first device of a person is recognised at once: there is nobody else whom to ask.
    """
    locks.rows(User.objects.filter(pk=user_id)).get()
    is_ours = asked.is_device(come.token)  # a secret that somebody planted counts for nothing
    token = come.token if is_ours else secrets.token_urlsafe(TOKEN_BYTES)
    device = KnownDevice.objects.filter(user_id=user_id, key=asked.digest(token)).first()
    is_new = device is None
    if device is None:
        is_first = not KnownDevice.objects.filter(user_id=user_id).exists()
        device = KnownDevice(
            user_id=user_id,
            key=asked.digest(token),
            first_address=come.address,
            first_seen_at=now,
            recognised_at=now if is_first else None,
        )
    device.name = browsers.name_of(come.agent)
    device.seen_at = now
    device.failures = 0
    device.save()
    visit = Visit.objects.create(
        user_id=user_id,
        device=device,
        session_key=session_key,
        address=come.address,
        started_at=now,
        seen_at=now,
    )
    if is_new:
        told = DeviceFirstSeen(user_id=user_id, device_id=device.pk, visit_id=visit.pk)
        _tell(told, user_id, actor=actor, now=now)
    return visit, token


@transaction.atomic
def note_seen(*, visit_id: int, now: datetime) -> None:
    """Remember that somebody is still there. Nothing is announced: it is no news."""
    Visit.objects.filter(pk=visit_id, ended_at=None).update(seen_at=now)


@transaction.atomic
def note_failure(*, device_id: int, now: datetime) -> None:
    """Count a wrong try from a known device. The refusal itself is told by who refused."""
    device = locks.rows(KnownDevice.objects.filter(pk=device_id)).get()
    is_old = device.failed_at is None or device.failed_at + asked.FORGIVEN_AFTER <= now
    device.failures = 1 if is_old else device.failures + 1
    device.failed_at = now
    device.save(update_fields=["failures", "failed_at"])


@transaction.atomic
def end_visit(*, user_id: int, visit_id: int, actor: Actor, now: datetime) -> bool:
    """End one session of a person at once, its sockets too; False when it had ended already."""
    visits = locks.rows(Visit.objects.filter(pk=visit_id, user_id=user_id, ended_at=None))
    return _end(list(visits), actor=actor, now=now) > 0


@transaction.atomic
def end_visits(*, user_id: int, but: int | None, actor: Actor, now: datetime) -> int:
    """End every session of a person, one perhaps apart; return how many there were."""
    visits = locks.rows(Visit.objects.filter(user_id=user_id, ended_at=None).exclude(pk=but or 0))
    return _end(list(visits), actor=actor, now=now)


@transaction.atomic
def leave(*, visit_id: int, actor: Actor, now: datetime) -> None:
    """Close the record of a session that its owner leaves; the leaving itself is told elsewhere."""
    Visit.objects.filter(pk=visit_id, ended_at=None).update(
        ended_at=now, ended_by=str(actor), session_key=""
    )


@transaction.atomic
def recognise_device(*, user_id: int, device_id: int, actor: Actor, now: datetime) -> None:
    """Take a new device for one's own."""
    device = locks.rows(KnownDevice.objects.filter(pk=device_id, user_id=user_id)).get()
    if device.recognised_at is None:
        device.recognised_at = now
        device.save(update_fields=["recognised_at"])
        told = DeviceRecognised(user_id=user_id, device_id=device.pk)
        _tell(told, user_id, actor=actor, now=now)


def _end(visits: list[Visit], *, actor: Actor, now: datetime) -> int:
    Session.objects.filter(pk__in=[visit.session_key for visit in visits]).delete()
    for visit in visits:
        visit.session_key, visit.ended_at, visit.ended_by = "", now, str(actor)
        visit.save(update_fields=["session_key", "ended_at", "ended_by"])
        told = VisitEnded(user_id=visit.user_id, visit_id=visit.pk)
        _tell(told, visit.user_id, actor=actor, now=now)
        live.revoke(visit.user_id)  # not only by reaction: a socket may not wait for a worker
    return len(visits)


def _tell(event: Event, user_id: int, *, actor: Actor, now: datetime) -> None:
    outbox.emit(event, actor=actor, subjects=[("user", user_id)], now=now)
