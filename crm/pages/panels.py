"""Blocks of pages: a client's timeline, and the saved views with how many each holds."""

from itertools import groupby
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from backoffice.ui.filters import SavedView, tabs
from backoffice.ui.shapes import Panel
from crm.permissions import SEE_CLIENTS
from crm.queries import clients, timeline
from crm.states import ClientStatus

NOBODY = "null"


def saved_views(user_id: int) -> tuple[SavedView, ...]:
    """Return the default views of the client list."""
    return (
        SavedView("all", gettext_lazy("All")),
        SavedView("mine", gettext_lazy("Mine"), {"owner": str(user_id)}),
        SavedView("active", gettext_lazy("Active"), {"status": ClientStatus.ACTIVE.value}),
        SavedView("silent", gettext_lazy("Silent"), {"status": ClientStatus.SILENT.value}),
        SavedView("leads", gettext_lazy("Leads"), {"status": ClientStatus.LEAD.value}),
        SavedView("no-owner", gettext_lazy("No owner"), {"owner": NOBODY}),
    )


class Views(Panel):
    """The saved views of the client list, each with its count; a block of the morning."""

    permission = SEE_CLIENTS
    fragment_name = "crm/_panel_views.html"
    title = gettext_lazy("Clients")

    def record(self) -> Any:
        """Return the clients in reach."""
        return clients.list_clients_for(self.request.user)

    def context(self, record: Any) -> dict[str, Any]:
        """Return each view as a tab with its count, which stops at a thousand."""
        views = saved_views(self.request.user.pk)
        counts = [self._count(record, view) for view in views]
        return {"lines": list(zip(tabs(views, QueryDict()), counts, strict=True))}

    def _count(self, record: Any, view: SavedView) -> int:
        query = QueryDict(mutable=True)
        query.update(view.query)
        narrowed = clients.ClientFilter(query, queryset=record, request=self.request)
        return int(narrowed.qs.order_by()[: clients.COUNTED + 1].count())


class Timeline(Panel):
    """Older events of a client."""

    permission = SEE_CLIENTS
    fragment_name = "crm/_timeline.html"
    title = gettext_lazy("Timeline")

    def record(self, pk: int) -> Any:
        """Return the client, or 404."""
        return clients.get_client_for(self.request.user, pk)

    def context(self, record: Any) -> dict[str, Any]:
        """Return the events before a place."""
        before = self.request.GET.get("before", "")
        place = (
            int(before) if before.isdecimal() and len(before) <= clients.LONGEST_NUMBER else None
        )
        return timeline_of(self.request.user, record, before=place)


def timeline_of(user: Any, client: Any, *, before: int | None) -> dict[str, Any]:
    """Return a client's events by day, those before a place, and where older ones are."""
    lines = timeline.list_timeline_of(user, client, before=before)
    days = groupby(lines, key=lambda line: timezone.localtime(line.at).date())
    more = len(lines) == timeline.PAGE
    url = reverse("crm:client-timeline", args=[client.pk])
    return {
        "days": [(day, list(events)) for day, events in days],
        "older_url": f"{url}?before={lines[-1].number}" if more else "",
        "is_first": before is None,
    }
