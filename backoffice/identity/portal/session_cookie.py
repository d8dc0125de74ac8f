"""Two areas, two sessions: under the personal area's path the client's cookie counts, elsewhere
the staff's. Neither area ever sees the other's.
"""

from typing import Any

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse


def is_portal(request: HttpRequest) -> bool:
    """Say whether a request is for the personal area."""
    return request.path_info.startswith(settings.PORTAL_PATH)


class TwoSessionsMiddleware(SessionMiddleware):
    """Django's own, which knows one name: in the personal area the client's cookie takes it."""

    def process_request(self, request: HttpRequest) -> None:
        """Hide the staff's cookie from the personal area, and show the client's in its place."""
        if is_portal(request):
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
            own = request.COOKIES.get(settings.CLIENT_COOKIE_NAME)
            if own is not None:
                request.COOKIES[settings.SESSION_COOKIE_NAME] = own
        super().process_request(request)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Write what Django wrote under the staff's name as the client's cookie, on its path."""
        answer = super().process_response(request, response)
        if is_portal(request):
            _rename(answer)
        return answer


def _rename(response: HttpResponse) -> None:
    written = response.cookies.pop(settings.SESSION_COOKIE_NAME, None)
    place: dict[str, Any] = {"path": settings.PORTAL_PATH, "samesite": "Lax"}
    if written is None:
        return
    if not written.value:
        response.delete_cookie(settings.CLIENT_COOKIE_NAME, **place)
        return
    shut: dict[str, Any] = {"secure": settings.SESSION_COOKIE_SECURE, "httponly": True, **place}
    seconds = settings.SESSION_SECONDS
    response.set_cookie(settings.CLIENT_COOKIE_NAME, written.value, max_age=seconds, **shut)
