"""Doors under /plug/, in the demo only: the page, its live part, and the two ways to kill."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from backoffice.core import clock
from backoffice.demo.plug import pulling
from backoffice.demo.plug.board import board, is_database_up, snapshot
from backoffice.demo.plug.killing import VICTIMS
from backoffice.demo.plug.pulling import MOMENTS, NotPulled
from backoffice.identity.permissions import USE_ADMIN
from backoffice.identity.queries import people
from backoffice.ui.shapes import StaffPage

SALT = "plug"


def sockets() -> Path:
    """The short folder of the running demo."""
    return Path(settings.DEMO_SOCKETS)


class Panel(StaffPage):
    """Pull the plug, and watch it come right."""

    permission = USE_ADMIN

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the page."""
        context = {
            "board": board(sockets(), self.request.user),
            "now_url": f"{reverse('plug:now')}?as={signing.dumps(self.request.user.pk, salt=SALT)}",
            "victims": VICTIMS.items(),
            "moments": MOMENTS,
        }
        return self.show("demo/plug.html", context)


class Now(View):
    """The live part of the page. It must be answered while PostgreSQL is away.

    So it asks for no session: whoever the page was drawn for is named by a signature of ours, and
    is looked up again whenever PostgreSQL is there.
    """

    open_to_strangers = True

    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Keep the answer out of caches."""
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it to whom the page was drawn for; to nobody else."""
        try:
            number = signing.loads(
                request.GET.get("as", ""), salt=SALT, max_age=settings.SESSION_SECONDS
            )
            user = _administrator(number)
        except (signing.BadSignature, PermissionError):
            return HttpResponse(status=403)
        context = {"board": board(sockets(), user), "now": clock.now()}
        return HttpResponse(render_to_string("demo/_plug_now.html", context))


class Pull(StaffPage):
    """Kill a part now, or in the middle of a withdrawal that is begun for it.

    It writes no session and asks PostgreSQL nothing once the kill is done: it may have died of it.
    """

    permission = USE_ADMIN
    in_background = True
    begins = False

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Do it, and say in one line what was done."""
        data, by = self.request.POST, self.request.user.full_name
        victim, moment = data.get("victim", ""), data.get("moment", MOMENTS[0])
        said: dict[str, Any] = {}
        try:
            if victim not in VICTIMS or moment not in MOMENTS:
                raise NotPulled("Choose a part, and a moment.")
            if self.begins:
                pulled = pulling.begin_and_pull(sockets(), victim, moment, by)
                said = {"payment": pulled.payment, "killed": pulled.killed}
            else:
                note = {"by": by, "flights": snapshot(self.request.user)}
                said = {"killed": pulling.pull(sockets(), victim, note)}
        except NotPulled as reason:
            said = {"reason": str(reason)}
        if not self.request.htmx:
            return redirect("plug:panel")
        said["name"] = VICTIMS.get(victim, "")
        return HttpResponse(render_to_string("demo/_plug_said.html", said))


def _administrator(number: Any) -> Any:
    """Return the user, None while PostgreSQL is away; PermissionError when they may not look."""
    if not is_database_up(sockets()):
        return None
    try:
        user = people.get_staff(int(number))
        if user is None or not user.may(USE_ADMIN):
            raise PermissionError
    except (DatabaseError, InterfaceError):
        return None
    return user
