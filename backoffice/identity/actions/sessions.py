"""Coming and going: the second step of a sign-in, and what is told of every attempt."""

from datetime import datetime

from django.db import transaction
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice

from backoffice.core import locks, outbox
from backoffice.core.actors import Actor
from backoffice.identity.actions import two_factor
from backoffice.identity.events import RecoveryCodeUsed, SignedIn, SignedOut, SignInRefused
from backoffice.identity.models import User
from backoffice.identity.queries.two_factor import recovery_codes_left
from backoffice.identity.states import Kind, Refusal


@transaction.atomic
def pass_second_factor(*, user_id: int, code: str, actor: Actor, now: datetime) -> Device | None:
    """Return the device that accepted the code; None for a wrong, used or too hasty one.

    Returned, not raised: the failure has to be counted in the same transaction.
    """
    user = locks.rows(User.objects.filter(pk=user_id, kind=Kind.STAFF, is_active=True)).first()
    if user is None:
        return None
    device = two_factor.match_code(user, code)
    if device is None:
        _refuse(user.pk, Refusal.CODE, actor=Actor.system("sign-in"), now=now)
    elif isinstance(device, StaticDevice):
        outbox.emit(
            RecoveryCodeUsed(user_id=user.pk, left=recovery_codes_left(user.pk)),
            actor=actor,
            subjects=[("user", user.pk)],
            now=now,
        )
    return device


@transaction.atomic
def record_sign_in(*, user_id: int, actor: Actor, now: datetime) -> None:
    """Tell that somebody passed both factors."""
    outbox.emit(SignedIn(user_id=user_id), actor=actor, subjects=[("user", user_id)], now=now)


@transaction.atomic
def record_sign_out(*, user_id: int, actor: Actor, now: datetime) -> None:
    """Tell that somebody left."""
    outbox.emit(SignedOut(user_id=user_id), actor=actor, subjects=[("user", user_id)], now=now)


@transaction.atomic
def record_refusal(*, email: str, reason: Refusal, actor: Actor, now: datetime) -> None:
    """Tell of a refused attempt to be a member of staff.

    Names that nobody has are left to the lock-out's own log: an event is about somebody.
    """
    user = User.objects.filter(kind=Kind.STAFF, email=email.strip().lower()).only("pk").first()
    if user is not None:
        _refuse(user.pk, reason, actor=actor, now=now)


def _refuse(user_id: int, reason: Refusal, *, actor: Actor, now: datetime) -> None:
    outbox.emit(
        SignInRefused(user_id=user_id, reason=reason.value),
        actor=actor,
        subjects=[("user", user_id)],
        now=now,
    )
