"""Shapes for the pages of the personal area: ClientPage, ClientDetail, ClientAction.

A door built on them says what it asks and how it looks, and holds no logic. Who comes here was
found by the guard to be a client (identity/portal/guard.py); what is another client's is 404, which
the query decides by `client_id`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views import View

from backoffice.core import clock
from backoffice.core.actors import Actor, Origin
from backoffice.core.errors import Later, Rejected


class ClientPage(View):
    """A door for clients."""

    for_clients: ClassVar[bool] = True
    request: Any  # an HttpRequest whose `user` is a client, `client_id` their record
    now: datetime

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer at one moment that the whole page shares."""
        self.now = clock.now()
        return super().dispatch(request, *args, **kwargs)

    @property
    def client_id(self) -> int:
        """The record of the client who asks."""
        return int(self.request.client_id)

    @property
    def actor(self) -> Actor:
        """The client who asks, as actions name them."""
        actor: Actor = self.request.user.actor
        return actor

    @property
    def origin(self) -> Origin:
        """The login session and the device that this page is asked from, as digests."""
        return Origin.of(session=self.request.session.session_key, device=self.request.device_key)

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render at this page's moment, for nobody's cache."""
        response = render(self.request, template_name, {"now": self.now, **context}, **extra)
        response["Cache-Control"] = "private, no-store"
        return response


class ClientDetail(ClientPage):
    """Something to read: `context()` returns what the page shows, or raises Http404."""

    template_name: ClassVar[str]

    def context(self, *args: Any, **lookup: Any) -> dict[str, Any]:
        """Return what the page shows."""
        raise NotImplementedError

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show it."""
        return self.show(self.template_name, self.context(**kwargs))


class ClientAction(ClientPage):
    """A door that changes something: a form, one action, and where to go afterwards."""

    template_name: ClassVar[str]
    done: ClassVar[Any] = ""

    def form(self, data: Any = None) -> Any:
        """Return the form, empty or with what was sent."""
        raise NotImplementedError

    def act(self, data: Mapping[str, Any]) -> None:
        """Call the one action; Rejected, Conflict and Later are shown on the form."""
        raise NotImplementedError

    def around(self) -> dict[str, Any]:
        """Return what the page shows beside the form."""
        return {}

    def goes_to(self) -> str:
        """Return where to go when it is done."""
        raise NotImplementedError

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the empty form."""
        return self._shown(self.form())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Carry it out, or show again what was typed with the reason."""
        form = self.form(request.POST)
        if form.is_valid() and self._done(form):
            if self.done:
                messages.info(request, self.done)
            return redirect(self.goes_to())
        return self._shown(form, status=422)

    def _shown(self, form: Any, status: int = 200) -> HttpResponse:
        context = {"form": form, **self.around()}
        return self.show(self.template_name, context, status=status)

    def _done(self, form: Any) -> bool:
        try:
            self.act(form.cleaned_data)
        except (Rejected, Later) as reason:
            form.add_error(None, str(reason))
            return False
        return True
