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

from backoffice.core import clock
from backoffice.core.actors import Actor
from backoffice.identity.actions import sessions
from backoffice.identity.pages import pre_auth
from backoffice.identity.pages.forms import PasswordForm
from backoffice.identity.queries import attempts
from backoffice.identity.states import Refusal

BACKEND = "backoffice.identity.actions.credentials.StaffBackend"
SINCE = "signed_in_at"
SEEN = "seen_at"
GATE = Actor.system("sign-in")

log = logging.getLogger(__name__)


def enter(request: HttpRequest, passed: pre_auth.Passed, device: Device) -> str:
    """Sign in whoever passed both steps, under a new session key; return where they want to go."""
    now = clock.now()
    pre_auth.forget(request)
    login(request, passed.user, backend=BACKEND)
    verify(request, device)
    request.session[SINCE] = request.session[SEEN] = int(now.timestamp())
    sessions.record_sign_in(user_id=passed.user.pk, actor=passed.user.actor, now=now)
    return passed.to or resolve_url(settings.LOGIN_REDIRECT_URL)


def is_open(request: HttpRequest, email: str) -> bool:
    """Say whether this name may be tried from this address now."""
    if attempts.must_wait(email, now=clock.now()):
        return False
    return bool(AxesProxyHandler.is_allowed(request, {"email": email}))


def count_failure(request: HttpRequest, email: str) -> bool:
    """Count a wrong code like a wrong password; say whether that was one too many."""
    AxesProxyHandler.user_login_failed(__name__, {"email": email}, request)
    return is_locked_out(request)


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
