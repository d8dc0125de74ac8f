"""Three shapes for every API door: ReadDoor, ListDoor, ActDoor.

A door says its permission (the scope), what it takes and what it shows. Who calls was found out by
the guard of the machines; whoever comes past it some other way is refused here. Out of reach is 404
(the query decides), a missing scope is 403. What changes something is signed and carries an
Idempotency-Key.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import orjson
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backoffice.core import clock
from backoffice.core.errors import Rejected
from backoffice.ui import keyset
from backoffice.ui.rest import problems
from backoffice.ui.rest.fields import Nothing
from backoffice.ui.rest.problems import MustBeSigned, NotYours
from backoffice.ui.rest.schema import DoorSchema

KEY = re.compile(r"[A-Za-z0-9_.:-]{8,128}")
PAGE, LARGEST = 50, 200


class ApiDoor(APIView):
    """A door for machines. `permission` None: every machine that was let in."""

    for_machines = True
    permission: ClassVar[object | None]
    shows: ClassVar[Any] = None
    takes: ClassVar[Any] = None
    answers: ClassVar[int] = 200
    schema = DoorSchema()
    authentication_classes: ClassVar[list[Any]] = []  # the guard's business
    permission_classes: ClassVar[list[Any]] = []
    now: datetime
    caller: Any

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let in who may, at one moment that the whole call shares."""
        super().initial(request, *args, **kwargs)
        self.now, self.caller = clock.now(), getattr(request._request, "caller", None)
        if self.caller is None:
            raise exceptions.NotAuthenticated
        if self.permission is not None and not self.user.may(self.permission):
            raise NotYours(str(self.permission))

    @property
    def user(self) -> Any:
        """The machine, narrowed to its token's scopes."""
        return self.caller.user

    def shown(self, record: Any) -> Any:
        """Return a record as the door shows it."""
        return record if self.shows is None else self.shows(record, context=self.context()).data

    def context(self) -> dict[str, Any]:
        """Return what the serializer has to know beside the record."""
        return {}

    def taken(self, data: Any, takes: Any = None) -> Mapping[str, Any]:
        """Return what was sent, checked; ValidationError says what is wrong."""
        form = (takes or self.takes)(data=data)
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)


class ReadDoor(ApiDoor):
    """Shows one thing: `read(**lookup)` returns it, or raises Http404."""

    read: Callable[..., Any]

    def get(self, request: Request, **lookup: Any) -> Response:
        """Answer with it."""
        return Response(self.shown(self.read(**lookup)))


class ListDoor(ApiDoor):
    """Shows rows, the newest first, a page at a time: `after` is the cursor of the next one.

    `rows(narrowed, **lookup)` returns those that this machine may see, or raises Http404.
    """

    rows: Callable[..., Any]
    order: ClassVar[Sequence[str]]
    narrows: ClassVar[Any] = None  # a serializer of the query's other words

    def get(self, request: Request, **lookup: Any) -> Response:
        """Answer with a page."""
        words = request.query_params.dict()
        after, size = words.pop("after", ""), words.pop("size", str(PAGE))
        rows = self.rows(self.taken(words, self.narrows or Nothing), **lookup)
        page = keyset.cut(rows, self.order, after=self._cursor(after), size=_size(size))
        shown = self.shows(page.rows, many=True, context=self.context())
        return Response({"items": shown.data, "next": page.older})

    def _cursor(self, after: str) -> str:
        if after and not keyset.is_cursor(after, self.order):
            raise exceptions.ValidationError({"after": [_("This is no cursor of ours.")]})
        return after


class ActDoor(ApiDoor):
    """Changes something, once for each Idempotency-Key.

    `act(data, operation, **lookup)` does it, under the operation's key, and returns what is shown;
    a Rejected that it raises becomes the kept answer. `secret` names what the answer shows once and
    nothing keeps. `in_one`: the act and its kept answer are one transaction; False for what speaks
    to MetaTrader.
    """

    act: Callable[..., Any]
    secret: ClassVar[str] = ""
    in_one: ClassVar[bool] = True

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let in signed calls only."""
        super().initial(request, *args, **kwargs)
        if not self.caller.is_signed:
            raise MustBeSigned

    def post(self, request: Request, **lookup: Any) -> HttpResponse:
        """Do it, or answer as before."""
        key = request.headers.get("Idempotency-Key", "")
        if KEY.fullmatch(key) is None:
            sentence = _("Send an Idempotency-Key of 8 to 128 letters, figures and signs _ . : -")
            raise exceptions.ValidationError({"Idempotency-Key": [sentence]})
        data = self.taken(request.data)
        told: dict[str, Any] = {}

        def work(operation: UUID) -> Any:
            return Kept(*self._worked(data, operation, lookup, told))

        print_of = _fingerprint(request)
        answer = self.caller.once(key, print_of, work, in_one=self.in_one, now=self.now)
        return self._answered(answer, told)

    def _worked(
        self, data: Mapping[str, Any], operation: UUID, lookup: Any, told: dict[str, Any]
    ) -> tuple[int, str]:
        try:
            shown = dict(self.shown(self.act(data, operation, **lookup)))
        except Rejected as no:
            refusal = problems.of_error(no)
            assert refusal is not None  # noqa: S101 - a Rejected always stands for a problem
            return refusal.status_code, refusal.content.decode()
        if self.secret:
            told[self.secret] = shown[self.secret]
            shown[self.secret] = None
        return self.answers, orjson.dumps(shown).decode()

    def _answered(self, answer: Any, told: Mapping[str, Any]) -> HttpResponse:
        is_problem = answer.status >= 400
        body = orjson.loads(answer.body)
        kind = problems.TYPE if is_problem else "application/json"
        whole = body if is_problem else {**body, **told}
        response = HttpResponse(orjson.dumps(whole), status=answer.status, content_type=kind)
        if is_problem:
            response[problems.CODE] = body["code"]
        response["Idempotency-Replayed"] = "true" if answer.is_kept else "false"
        return response


class Kept:
    """An answer as the caller keeps it."""

    is_kept = False

    def __init__(self, status: int, body: str) -> None:
        self.status, self.body = status, body


def _size(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:4]) <= LARGEST):
        raise exceptions.ValidationError({"size": [_("A page has 1 to 200 rows.")]})
    return int(text)


def _fingerprint(request: Request) -> str:
    whole = f"{request.method} {request.get_full_path()}\n".encode() + request._request.body
    return hashlib.sha256(whole).hexdigest()
