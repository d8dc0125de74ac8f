"""The page of the integrations: the list, and one of them with all it holds and did."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from backoffice.core import records
from backoffice.identity.queries import people
from backoffice.machines.actions import rates
from backoffice.machines.pages.forms import DAYS
from backoffice.machines.permissions import MANAGE_INTEGRATIONS, SEE_INTEGRATIONS
from backoffice.machines.queries import integrations
from backoffice.ui.shapes import DetailPage, StaffPage


class IntegrationList(StaffPage):
    """Every machine that may call, how it stands, how much of its limit is used now."""

    permission = SEE_INTEGRATIONS

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        rows = integrations.list_integrations_for(self.request.user, now=self.now)
        context = {"rows": [(row, rates.take_for(row, cost=0)) for row in rows]}
        return self.show("machines/integration_list.html", context)


class IntegrationDetail(DetailPage):
    """One machine: what it may, what it holds, what it did."""

    permission = SEE_INTEGRATIONS
    template_name = "machines/integration_detail.html"

    def record(self, pk: int) -> Any:
        """Return it, or 404."""
        return integrations.get_integration_for(self.request.user, pk, now=self.now)

    def context(self, record: Any) -> dict[str, Any]:
        """Return everything around it."""
        only_refused = self.request.GET.get("calls") == "refused"
        return around(self.request.user, record, now=self.now, only_refused=only_refused)


def around(user: Any, record: Any, *, now: datetime, only_refused: bool = False) -> dict[str, Any]:
    """Return what the page of one integration shows beside it."""
    return {
        "may_manage": user.may(MANAGE_INTEGRATIONS),
        "standing": rates.take_for(record, cost=0),
        "scopes": integrations.scopes_of(record.user.scopes),
        "calls": integrations.calls_of(record, refused=only_refused),
        "only_refused": only_refused,
        "days": DAYS,
        "events": told(records.for_subject("user", record.pk, limit=30)),
        **held(record, now),
        **integrations.reach_of(record),
    }


def held(record: Any, now: datetime) -> dict[str, Any]:
    """Return its keys and tokens, each with how it stands."""
    keys, tokens = integrations.keys_of(record), integrations.tokens_of(record)
    return {
        "its_keys": [(key, state_of(key.retired_at, key.expires_at, now)) for key in keys],
        "its_tokens": [(token, state_of(token.revoked_at, token.expiry, now)) for token in tokens],
    }


def state_of(ended: datetime | None, ends: datetime, now: datetime) -> str:
    """Return how a key or token stands, as its badge's code."""
    return "ended" if ended else "living" if ends > now else "over"


def told(events: list[records.EventView]) -> list[tuple[records.EventView, str]]:
    """Return events with their sentences, people by name."""
    names = people.names_of(set().union(*(one.person_ids for one in events)))
    return [(one, one.told_by(_name(one, names), names)) for one in events]


def _name(event: records.EventView, names: dict[int, str]) -> str:
    if event.actor.kind == "system":
        return event.actor.key
    return names.get(int(event.actor.key), str(event.actor))
