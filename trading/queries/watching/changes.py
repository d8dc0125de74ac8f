"""Foreign changes, alerts and manager accounts, as far as somebody may see them."""

from dataclasses import dataclass
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backoffice.core.access import Reaching, get_or_404_for, restrict
from trading.models import Alert, Server, ServerChange, ServerWatch
from trading.permissions import SEE_CHANGES
from trading.queries.watching import words
from trading.states import ALERT_LABELS, CHANGE_LABELS, AlertState

# name → fields, each list ending in a unique one, all of them never null (backoffice.ui.keyset)
CHANGE_ORDERS = {"-id": ("-id",)}
ALERT_ORDERS = {"-latest": ("-latest_at", "-id")}
COUNTED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagerRow:
    """One manager account of one server, as its last reading told it; rights in words."""

    server: Server
    login: int
    name: str
    is_ours: bool
    rights: tuple[str, ...]
    groups: str
    addresses: str


def list_foreign_for(user: Reaching) -> QuerySet[ServerChange]:
    """Return the changes that did not come from us; the caller orders."""
    changes = restrict(ServerChange.objects.all(), user, SEE_CHANGES)
    foreign = changes.filter(verdict=ServerChange.FOREIGN)
    return foreign.select_related("server", "account__client")


def list_alerts_for(user: Reaching) -> QuerySet[Alert]:
    """Return the alerts; the caller orders."""
    alerts = restrict(Alert.objects.all(), user, SEE_CHANGES)
    return alerts.select_related("server", "account__client", "change")


def get_alert_for(user: Reaching, pk: int) -> Alert:
    """Return one alert, or raise Http404."""
    return get_or_404_for(list_alerts_for(user), user, SEE_CHANGES, pk=pk)


def count_alerts_for(user: Reaching) -> int:
    """Count the alerts that are new or were put off until now, a thousand and one at most."""
    new = list_alerts_for(user).filter(state=AlertState.NEW)
    back = list_alerts_for(user).filter(state=AlertState.SEEN, snoozed_until__lte=Now())
    return (new | back)[: COUNTED + 1].count()


def told_of(change: ServerChange, *, in_full: bool) -> tuple[str, str]:
    """Return before and after in words; a person's data only for who may read them."""
    currency = "" if change.account is None else change.account.currency
    return words.told(change.kind, change.before, change.after, currency=currency, in_full=in_full)


def list_managers_for(user: Reaching) -> tuple[list[ManagerRow], list[ServerWatch]]:
    """Return the manager accounts of every server, and how each reading stands."""
    watches = restrict(ServerWatch.objects.all(), user, SEE_CHANGES)
    rows = list(watches.select_related("server").order_by("server__code"))
    return [_manager(watch, one) for watch in rows for one in watch.managers], rows


def _manager(watch: ServerWatch, one: dict[str, Any]) -> ManagerRow:
    bounds = (one.get("ip_from", ""), one.get("ip_to", ""))
    return ManagerRow(
        server=watch.server,
        login=int(one["login"]),
        name=str(one["name"]),
        is_ours=int(one["login"]) in watch.own_logins,
        rights=tuple(words.right(str(right)) for right in one["rights"]),
        groups=str(one["groups"]),
        addresses=" – ".join(filter(None, bounds)),
    )


class ChangeFilter(django_filters.FilterSet):
    """What narrows the list of foreign changes."""

    q = django_filters.NumberFilter(field_name="login", label=_("Login"))
    kind = django_filters.MultipleChoiceFilter(
        choices=[(kind, _(label)) for kind, label in CHANGE_LABELS.items()],
        label=_("What"),
        distinct=False,
    )
    manager = django_filters.NumberFilter(field_name="manager_login", label=_("Manager"))
    server = django_filters.ModelChoiceFilter(
        queryset=lambda request: Server.objects.order_by("code"), label=_("Server")
    )

    class Meta:
        model = ServerChange
        fields: tuple[str, ...] = ()


class AlertFilter(django_filters.FilterSet):
    """What narrows the list of alerts."""

    q = django_filters.NumberFilter(field_name="login", label=_("Login"))
    state = django_filters.MultipleChoiceFilter(
        choices=[(state, _(label)) for state, label in ALERT_LABELS.items()],
        label=_("State"),
        distinct=False,
    )

    view = django_filters.ChoiceFilter(
        choices=[("todo", _("Now")), ("snoozed", _("Put off"))],
        label=_("When"),
        method="filter_view",
    )

    def filter_view(self, rows: Any, name: str, value: str) -> Any:
        """Keep what is to be looked at now, or what is put off."""
        if value == "snoozed":
            return rows.filter(snoozed_until__gt=Now()).exclude(state=AlertState.CLOSED)
        due = Q(state=AlertState.NEW) | Q(state=AlertState.SEEN, snoozed_until__lte=Now())
        return rows.filter(due)

    class Meta:
        model = Alert
        fields: tuple[str, ...] = ()
