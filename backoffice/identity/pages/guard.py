"""The guard: every address is for verified staff, unless its door says otherwise.

A door that strangers may use (the sign-in, a health probe) carries `open_to_strangers = True`, on
its class or on the function: a forgotten check shuts a page instead of opening it. A door that
pages ask on their own carries `in_background = True`: it does not keep an idle session alive.
"""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from backoffice.core import clock
from backoffice.identity.actions import sessions
from backoffice.identity.pages.entry import SEEN, SINCE, visitor

SEEN_EVERY = 60  # seconds between two writes of the session


class StaffOnlyMiddleware:
    """Lets verified staff pass, and ends sessions that are idle or old."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the person's own time zone."""
        zone = getattr(request.user, "timezone", "") if request.user.is_authenticated else ""
        with timezone.override(ZoneInfo(zone) if zone else None):
            return self.get_response(request)

    def process_view(
        self, request: HttpRequest, door: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Send everybody but verified staff in a living session to the sign-in."""
        if is_open_to_strangers(door) or _says(door, "for_machines"):
            return None  # the machines have a guard of their own
        if is_verified_staff(request.user) and _is_alive(request, door):
            return None
        return _to_sign_in(request)


def is_open_to_strangers(door: Callable[..., Any]) -> bool:
    """Say whether a door's class or function is open to everybody."""
    return _says(door, "open_to_strangers")


def is_verified_staff(user: Any) -> bool:
    """Say whether this is a member of staff who passed both factors."""
    return bool(user.is_authenticated and user.kind == "staff" and user.is_verified())


def _is_alive(request: HttpRequest, door: Callable[..., Any]) -> bool:
    user, now = visitor(request), int(clock.now().timestamp())
    since, seen = request.session.get(SINCE, 0), request.session.get(SEEN, 0)
    if now - since > settings.SESSION_SECONDS or now - seen > settings.SESSION_IDLE_SECONDS:
        sessions.record_sign_out(user_id=user.pk, actor=user.actor, now=clock.now())
        logout(request)
        return False
    if now - seen >= SEEN_EVERY and not _says(door, "in_background"):
        request.session[SEEN] = now
    return True


def _says(door: Callable[..., Any], word: str) -> bool:
    return bool(getattr(getattr(door, "view_class", door), word, False))


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(resolve_url(settings.LOGIN_URL))
    is_page = request.method in ("GET", "HEAD")
    return redirect_to_login(request.get_full_path() if is_page else "/")
