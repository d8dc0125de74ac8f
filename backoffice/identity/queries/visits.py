"""Login sessions and the browsers behind them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db.models import QuerySet

from backoffice.identity.models import KnownDevice, Visit

TRIES = 5  # from one known device, until the latest wrong one is a quarter of an hour old
FORGIVEN_AFTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Seen:
    """A login session as its owner reads it."""

    visit: Visit
    is_this: bool
    is_open: bool


def digest(token: str) -> str:
    """Return the digest by which a device's secret cookie is known; empty without a cookie."""
    return sha256(token.encode()).hexdigest() if token else ""


def is_device(token: str) -> bool:
    """Say whether we gave this secret to a browser, whoever signed in there."""
    return bool(token) and KnownDevice.objects.filter(key=digest(token)).exists()


def find_device(token: str, email: str) -> KnownDevice | None:
    """Return the device with this secret if this person signed in from it before, else None."""
    if not token:
        return None
    address = email.strip().lower()
    return KnownDevice.objects.filter(
        key=digest(token), user__email=address, user__kind="staff"
    ).first()


def has_tries(device: KnownDevice, *, now: datetime) -> bool:
    """Say whether a known device may be tried from whatever others do to the name."""
    if device.failures < TRIES or device.failed_at is None:
        return True
    return device.failed_at + FORGIVEN_AFTER <= now


def open_visits(user_id: int, *, now: datetime) -> QuerySet[Visit]:
    """Return the sessions of a person that were neither ended nor ran out, newest first."""
    youngest = now - timedelta(seconds=settings.SESSION_SECONDS)
    return (
        Visit.objects.filter(user_id=user_id, ended_at=None, started_at__gt=youngest)
        .select_related("device")
        .order_by("-started_at")
    )


def list_visits_of(user_id: int, *, this: int | None, now: datetime) -> list[Seen]:
    """Return the latest sessions of a person, this one first, then the open ones, then the rest."""
    visits = Visit.objects.filter(user_id=user_id).select_related("device")
    youngest = now - timedelta(seconds=settings.SESSION_SECONDS)
    seen = [
        Seen(
            visit=visit,
            is_this=visit.pk == this,
            is_open=visit.ended_at is None and visit.started_at > youngest,
        )
        for visit in visits.order_by("-started_at")[:30]
    ]
    return sorted(seen, key=lambda one: (not one.is_this, not one.is_open))


def new_devices_of(user_id: int, *, but: int | None = None) -> QuerySet[KnownDevice]:
    """Return devices that the person has not recognised yet, the one of this visit apart."""
    unseen = KnownDevice.objects.filter(user_id=user_id, recognised_at=None)
    mine = Visit.objects.filter(pk=but or 0).values("device_id")
    return unseen.exclude(pk__in=mine).order_by("-first_seen_at")
