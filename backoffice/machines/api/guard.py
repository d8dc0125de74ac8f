"""The guard of /api/v1/: machines only, each call counted, kept, and told how many are left.

A door of the API carries `for_machines = True`; a session's cookie opens none of them.
"""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from backoffice.core import clock
from backoffice.edge.client_address import client_address
from backoffice.edge.signatures.message import of_request
from backoffice.machines.actions import letting_in, traffic
from backoffice.machines.actions.letting_in import Caller, Refused
from backoffice.machines.api import refusals
from backoffice.machines.states import Refusal
from backoffice.ui.rest import problems


class MachinesOnlyMiddleware:
    """Lets machines in at their doors, and keeps what they did."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Answer, then keep the call."""
        request.heard_at = time.monotonic()
        if settings.SECURE_SSL_REDIRECT and problems.is_api(request) and not request.is_secure():
            return refusals.in_the_open()
        response = self.get_response(request)
        if getattr(request, "is_for_machines", False):
            caller: Caller | None = getattr(request, "caller", None)
            refused: Refused | None = getattr(request, "refused", None)
            _tell(response, caller.standing if caller else getattr(refused, "standing", None))
            _keep(request, response, caller, refused)
        return response

    def process_view(
        self, request: Any, door: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Find out who calls, or refuse."""
        if not _is_guarded(door):
            return None
        request.is_for_machines, address = True, client_address(request)
        try:
            message = of_request(request)
            request.caller = letting_in.let_in(message, address=address, now=clock.now())
        except Refused as no:
            request.refused = no
            return refusals.answer(no)
        return None


def _is_guarded(door: Callable[..., Any]) -> bool:
    kind = getattr(door, "view_class", door)
    is_open = getattr(kind, "open_to_strangers", False)
    return bool(getattr(kind, "for_machines", False)) and not is_open


def _tell(response: HttpResponse, standing: Any) -> None:
    response["Cache-Control"] = "no-store"
    for name, value in (standing.headers() if standing else {}).items():
        response[name] = value


def _keep(request: Any, response: HttpResponse, caller: Any, refused: Any) -> None:
    if caller is None and (refused is None or refused.reason is Refusal.FLOOD):
        return  # what was no request at all, or a flood: an answer costs it more than us
    heard = traffic.Heard(
        user_id=caller.user.pk if caller else refused.user_id,
        credential=caller.credential if caller else refused.credential,
        method=(request.method or "")[:8],
        route=request.resolver_match.view_name[:120],
        status=response.status_code,
        reason=str(refused.reason) if refused else problems.code_of(response),
        detail=refused.detail if refused else "",
        address=client_address(request),
        took_ms=round((time.monotonic() - request.heard_at) * 1000),
    )
    traffic.keep(heard, now=clock.now())
