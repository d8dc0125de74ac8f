"""What people see when a page cannot be shown: not allowed, too old, not found, failed."""

import secrets
import sys
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from backoffice.ui.rest import problems

log = structlog.get_logger(__name__)
THEMES = ("light", "dark")
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that can be misheard or misread


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that makes no sense as if nothing were there."""
    if problems.is_api(request):
        return problems.of_nonsense()
    return render(request, "errors/404.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer somebody whose roles do not include this."""
    return render(request, "errors/403.html", status=403)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that came without its seal; the log, not the page, says what was wrong."""
    log.warning("form_without_seal", path=request.path, reason=reason)
    return render(request, "errors/stale_form.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer alike for what is absent and what is out of reach."""
    if problems.is_api(request):
        return problems.of_absent()
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer with a reference to quote, which the log carries too; ask nothing of anybody.

    A database that does not answer is no mistake of ours: 503, and the page comes back by itself.
    """
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        log.error("database_away", path=request.path)
        if problems.is_api(request):
            return problems.of_away()
        answer = render(None, "errors/503.html", _around(request), status=503)
        answer["Retry-After"] = "5"
        return answer
    letters = "".join(secrets.choice(LETTERS) for _ in range(6))
    reference = f"{letters[:4]}-{letters[4:]}"
    log.error("page_failed", reference=reference, path=request.path)
    if problems.is_api(request):
        return problems.of_failure(reference)
    is_reading = request.method in ("GET", "HEAD")
    context = {**_around(request), "reference": reference, "is_reading": is_reading}
    return render(None, "errors/500.html", context, status=500)


def _around(request: HttpRequest) -> dict[str, Any]:
    """Return what a page needs of its surroundings, from the request alone: nothing is asked."""
    is_portal = request.path_info.startswith(settings.PORTAL_PATH)
    theme = request.COOKIES.get("theme", "")
    is_production = settings.ENVIRONMENT == "production"
    return {
        "environment": "" if is_production else settings.ENVIRONMENT.upper(),
        "is_portal": is_portal,
        "start": settings.PORTAL_PATH if is_portal else "/",
        "taste": {"theme": theme if theme in THEMES else "system"},
    }
