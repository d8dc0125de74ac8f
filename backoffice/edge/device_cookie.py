"""The secret by which a browser is known again: a cookie of its own that outlives every session."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from backoffice.edge.client_address import client_address

GIVEN = "device_secret"  # where a request carries a new secret to its answer
SECONDS = 400 * 24 * 60 * 60  # the longest that browsers keep one
LONGEST = 100


@dataclass(frozen=True)
class From:
    """Where somebody comes from: the secret of their browser, if any, its name, the address."""

    token: str
    agent: str
    address: str


def token_of(request: HttpRequest) -> str:
    """Return the secret that the browser brought; what cannot be one of ours counts as none."""
    token = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    return token if len(token) <= LONGEST and token.isascii() and token.isprintable() else ""


def come_from(request: HttpRequest) -> From:
    """Return where a request comes from, for the record of a sign-in."""
    agent = request.META.get("HTTP_USER_AGENT", "")[:400]
    return From(token=token_of(request), agent=agent, address=client_address(request))


def give(request: HttpRequest, token: str) -> None:
    """Have the answer to this request hand the secret to the browser (the guard does it)."""
    request.META[GIVEN] = token


def hand_over(request: HttpRequest, response: HttpResponse) -> None:
    """Set the cookie if this request signed somebody in."""
    token = request.META.get(GIVEN)
    if token:
        response.set_cookie(
            settings.DEVICE_COOKIE_NAME,
            token,
            max_age=SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
