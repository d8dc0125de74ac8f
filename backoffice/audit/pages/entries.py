"""The audit log to look through: acts, changed rows, one entry, one object, one person's day."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.audit.actions import exports, viewing
from backoffice.audit.pages.tables import ChangeTable, EventTable
from backoffice.audit.permissions import EXPORT_AUDIT, SEE_AUDIT
from backoffice.audit.queries import entries
from backoffice.ui.drawing import export
from backoffice.ui.filters import SavedView
from backoffice.ui.shapes import ListPage, StaffPage

OPEN = ("kind", "actor", "since", "until")


class EventList(ListPage):
    """What everybody did: acts, looks, exports, sign-ins, refusals, configuration."""

    permission = SEE_AUDIT
    template_name = "audit/event_list.html"
    fragment_name = "audit/_event_list.html"
    table_class = EventTable
    filter_class = entries.EventFilter
    orders = entries.ORDERS

    def rows(self) -> Any:
        """Return every event."""
        return entries.list_events_for(self.request.user)

    def saved_views(self) -> Any:
        """Return what is asked for most."""
        return (
            SavedView("all", gettext_lazy("All")),
            SavedView("refused", gettext_lazy("Refusals"), {"kind": "audit.door.refused"}),
            SavedView("viewed", gettext_lazy("Looks"), {"kind": "audit.record.viewed"}),
            SavedView("exported", gettext_lazy("Exports"), {"kind": "audit.list.exported"}),
            SavedView("signed-in", gettext_lazy("Sign-ins"), {"kind": "identity.user.signed_in"}),
            SavedView("settings", gettext_lazy("Settings"), {"kind": "ui.configuration.changed"}),
        )

    def additions(self, rows: Any) -> dict[str, Any]:
        """Return the words of the search field, and whether the list may be taken away."""
        return {
            "search_words": _("client 12, an event, an entry number"),
            "may_export": self.request.user.may(str(EXPORT_AUDIT)),
        }


class ChangeList(ListPage):
    """Every change of a watched row, however it was made."""

    permission = SEE_AUDIT
    template_name = "audit/change_list.html"
    fragment_name = "audit/_change_list.html"
    table_class = ChangeTable
    filter_class = entries.ChangeFilter
    orders = entries.ORDERS

    def rows(self) -> Any:
        """Return every change."""
        return entries.list_changes_for(self.request.user)

    def saved_views(self) -> Any:
        """Return what is asked for most."""
        return (
            SavedView("all", gettext_lazy("All")),
            SavedView("nameless", gettext_lazy("By no act of the house"), {"nameless": "true"}),
        )

    def additions(self, rows: Any) -> dict[str, Any]:
        """Return the words of the search field."""
        return {"search_words": _("crm_client 12, or a table")}


class Entry(StaffPage):
    """One entry with all that belongs to it: before and after, origin, place in the log."""

    permission = SEE_AUDIT

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show it; without a number the newest one."""
        event, change = (_number(request, name) for name in ("event", "change"))
        if change is not None:
            found = entries.get_change_for(self.request.user, change)
        else:
            found = entries.get_entry_for(self.request.user, event)
        if found is not None and found.is_personal:
            kind = "entry" if change is None else "change"
            actor = self.request.user.actor
            viewing.record_view(kind=kind, key=found.record.pk, actor=actor, now=self.now)
        return self.show("audit/entry.html", {"entry": found})


class ObjectHistory(ListPage):
    """Everything about one object: a client, an account, a payment, a person."""

    permission = SEE_AUDIT
    template_name = "audit/object_history.html"
    fragment_name = "audit/_event_list.html"
    table_class = EventTable
    orders = entries.ORDERS

    def rows(self) -> Any:
        """Return the events about it."""
        kind, key = (self.request.GET.get(name, "").strip()[:80] for name in ("kind", "key"))
        return entries.history_of(
            self.request.user, kind.replace("\x00", ""), key.replace("\x00", "")
        )

    def additions(self, rows: Any) -> dict[str, Any]:
        """Return which object, and the kinds to choose from."""
        given = self.request.GET
        return {
            "kind": given.get("kind", ""),
            "key": given.get("key", ""),
            "kinds": entries.SUBJECTS,
        }


class PersonDay(ListPage):
    """What one person did on one day, from morning to evening."""

    permission = SEE_AUDIT
    template_name = "audit/person_day.html"
    fragment_name = "audit/_event_list.html"
    table_class = EventTable
    orders = {"id": ("id",)}
    page_size = 200

    def rows(self) -> Any:
        """Return the events of the day."""
        return entries.day_of(self.request.user, self._actor(), self._day())

    def additions(self, rows: Any) -> dict[str, Any]:
        """Return who and when, and the ways to the days beside."""
        actor, day = self._actor(), self._day()
        steps = {"before": day - timedelta(days=1), "after": day + timedelta(days=1)}
        url = f"{reverse('audit:person-day')}?actor={actor}&day="
        return {
            "actor": actor,
            "day": day,
            "name": entries.names_of([actor]).get(actor, actor),
            "people": entries.list_people(),
            **{f"{name}_url": f"{url}{one.isoformat()}" for name, one in steps.items()},
        }

    def _actor(self) -> str:
        given = self.request.GET.get("actor", "")[:80].replace("\x00", "")
        return given if entries.is_actor(given) else str(self.request.user.actor)

    def _day(self) -> date:
        try:
            return date.fromisoformat(self.request.GET.get("day", ""))
        except ValueError:
            return timezone.localtime(self.now).date()


class ExportEvents(StaffPage):
    """Takes the list as it is narrowed out of the house, as CSV; that is an event itself."""

    permission = EXPORT_AUDIT
    needs_step_up = True

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Write the file, and tell of it."""
        everything = entries.list_events_for(self.request.user)
        narrowed = entries.EventFilter(request.GET, queryset=everything, request=request)
        lines = entries.lines_of(narrowed.qs)
        actor, rows = self.request.user.actor, len(lines)
        exports.record_list(rows=rows, narrowed=_asked(request), actor=actor, now=self.now)
        file = export.document(entries.HEADS, lines)
        answer = HttpResponse(file, content_type="text/csv; charset=utf-8")
        name = f"audit-{self.now:%Y%m%dT%H%M%S}.csv"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        answer["Cache-Control"] = "private, no-store"
        return answer


def _asked(request: HttpRequest) -> str:
    """Say what narrowed the list; of a search or an address the name alone: it may be a person."""
    given = [(name, value) for name, value in request.GET.items() if value]
    told = [f"{name}={value}" if name in OPEN else name for name, value in given]
    return ", ".join(sorted(told))[:300] or "all"


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) <= entries.LONGEST_NUMBER else None
