"""The second factor: a one-time code by time (TOTP), and recovery codes that stand in for it.

A code is good for its own 30 seconds and once. Recovery codes are kept as keyed hashes only.
"""

import re
import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from backoffice.core import locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict
from backoffice.core.events import Event
from backoffice.identity.events import (
    RecoveryCodesMade,
    SecondFactorEnrolled,
    SecondFactorOffered,
    SecondFactorReset,
)
from backoffice.identity.models import Passkey, User
from backoffice.identity.queries.two_factor import has_factor

RECOVERY_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without letters that look like figures
LONGEST_PAUSE = 6  # wrong codes in a row that still double the pause: 2⁵ seconds, one code's life
HASH_LENGTH = 16  # what the package's column holds: 64 bits of a keyed hash


class EnrolledAlready(Conflict):
    """The person has a second factor; another one needs the first, or its reset."""


@transaction.atomic
def offer_factor(*, user_id: int, actor: Actor, now: datetime) -> TOTPDevice:
    """Make a secret for somebody without a second factor; EnrolledAlready otherwise.

    A secret that was shown before and not confirmed is void.
    """
    user = _locked(user_id)
    require_none(user)
    TOTPDevice.objects.filter(user=user, confirmed=False).delete()
    device = TOTPDevice.objects.create(user=user, name="totp", confirmed=False, tolerance=0)
    _tell(SecondFactorOffered(user_id=user.pk), actor=actor, now=now)
    return device


@transaction.atomic
def enrol_factor(
    *, user_id: int, device_id: int, code: str, actor: Actor, now: datetime
) -> TOTPDevice | None:
    """Confirm an offered secret by its first code; None when the code is wrong."""
    user = _locked(user_id)
    require_none(user)
    device = TOTPDevice.objects.select_for_update().get(pk=device_id, user=user)
    if not device.verify_token(figures_of(code)):
        return None
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    _tell(SecondFactorEnrolled(user_id=user.pk), actor=actor, now=now)
    return device


@transaction.atomic
def enrol_secret(*, user_id: int, secret: str, actor: Actor, now: datetime) -> TOTPDevice:
    """Enrol a secret (40 hexadecimal digits) that was agreed on elsewhere, confirmed at once."""
    user = _locked(user_id)
    require_none(user)
    device = TOTPDevice(user=user, name="totp", confirmed=True, tolerance=0, key=secret)
    device.clean_fields()
    device.save()
    _tell(SecondFactorEnrolled(user_id=user.pk), actor=actor, now=now)
    return device


@transaction.atomic
def make_recovery_codes(*, user_id: int, actor: Actor, now: datetime) -> list[str]:
    """Return new recovery codes, to be shown once; the old ones are void."""
    user = _locked(user_id)
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery")
    codes = [_new_code() for _number in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(
        StaticToken(device=device, token=kept_form(user.pk, code)) for code in codes
    )
    _tell(RecoveryCodesMade(user_id=user.pk, count=len(codes)), actor=actor, now=now)
    return codes


@transaction.atomic
def reset_factor(*, user_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Take the second factor and its recovery codes away; the next sign-in enrols a new one."""
    user = _locked(user_id)
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    Passkey.objects.filter(user=user).delete()
    _tell(SecondFactorReset(user_id=user.pk, reason=reason), actor=actor, now=now)


def drop_offers(user: User) -> None:
    """Forget secrets that were shown and not confirmed."""
    TOTPDevice.objects.filter(user=user, confirmed=False).delete()


def match_code(user: User, code: str, *, is_known: bool = False) -> Device | None:
    """Return the device that accepts this code, or None; inside the caller's transaction.

    The device's row is locked while the code is compared and its step is written down, so that of
    two requests with one code only one passes. After wrong codes the next try has to wait, half a
    minute at most; strangers make strangers wait only: `is_known` says that the try comes from a
    device of the person, which has a count of its own (KnownDevice).
    """
    figures = figures_of(code)
    kind, token = (TOTPDevice, figures) if figures else (StaticDevice, kept_form(user.pk, code))
    devices = kind.objects.select_for_update().filter(user=user, confirmed=True).order_by("pk")
    return next((device for device in devices if _accepts(device, token, is_known)), None)


def _accepts(device: Any, token: str, is_known: bool) -> bool:
    count = min(device.throttling_failure_count, LONGEST_PAUSE)
    since = device.throttling_failure_timestamp
    device.throttling_failure_count = 0 if is_known else count
    if device.verify_token(token):
        return True
    if is_known:
        device.throttling_failure_count, device.throttling_failure_timestamp = count, since
        device.save(update_fields=["throttling_failure_count", "throttling_failure_timestamp"])
    return False


def figures_of(code: str) -> str:
    """Return the six figures of a one-time code, however people space them; empty if it is none."""
    figures = re.sub(r"[\s-]", "", code)
    return figures if re.fullmatch(r"[0-9]{6}", figures, re.ASCII) else ""


def kept_form(user_id: int, code: str) -> str:
    """Return how a recovery code is kept: a keyed hash, which the database alone cannot undo."""
    letters = re.sub(r"[\s-]", "", code).lower()
    keyed = salted_hmac("identity.recovery_code", f"{user_id}:{letters}", algorithm="sha256")
    return keyed.hexdigest()[:HASH_LENGTH]


def _new_code() -> str:
    letters = "".join(secrets.choice(ALPHABET) for _place in range(12))
    return "-".join((letters[:4], letters[4:8], letters[8:]))


def _locked(user_id: int) -> User:
    return locks.rows(User.objects.filter(pk=user_id)).get()


def require_none(user: User) -> None:
    """Refuse a first second factor to somebody who has one: enrolment is no way around it."""
    if has_factor(user.pk):
        raise EnrolledAlready(_("A second factor is enrolled already."))


def _tell(event: Event, *, actor: Actor, now: datetime) -> None:
    user_id = event.values()["user_id"]
    outbox.emit(event, actor=actor, subjects=[("user", str(user_id))], now=now)
