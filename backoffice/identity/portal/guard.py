"""The guard of the personal area: a door that says `for_clients` opens to clients alone."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from backoffice.core import clock
from backoffice.identity.actions import visits
from backoffice.identity.portal import entry

SEEN_EVERY = 60  # seconds between two writes of the session


class ClientsOnlyMiddleware:
    """Lets clients in at their doors, and ends sessions that are idle or old."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_view(
        self, request: Any, door: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Send everybody but a client in a living session to the sign-in."""
        if not getattr(getattr(door, "view_class", door), "for_clients", False):
            return None
        user = request.user
        if not (user.is_authenticated and user.kind == "client"):
            return _to_sign_in(request)
        if not entry.is_alive(request):
            entry.leave(request)
            return _to_sign_in(request)
        request.client_id = user.client_id
        request.device_key = request.session.get(entry.DEVICE_KEY, "")
        _note_sign_of_life(request)
        return None


def _note_sign_of_life(request: Any) -> None:
    now = clock.now()
    if request.headers.get("HX-Request"):
        return  # a page that looks again on its own is no sign of life
    if int(now.timestamp()) - request.session.get(entry.SEEN, 0) < SEEN_EVERY:
        return
    request.session[entry.SEEN] = int(now.timestamp())
    if entry.VISIT in request.session:
        visits.note_seen(visit_id=request.session[entry.VISIT], now=now)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    to = request.get_full_path() if request.method in ("GET", "HEAD") else ""
    url = resolve_url("entrance:sign-in")
    return redirect_to_login(to or resolve_url("portal:home"), login_url=url)
