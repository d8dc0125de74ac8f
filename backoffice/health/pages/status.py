"""Is everything in step? The footer of every page, and the page behind it."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from backoffice.health.checks.part import OK
from backoffice.health.queries import status
from backoffice.ui.shapes import StaffPage
from trading.queries import servers


class Footer(StaffPage):
    """The conscience of the product: a light for each server, and the depth of the work list."""

    permission = None
    in_background = True  # pages ask every minute: that is no sign of a person

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show it; alone it is a small page, for browsers without a script."""
        fragment = "health/_footer.html"
        parts = status.parts(self.now)
        context = {"servers": servers.list_freshness(), "parts": parts}
        if self.request.htmx:
            out = [part for part in parts if part.state != OK]
            return self.show(fragment, {**context, "out": out})
        return self.show("health/status.html", context)


class Status(StaffPage):
    """Every part with its state and, when it is not in step, why."""

    permission = None

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the page."""
        context = {"servers": servers.list_freshness(), "parts": status.parts(self.now)}
        return self.show("health/status.html", context)
