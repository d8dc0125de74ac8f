"""Passkeys: added with a proof of possession, and asked as a second factor (WebAuthn Level 3).

The challenge is kept by the door between the two steps. Attestation is not asked for: which maker
built an authenticator is no business of ours. User verification is required: who only holds the
device does not pass.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from backoffice.core import locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Rejected
from backoffice.core.events import Event
from backoffice.identity.actions import sessions, two_factor
from backoffice.identity.events import (
    PasskeyAdded,
    PasskeyRemoved,
    SecondFactorEnrolled,
    SteppedUp,
    StepUpRefused,
)
from backoffice.identity.models import Passkey, User
from backoffice.identity.queries.two_factor import count_factors
from backoffice.identity.states import Kind, Refusal

LONGEST_NAME = 40
LONGEST_ANSWER = 20_000
MOST = 10
#: What a crooked answer makes the parsers raise: it is wrong, whatever is wrong with it.
CROOKED = (WebAuthnException, ValueError, LookupError, TypeError, OverflowError, RecursionError)


class BadAnswer(Rejected):
    """The authenticator's answer does not fit what was asked."""


class LastFactor(Conflict):
    """Nothing would be left to sign in with."""


class TooManyPasskeys(Conflict):
    """Nobody needs so many."""


@dataclass(frozen=True)
class Question:
    """What the browser hands to the authenticator, as JSON, and the challenge in it."""

    options: str
    challenge: bytes


def offer(*, user_id: int) -> Question:
    """Return what a browser needs to make a new passkey for somebody."""
    user = User.objects.get(pk=user_id, kind=Kind.STAFF)
    options = generate_registration_options(
        rp_id=settings.PASSKEY_HOST,
        rp_name=settings.OTP_TOTP_ISSUER,
        user_id=f"staff:{user.pk}".encode(),
        user_name=user.email,
        user_display_name=user.full_name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(user_id),
    )
    return Question(options_to_json(options), options.challenge)


def ask(*, user_id: int) -> Question | None:
    """Return what a browser needs to have a passkey answered; None for somebody without any."""
    known = _descriptors(user_id)
    if not known:
        return None
    options = generate_authentication_options(
        rp_id=settings.PASSKEY_HOST,
        allow_credentials=known,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return Question(options_to_json(options), options.challenge)


@transaction.atomic
def enrol_passkey(
    *, user_id: int, answer: str, challenge: bytes, name: str, actor: Actor, now: datetime
) -> Passkey:
    """Take a passkey as somebody's first second factor; EnrolledAlready, BadAnswer."""
    user = locks.rows(User.objects.filter(pk=user_id, kind=Kind.STAFF, is_active=True)).get()
    two_factor.require_none(user)
    passkey = _add(user, answer, challenge, name, now)
    two_factor.drop_offers(user)
    _tell(SecondFactorEnrolled(user_id=user.pk), user_id, actor=actor, now=now)
    _tell(PasskeyAdded(user_id=user_id, passkey_id=passkey.pk), user_id, actor=actor, now=now)
    return passkey


@transaction.atomic
def add_passkey(
    *, user_id: int, answer: str, challenge: bytes, name: str, actor: Actor, now: datetime
) -> Passkey:
    """Take one more passkey of somebody who proved just now who they are; BadAnswer."""
    user = locks.rows(User.objects.filter(pk=user_id, kind=Kind.STAFF, is_active=True)).get()
    if Passkey.objects.filter(user=user).count() >= MOST:
        raise TooManyPasskeys(_("You have ten passkeys. Remove one that you do not use first."))
    passkey = _add(user, answer, challenge, name, now)
    _tell(PasskeyAdded(user_id=user_id, passkey_id=passkey.pk), user_id, actor=actor, now=now)
    return passkey


@transaction.atomic
def remove_passkey(*, user_id: int, passkey_id: int, actor: Actor, now: datetime) -> None:
    """Take a passkey away; LastFactor when nothing else would be left."""
    locks.rows(User.objects.filter(pk=user_id)).get()
    passkey = Passkey.objects.get(pk=passkey_id, user_id=user_id)
    if count_factors(user_id) < 2:
        raise LastFactor(_("This is your only second factor. Add another one first."))
    passkey.delete()
    _tell(PasskeyRemoved(user_id=user_id, passkey_id=passkey_id), user_id, actor=actor, now=now)


@transaction.atomic
def pass_passkey(
    *, user_id: int, answer: str, challenge: bytes, actor: Actor, now: datetime
) -> Passkey | None:
    """Return the passkey that signed this challenge as the second step of a sign-in, or None."""
    passkey = _matched(user_id, answer, challenge, now)
    if passkey is None:
        sessions.refuse(user_id, Refusal.PASSKEY, actor=Actor.system("sign-in"), now=now)
    return passkey


@transaction.atomic
def step_up(*, user_id: int, answer: str, challenge: bytes, actor: Actor, now: datetime) -> bool:
    """Say whether a signed-in person proved by a passkey who they are; a wrong answer is told."""
    if _matched(user_id, answer, challenge, now) is None:
        _tell(StepUpRefused(user_id=user_id), user_id, actor=actor, now=now)
        return False
    _tell(SteppedUp(user_id=user_id, way="passkey"), user_id, actor=actor, now=now)
    return True


def _add(user: User, answer: str, challenge: bytes, name: str, now: datetime) -> Passkey:
    if not challenge:
        raise BadAnswer(_("The passkey was not made in time. Try again."))
    try:
        shown = verify_registration_response(
            credential=answer[:LONGEST_ANSWER],
            expected_challenge=challenge,
            expected_rp_id=settings.PASSKEY_HOST,
            expected_origin=list(settings.PASSKEY_ORIGINS),
            require_user_verification=True,
        )
    except CROOKED as reason:
        raise BadAnswer(_("The passkey was not made. Try again.")) from reason
    if Passkey.objects.filter(credential_id=shown.credential_id).exists():
        raise BadAnswer(_("This passkey is known already."))
    return Passkey.objects.create(
        user=user,
        name=name.strip()[:LONGEST_NAME] or _("Passkey"),
        confirmed=True,
        credential_id=shown.credential_id,
        public_key=shown.credential_public_key,
        sign_count=shown.sign_count,
        is_synced=shown.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        added_at=now,
    )


def _matched(user_id: int, answer: str, challenge: bytes, now: datetime) -> Passkey | None:
    user = locks.rows(User.objects.filter(pk=user_id, kind=Kind.STAFF, is_active=True)).first()
    if user is None or not challenge:  # none is waiting: it was used, or is too old
        return None
    asked = sha256(challenge).hexdigest()
    try:
        credential = parse_authentication_credential_json(answer[:LONGEST_ANSWER])
        passkey = Passkey.objects.filter(user=user, credential_id=credential.raw_id).first()
        if passkey is None or passkey.answered == asked:
            return None
        shown = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=settings.PASSKEY_HOST,
            expected_origin=list(settings.PASSKEY_ORIGINS),
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except CROOKED:
        return None
    passkey.sign_count, passkey.answered, passkey.used_at = shown.new_sign_count, asked, now
    passkey.save(update_fields=["sign_count", "answered", "used_at"])
    return passkey


def _descriptors(user_id: int) -> list[PublicKeyCredentialDescriptor]:
    known = Passkey.objects.filter(user_id=user_id, confirmed=True)
    ids = known.values_list("credential_id", flat=True)
    return [PublicKeyCredentialDescriptor(id=bytes(one)) for one in ids]


def _tell(event: Event, user_id: int, *, actor: Actor, now: datetime) -> None:
    outbox.emit(event, actor=actor, subjects=[("user", user_id)], now=now)
