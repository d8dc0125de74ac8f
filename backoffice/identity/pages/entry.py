"""The threshold: what every successful sign-in does, and what counts against a guess."""

import logging
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _
from django_otp import login as verify
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from backoffice.core import clock
from backoffice.core.actors import Actor
from backoffice.edge import device_cookie
from backoffice.identity.actions import sessions, visits
from backoffice.identity.pages import pre_auth
from backoffice.identity.pages.forms import PasswordForm
from backoffice.identity.queries import attempts
from backoffice.identity.queries.visits import find_device, has_tries
from backoffice.identity.states import Refusal

BACKEND = "backoffice.identity.actions.credentials.StaffBackend"
SINCE = "signed_in_at"
SEEN = "seen_at"
PROVED = "proved_at"  # the latest second factor; a recovery code is none
WAY = "proved_by"  # with what: a word of the proofs below
VISIT = "visit"  # the number of the login session's row (identity.Visit)
DEVICE = "device"  # the number of the known device's row (identity.KnownDevice)
DEVICE_KEY = "device_key"  # the digest by which that browser is known, whoever uses it
GATE = Actor.system("sign-in")

log = logging.getLogger(__name__)


def enter(request: HttpRequest, passed: pre_auth.Passed, factor: Device) -> str:
    """Sign in whoever passed both steps, under a new session key; return where they want to go."""
    moment = int(clock.now().timestamp())
    pre_auth.forget(request)
    login(request, passed.user, backend=BACKEND)
    verify(request, factor)
    request.session[SINCE] = request.session[SEEN] = moment
    request.session[PROVED] = 0 if isinstance(factor, StaticDevice) else moment
    request.session[WAY] = way_of(factor)
    _begin_visit(request, passed.user)
    return passed.to or resolve_url(settings.LOGIN_REDIRECT_URL)


def _begin_visit(request: HttpRequest, user: Any) -> None:
    key, now = request.session.session_key or "", clock.now()
    come = device_cookie.come_from(request)
    visit, token = visits.begin_visit(
        user_id=user.pk, session_key=key, come=come, actor=user.actor, now=now
    )
    device_cookie.give(request, token)
    request.session[VISIT], request.session[DEVICE] = visit.pk, visit.device_id
    request.session[DEVICE_KEY] = visit.device.key
    sessions.record_sign_in(
        user_id=user.pk, visit_id=visit.pk, device_id=visit.device_id, actor=user.actor, now=now
    )


def way_of(factor: Device) -> str:
    """Return the word for a second factor: a recovery code, a passkey, a one-time code."""
    if isinstance(factor, StaticDevice):
        return "recovery"
    return "code" if isinstance(factor, TOTPDevice) else "passkey"


def known_device(request: HttpRequest, email: str) -> Any:
    """Return this person's own device if the request comes from one, else None."""
    return find_device(device_cookie.token_of(request), email)


def is_known(request: HttpRequest, credentials: Any = None) -> bool:
    """Say whether a try comes from the person's own device and has not failed too often there.

    Such a try is not touched by what strangers do to the name, from wherever; the lock-out asks
    here too (AXES_WHITELIST_CALLABLE).
    """
    device = known_device(request, str((credentials or {}).get("email") or ""))
    return device is not None and has_tries(device, now=clock.now())


def is_open(request: HttpRequest, email: str) -> bool:
    """Say whether this name may be tried from this address now."""
    if is_known(request, {"email": email}):
        return True
    if attempts.must_wait(email, now=clock.now()):
        return False
    return bool(AxesProxyHandler.is_allowed(request, {"email": email}))


def count_failure(request: HttpRequest, email: str) -> bool:
    """Count a wrong code like a wrong password; say whether that was one too many.

    From a known device the action that compared the code has counted already.
    """
    AxesProxyHandler.user_login_failed(__name__, {"email": email}, request)
    return is_locked_out(request)


def note_wrong_password(request: HttpRequest, email: str) -> None:
    """Count a wrong password for the known device that it was typed at."""
    device = known_device(request, email)
    if device is not None:
        visits.note_failure(device_id=device.pk, now=clock.now())


def is_locked_out(request: HttpRequest) -> bool:
    """Say whether this very request was one failure too many."""
    return bool(getattr(request, "axes_locked_out", False))


def visitor(request: HttpRequest) -> Any:
    """Return who asks: a user of ours, verified or not, or Django's anonymous one."""
    return request.user


def shut(request: HttpRequest, email: str) -> HttpResponse:
    """Refuse without looking at the password: this name was tried too often."""
    log.warning("sign_in_shut")
    sessions.record_refusal(email=email, reason=Refusal.LOCKED, actor=GATE, now=clock.now())
    return locked_out(request)


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: object = None
) -> HttpResponse:
    """Say that it was tried too often; the lock-out's middleware calls this too."""
    pre_auth.forget(request)
    form = PasswordForm()
    context = {
        "form": form,
        "error": _("Too many attempts. Wait a quarter of an hour, then try again."),
    }
    return render(request, "identity/sign_in.html", context, status=429)
