"""The guard: every address is for verified staff, unless its door says otherwise.

A door that strangers may use (the sign-in, a health probe) carries `open_to_strangers = True`, on
its class or on the function: a forgotten check shuts a page instead of opening it. A door that
pages ask on their own carries `in_background = True`: it is no sign of life. Which acts need the
second factor again is told in stepping_up.py.
"""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from backoffice.core import clock
from backoffice.edge import device_cookie
from backoffice.edge.client_address import client_address
from backoffice.identity.actions import sessions, visits
from backoffice.identity.pages import stepping_up
from backoffice.identity.pages.entry import DEVICE_KEY, SEEN, SINCE, VISIT, visitor

SEEN_EVERY = 60  # seconds between two writes of the session


class StaffOnlyMiddleware:
    """Lets verified staff pass, and ends sessions that are idle or old."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the person's own time zone."""
        zone = getattr(request.user, "timezone", "") if request.user.is_authenticated else ""
        with timezone.override(ZoneInfo(zone) if zone else None):
            response = self.get_response(request)
        device_cookie.hand_over(request, response)
        return response

    def process_view(
        self, request: HttpRequest, door: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Send everybody but verified staff in a living session to the sign-in."""
        if is_open_to_strangers(door) or _says(door, "for_machines") or _says(door, "for_clients"):
            return None  # machines and clients have guards of their own
        if not is_verified_staff(request.user) or not _is_alive(request):
            return _to_sign_in(request)
        if not visitor(request).may_come_from(client_address(request)):
            return render(request, "errors/elsewhere.html", status=403)
        question = stepping_up.stand_in_the_way(request, door, kwargs)
        if question is None:
            _say_whence(request)
            _note_sign_of_life(request, door)
        return question


def is_open_to_strangers(door: Callable[..., Any]) -> bool:
    """Say whether a door's class or function is open to everybody."""
    return _says(door, "open_to_strangers")


def is_verified_staff(user: Any) -> bool:
    """Say whether this is a member of staff who passed both factors."""
    return bool(user.is_authenticated and user.kind == "staff" and user.is_verified())


def _is_alive(request: HttpRequest) -> bool:
    user, now = visitor(request), clock.now()
    if now.timestamp() - request.session.get(SINCE, 0) <= settings.SESSION_SECONDS:
        return True
    visit = request.session.get(VISIT)
    sessions.record_sign_out(user_id=user.pk, visit_id=visit, actor=user.actor, now=now)
    logout(request)
    return False


def _say_whence(request: Any) -> None:
    """Tell the door from which device, and with what proof, it is asked (StaffPage.origin)."""
    request.device_key = request.session.get(DEVICE_KEY, "")
    request.proof = stepping_up.proof_of(request)


def _note_sign_of_life(request: HttpRequest, door: Callable[..., Any]) -> None:
    # Whoever was away for too long does not come back to life by looking: only by a proof.
    now = clock.now()
    silence = int(now.timestamp()) - request.session.get(SEEN, 0)
    if silence < SEEN_EVERY or _says(door, "in_background") or stepping_up.is_idle(request):
        return
    request.session[SEEN] = int(now.timestamp())
    if VISIT in request.session:
        visits.note_seen(visit_id=request.session[VISIT], now=now)


def _says(door: Callable[..., Any], word: str) -> bool:
    return bool(getattr(getattr(door, "view_class", door), word, False))


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(resolve_url(settings.LOGIN_URL))
    is_page = request.method in ("GET", "HEAD")
    return redirect_to_login(request.get_full_path() if is_page else "/")
