"""Problem documents (RFC 9457): what an API says instead of a result, in one clear sentence."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions

from backoffice.core.errors import Conflict, Later, Rejected

TYPE = "application/problem+json"
CODE = "X-Problem"
CODES = {
    400: "malformed",
    404: "not_found",
    405: "method",
    406: "not_acceptable",
    415: "media_type",
    422: "invalid",
}


class NotYours(PermissionDenied):
    """The caller does not hold the scope that a door asks for."""


class MustBeSigned(Exception):
    """The door changes something, and the call was not signed."""


def problem(
    status: int, code: str, sentence: str, *, errors: Mapping[str, str] | None = None
) -> HttpResponse:
    """Return a problem document; `errors` say by field what is wrong with what was sent."""
    told: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": sentence,
    }
    if errors:
        told["errors"] = dict(errors)
    response = HttpResponse(orjson.dumps(told), status=status, content_type=TYPE)
    response[CODE] = code
    return response


def of_error(error: Exception) -> HttpResponse | None:
    """Return the problem that a door's exception stands for; None for what is our own fault."""
    return _of_business(error) or _of_request(error)


def _of_request(error: Exception) -> HttpResponse | None:
    match error:
        case Http404() | exceptions.NotFound():
            return of_absent()
        case NotYours():
            sentence = _("This call needs the scope %(scope)s.") % {"scope": error}
            return problem(403, "scope", sentence)
        case MustBeSigned():
            return problem(401, "must_be_signed", _("This call has to be signed, see the guide."))
        case exceptions.ValidationError():
            return _invalid(error)
        case exceptions.APIException():
            code = CODES.get(error.status_code, "refused")
            return problem(error.status_code, code, str(error.detail))
    return None


def _of_business(error: Exception) -> HttpResponse | None:
    match error:
        case Conflict():
            return problem(409, _name(error), str(error))
        case Rejected():
            return problem(422, _name(error), str(error))
        case Later():
            response = problem(503, "later", _("Not now, and nothing has changed: ask again."))
            response["Retry-After"] = "2"
            return response
    return None


def of_absent() -> HttpResponse:
    """Return what is said of an address that there is not."""
    return problem(404, "not_found", _("There is nothing here that you can see."))


def of_nonsense() -> HttpResponse:
    """Return what is said of a request that cannot be read at all: too large, for another host."""
    return problem(400, "malformed", _("This request cannot be read: it is too large or broken."))


def of_away() -> HttpResponse:
    """Return what is said while the database does not answer."""
    response = problem(503, "later", _("Not now, and nothing has changed: ask again."))
    response["Retry-After"] = "5"
    return response


def of_failure(reference: str) -> HttpResponse:
    """Return what is said of a mistake of ours, with the reference that the log carries too."""
    sentence = _("This failed on our side: tell us the reference %(reference)s.")
    return problem(500, "failed", sentence % {"reference": reference})


def handler(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """Answer for REST framework (EXCEPTION_HANDLER)."""
    response = of_error(error)
    if response is not None and isinstance(error, exceptions.MethodNotAllowed):
        response["Allow"] = ", ".join(context["view"].allowed_methods)
    return response


def code_of(response: HttpResponse) -> str:
    """Return the code of a problem, and nothing for a result."""
    if response.status_code < 400:
        return ""
    return str(response.get(CODE, f"status_{response.status_code}"))[:24]


def is_api(request: HttpRequest) -> bool:
    """Say whether a machine asked, so that it is not answered with a page."""
    return request.path.startswith("/api/")


def _invalid(error: exceptions.ValidationError) -> HttpResponse:
    errors = dict(_flat(error.detail))
    field, sentence = next(iter(errors.items()), ("", _("What was sent does not fit.")))
    told = f"{field}: {sentence}" if field else sentence
    return problem(422, "invalid", told, errors=errors)


def _flat(detail: Any, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            here = "" if name == "non_field_errors" else str(name)
            yield from _flat(inner, f"{place}.{here}".strip("."))
    elif isinstance(detail, list):
        for inner in detail[:1]:
            yield from _flat(inner, place)
    else:
        yield place, str(detail)


def _name(error: Exception) -> str:
    """Return an error's class as a code: NotEnough → not_enough."""
    name = type(error).__name__
    return "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in name).strip("_")
