"""Morning: what needs a human now, and is everything in step?"""

from typing import Any

from django.http import HttpRequest, HttpResponse

from backoffice.health.queries import status
from backoffice.ui.shapes import StaffPage
from crm import permissions as crm
from trading.queries import servers


class Morning(StaffPage):
    """The first page of the day."""

    permission = None

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show what is in step, and the ways to one's clients."""
        context = {
            "servers": servers.list_freshness(),
            "parts": status.parts(self.now),
            "sees_clients": self.request.user.may(crm.SEE_CLIENTS),
        }
        return self.show("health/morning.html", context)
