"""The door of the personal area: what a client's sign-in does, and what counts against a guess.

The lock-out is the staff's (axes), under a name of its own: what is tried at a client's address
neither shuts nor opens anything of a member of staff who has the same one. For that reason
Django's `login` is not called either: its signal would forgive the staff's failures.
"""

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.utils import reset
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from backoffice.core import clock
from backoffice.core.actors import Actor
from backoffice.edge import device_cookie
from backoffice.identity.actions import sessions, visits
from backoffice.identity.queries import attempts

BACKEND = "backoffice.identity.actions.credentials.ClientBackend"
SINCE = "signed_in_at"
SEEN = "seen_at"
VISIT = "visit"
DEVICE_KEY = "device_key"
GATE = Actor.system("personal-area")


def enter(request: Any, user: Any) -> None:
    """Sign a client in, under a new session key."""
    now, key = clock.now(), _new_key(request)
    whose = {"user_id": user.pk, "actor": user.actor, "now": now}
    come = device_cookie.come_from(request)
    visit, token = visits.begin_visit(session_key=key, come=come, **whose)
    device_cookie.give(request, token)
    request.session.update({SINCE: int(now.timestamp()), SEEN: int(now.timestamp())})
    request.session.update({VISIT: visit.pk, DEVICE_KEY: visit.device.key})
    request.session.update({SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: BACKEND})
    request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    request.user = user
    rotate_token(request)
    reset(username=counted_as(user.email))
    sessions.record_sign_in(visit_id=visit.pk, device_id=visit.device_id, **whose)


def _new_key(request: Any) -> str:
    request.session.flush()
    request.session.create()
    return str(request.session.session_key)


def leave(request: Any) -> None:
    """End the session of the client who asks, if there is one; nobody else's is touched."""
    user, visit = request.user, request.session.get(VISIT)
    if user.is_authenticated and user.kind == "client":
        sessions.record_sign_out(user_id=user.pk, visit_id=visit, actor=user.actor, now=clock.now())
        request.session.flush()


def is_alive(request: Any) -> bool:
    """Say whether a session is neither too old nor silent for too long."""
    moment = clock.now().timestamp()
    is_young = moment - request.session.get(SINCE, 0) <= settings.SESSION_SECONDS
    return bool(is_young and moment - request.session.get(SEEN, 0) <= settings.SESSION_IDLE_SECONDS)


def counted_as(email: str, what: str = "client") -> str:
    """Return the name under which tries at a client's address are counted."""
    return f"{what} {email.strip().lower()}"[:255]


def may_try(request: HttpRequest, name: str) -> bool:
    """Say whether this name may be tried from this address now."""
    if attempts.must_wait(name, now=clock.now()):
        return False
    return bool(AxesProxyHandler.is_allowed(request, {"email": name}))


def count(request: Any, name: str) -> bool:
    """Count a failure, or a use of what may be used a few times; True: that was one too many."""
    AxesProxyHandler.user_login_failed(__name__, {"email": name}, request)
    was_last = bool(getattr(request, "axes_locked_out", False))
    request.axes_locked_out = False  # we answer ourselves: its middleware shows the staff's page
    return was_last
