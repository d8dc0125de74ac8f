"""The door where every request says whence it comes, and where refusals are noted."""

import hashlib
from collections.abc import Callable
from typing import Any

import structlog
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from backoffice.audit.actions import refusals
from backoffice.audit.events import NOT_ALLOWED, NOT_THERE, DoorRefused
from backoffice.core import clock
from backoffice.core.runtime import origin
from backoffice.edge.client_address import client_address

WHY = {403: NOT_ALLOWED, 404: NOT_THERE}
LONGEST_PATH = 200

log = structlog.get_logger(__name__)


class RecordingMiddleware:
    """Carries the origin of a request to whatever it causes, and tells of refusals."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Answer within the request's origin."""
        with origin.within(origin_of(request)):
            response = self.get_response(request)
            if response.status_code in WHY and _is_of_staff(request):
                _note(request, WHY[response.status_code])
        return response


def origin_of(request: Any) -> origin.Origin:
    """Return whence a request comes; the session's key stays secret."""
    key = request.session.session_key or ""
    return origin.Origin(
        address=client_address(request),
        device=request.headers.get("User-Agent", ""),
        request=str(structlog.contextvars.get_contextvars().get("request_id", "")),
        session=hashlib.sha256(key.encode()).hexdigest()[:16] if key else "",
    )


def _is_of_staff(request: Any) -> bool:
    user = request.user
    # An address that leads nowhere refuses nobody anything.
    return bool(request.resolver_match and user.is_authenticated and user.kind == "staff")


def _note(request: Any, why: str) -> None:
    refused = DoorRefused(
        door=request.resolver_match.view_name or "nameless",
        method=request.method,
        path=request.path.replace("\x00", "")[:LONGEST_PATH],
        why=why,
    )
    try:
        refusals.record_refusal(refused=refused, actor=request.user.actor, now=clock.now())
    except DatabaseError:
        log.exception("refusal_not_recorded", door=refused.door)  # it stays refused all the same
