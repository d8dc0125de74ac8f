"""MetaTrader servers: which there are, and how fresh what we know of them is."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from backoffice.ui.shapes import StaffPage
from trading.permissions import VIEW_SERVERS
from trading.queries import servers


class ServerList(StaffPage):
    """Every server with the age of its feed and of its mirror, and the reason when one is late."""

    permission = VIEW_SERVERS

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the page."""
        fresh = {one.server_id: one for one in servers.list_freshness()}
        last = servers.last_verifications()
        found = servers.list_servers_for(self.request.user)
        rows = [
            {"server": one, "freshness": fresh.get(one.pk), "verification": last.get(one.pk)}
            for one in found
        ]
        return self.show("trading/server_list.html", {"rows": rows})
