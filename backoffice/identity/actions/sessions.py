"""Coming and going: the second step of a sign-in, and what is told of every attempt."""

from datetime import datetime

from django.db import transaction
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice

from backoffice.core import live, locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.events import Event
from backoffice.identity.actions import two_factor, visits
from backoffice.identity.events import (
    RecoveryCodeUsed,
    SignedIn,
    SignedOut,
    SignInRefused,
    SteppedUp,
    StepUpRefused,
)
from backoffice.identity.models import KnownDevice, User
from backoffice.identity.queries.two_factor import recovery_codes_left
from backoffice.identity.queries.visits import has_tries
from backoffice.identity.states import Kind, Refusal


@transaction.atomic
def pass_second_factor(
    *, user_id: int, code: str, device_id: int | None = None, actor: Actor, now: datetime
) -> Device | None:
    """Return the device that accepted the code; None for a wrong, used or too hasty one.

    Returned, not raised: the failure has to be counted in the same transaction. `device_id` names
    the known device of this person from which the try comes.
    """
    user = locks.rows(User.objects.filter(pk=user_id, kind=Kind.STAFF, is_active=True)).first()
    if user is None:
        return None
    device = _try(user, code, device_id, now)
    if device is None:
        refuse(user.pk, Refusal.CODE, actor=Actor.system("sign-in"), now=now)
    elif isinstance(device, StaticDevice):
        left = recovery_codes_left(user.pk)
        _tell(RecoveryCodeUsed(user_id=user.pk, left=left), user.pk, actor=actor, now=now)
    return device


@transaction.atomic
def step_up(
    *, user_id: int, code: str, device_id: int | None = None, actor: Actor, now: datetime
) -> bool:
    """Say whether a signed-in person proved by a one-time code who they are; a wrong one is told.

    A recovery code is no proof here: it opens the house once, so that a new factor can be enrolled.
    """
    user = locks.rows(User.objects.filter(pk=user_id, kind=Kind.STAFF, is_active=True)).first()
    if user is None:
        return False
    if not two_factor.figures_of(code) or not _try(user, code, device_id, now):
        _tell(StepUpRefused(user_id=user_id), user_id, actor=actor, now=now)
        return False
    _tell(SteppedUp(user_id=user_id, way="code"), user_id, actor=actor, now=now)
    return True


@transaction.atomic
def record_sign_in(
    *,
    user_id: int,
    visit_id: int | None = None,
    device_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Tell that somebody passed both factors."""
    told = SignedIn(user_id=user_id, visit_id=visit_id, device_id=device_id)
    _tell(told, user_id, actor=actor, now=now)


@transaction.atomic
def record_sign_out(
    *, user_id: int, visit_id: int | None = None, actor: Actor, now: datetime
) -> None:
    """Tell that somebody left, or that the session's time was up; open sockets close at once."""
    if visit_id is not None:
        visits.leave(visit_id=visit_id, actor=actor, now=now)
    _tell(SignedOut(user_id=user_id), user_id, actor=actor, now=now)
    live.revoke(user_id)


@transaction.atomic
def record_refusal(*, email: str, reason: Refusal, actor: Actor, now: datetime) -> None:
    """Tell of a refused attempt to be a member of staff.

    Names that nobody has are left to the lock-out's own log: an event is about somebody.
    """
    user = User.objects.filter(kind=Kind.STAFF, email=email.strip().lower()).only("pk").first()
    if user is not None:
        refuse(user.pk, reason, actor=actor, now=now)


@transaction.atomic
def record_client_refusal(*, email: str, reason: Refusal, actor: Actor, now: datetime) -> None:
    """Tell of a refused attempt to be a client; names that nobody has are no client's."""
    user = User.objects.filter(kind=Kind.CLIENT, email=email.strip().lower()).only("pk").first()
    if user is not None:
        refuse(user.pk, reason, actor=actor, now=now)


def refuse(user_id: int, reason: Refusal, *, actor: Actor, now: datetime) -> None:
    """Tell, inside the caller's transaction, that somebody was taken for another."""
    told = SignInRefused(user_id=user_id, reason=reason.value)
    _tell(told, user_id, actor=actor, now=now)


def _try(user: User, code: str, device_id: int | None, now: datetime) -> Device | None:
    """Compare a code, counting a wrong one for the known device that it comes from."""
    known = locks.rows(KnownDevice.objects.filter(pk=device_id or 0, user=user)).first()
    is_known = known is not None and has_tries(known, now=now)
    accepted = two_factor.match_code(user, code, is_known=is_known)
    if accepted is None and known is not None:
        visits.note_failure(device_id=known.pk, now=now)
    return accepted


def _tell(event: Event, user_id: int, *, actor: Actor, now: datetime) -> None:
    outbox.emit(event, actor=actor, subjects=[("user", user_id)], now=now)
