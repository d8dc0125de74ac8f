"""What others do to the servers: changes, alerts and who closes them, manager accounts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.core.actors import Actor
from backoffice.identity.queries import people
from backoffice.ui import tables
from backoffice.ui.filters import SavedView
from backoffice.ui.shapes import ActionPage, DetailPage, Panel, StaffPage
from crm.permissions import SEE_CONTACTS
from trading.actions.watching import alerting
from trading.pages.taking import TakenList
from trading.permissions import CLOSE_ALERTS, SEE_CHANGES
from trading.queries.watching import changes
from trading.states import ALERT_LABELS, CHANGE_LABELS, AlertState

RULES = {
    "foreign-money": _("Money was moved or altered"),
    "foreign-trade": _("A trade was opened, closed, altered or deleted"),
    "foreign-rights": _("Rights or passwords were changed"),
    "foreign-terms": _("Group or leverage was changed"),
    "foreign-record": _("An account was opened or its data changed"),
}


class Word(tables.Column):
    """A code as its word."""

    def __init__(self, words: Mapping[str, Any], **extra: Any) -> None:
        super().__init__(**extra)
        self.words = words

    def draw(self, value: Any, record: Any, table: tables.Table) -> Any:
        """Draw the word."""
        return _(self.words[value])


class Told(tables.Templated):
    """Before and after."""

    def draw(self, value: Any, record: Any, table: tables.Table) -> Any:
        """Draw both; a person's data as far as the reader may see them."""
        in_full = table.request.user.may(SEE_CONTACTS)
        return super().draw(changes.told_of(record, in_full=in_full), record, table)


class ChangeTable(tables.Table):
    """Foreign changes, the newest first."""

    caption = _("Changes by others")
    cards = True

    login = tables.Templated(
        "trading/_change_login.html", accessor="login", verbose_name=_("Account"), card=1
    )
    kind = Word(CHANGE_LABELS, verbose_name=_("What"), card=2)
    told = Told(
        "trading/_change_told.html", accessor="kind", verbose_name=_("Before → after"), card=3
    )
    manager = tables.Templated(
        "trading/_change_who.html", accessor="manager_login", verbose_name=_("Who, from where")
    )
    seen_at = tables.When(verbose_name=_("Seen"), card=4)

    def url_of(self, record: Any) -> str:
        """Return the account's page."""
        return (
            reverse("trading:account-detail", args=[record.account_id]) if record.account_id else ""
        )


class ChangeList(TakenList):
    """Every change on the servers that did not come from here."""

    permission = SEE_CHANGES
    template_name = "trading/change_list.html"
    fragment_name = "trading/_change_list.html"
    table_class = ChangeTable
    filter_class = changes.ChangeFilter
    orders = changes.CHANGE_ORDERS
    file_name = "changes"
    file_heads = (
        _("Seen (UTC)"), _("Server"), _("Login"), _("Ticket"), _("What"), _("Before"), _("After"),
        _("Manager"), _("Address"),
    )  # fmt: skip

    def rows(self) -> Any:
        """Return the foreign changes in reach."""
        return changes.list_foreign_for(self.request.user)

    def additions(self, rows: Any) -> dict[str, Any]:
        """Return the words of the search field."""
        return {"search_words": _("Login")}

    def file_row(self, record: Any) -> Sequence[Any]:
        """Return a change in words; a person's data as far as the reader may see them."""
        told = changes.told_of(record, in_full=self.request.user.may(SEE_CONTACTS))
        who = (record.manager_login or "", record.address)
        what = _(CHANGE_LABELS[record.kind])
        where = (record.seen_at, record.server.code, record.login, record.ticket or "")
        return (*where, what, *told, *who)


class AlertTable(tables.Table):
    """Alerts, the latest first."""

    caption = _("Alerts")
    cards = True

    login = tables.Templated(
        "trading/_change_login.html", accessor="login", verbose_name=_("Account"), card=1
    )
    severity = tables.Badge("severity", verbose_name=_("Weight"), card=2)
    rule = Word(RULES, verbose_name=_("What"), card=3)
    count = tables.Figure(verbose_name=_("Times"))
    latest_at = tables.When(relative=True, verbose_name=_("Latest"), card=4)
    state = tables.Badge("alert", verbose_name=_("State"))

    def url_of(self, record: Any) -> str:
        """Return the alert's page."""
        return reverse("trading:alert-detail", args=[record.pk])


class AlertList(TakenList):
    """What a person has to look at."""

    permission = SEE_CHANGES
    template_name = "trading/alert_list.html"
    fragment_name = "trading/_alert_list.html"
    table_class = AlertTable
    filter_class = changes.AlertFilter
    orders = changes.ALERT_ORDERS
    file_name = "alerts"
    file_heads = (
        _("Latest (UTC)"), _("Server"), _("Login"), _("Weight"), _("What"), _("Times"), _("State"),
        _("Put off until (UTC)"), _("What it was"),
    )  # fmt: skip

    def rows(self) -> Any:
        """Return the alerts in reach."""
        return changes.list_alerts_for(self.request.user)

    def saved_views(self) -> Sequence[SavedView]:
        """Return the tabs."""
        return (
            SavedView("todo", _("To look at"), {"view": "todo"}),
            SavedView("seen", _("Seen"), {"state": AlertState.SEEN.value}),
            SavedView("snoozed", _("Put off"), {"view": "snoozed"}),
            SavedView("closed", _("Closed"), {"state": AlertState.CLOSED.value}),
            SavedView("all", _("All")),
        )

    def additions(self, rows: Any) -> dict[str, Any]:
        """Return the words of the search field."""
        return {"search_words": _("Login")}

    def file_row(self, record: Any) -> Sequence[Any]:
        """Return an alert in words."""
        state, weight = _(ALERT_LABELS[record.state]), record.severity
        where = (record.latest_at, record.server.code, record.login)
        end = (record.snoozed_until, record.reason)
        return (*where, weight, RULES[record.rule], record.count, state, *end)


class AlertCount(Panel):
    """How many alerts are new: the number beside the menu's word."""

    permission = SEE_CHANGES
    fragment_name = "trading/_alert_count.html"
    title = _("Alerts")

    def record(self) -> Any:
        """Return the number."""
        return changes.count_alerts_for(self.request.user)


class CloseForm(forms.Form):
    """What it was."""

    reason = forms.CharField(
        label=_("What it was"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )


HOURS = ((0, _("not put off")), (1, _("for an hour")), (4, _("for four hours")),
         (24, _("until tomorrow")), (72, _("for three days")), (168, _("for a week")))  # fmt: skip


class SeeForm(forms.Form):
    """For how long it stands in nobody's way."""

    hours = forms.TypedChoiceField(
        label=_("Put off"),
        coerce=int,
        choices=HOURS,
        widget=forms.Select(attrs={"class": "select"}),
    )


class AlertDetail(DetailPage):
    """One alert: the rule, the latest change, and its end."""

    permission = SEE_CHANGES
    template_name = "trading/alert_detail.html"

    def record(self, pk: int) -> Any:
        """Return it, or 404."""
        return changes.get_alert_for(self.request.user, pk)

    def context(self, record: Any) -> dict[str, Any]:
        """Return the change in words, and the form for who may close it."""
        return alert_context(self.request.user, record)


class AboutAlert(ActionPage):
    """A decision about an alert: refused, it is its page with the reason."""

    permission = CLOSE_ALERTS
    template_name = "trading/alert_detail.html"

    @property
    def whose(self) -> dict[str, Any]:
        """Return what every action is told; 404 before anything for an alert out of reach."""
        pk = changes.get_alert_for(self.request.user, self.kwargs["pk"]).pk
        return {"alert_id": pk, "now": self.now}

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render the whole page around the form; 404 for an alert out of reach."""
        record = changes.get_alert_for(self.request.user, self.kwargs["pk"])
        around = {"record": record, **alert_context(self.request.user, record)}
        return super().show(template_name, {**around, **context}, **extra)

    def goes_to(self) -> str:
        """Return the page of the alert."""
        return reverse("trading:alert-detail", args=[self.kwargs["pk"]])


class CloseAlert(AboutAlert):
    """Says what an alert was."""

    form_class = CloseForm
    done = _("Closed.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Close it."""
        alerting.close_alert(reason=data["reason"], actor=actor, **self.whose)


class SeeAlert(AboutAlert):
    """Says that an alert was seen, and puts it off."""

    form_class = SeeForm
    done = _("Seen.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Note it."""
        alerting.see_alert(for_hours=data["hours"], actor=actor, **self.whose)

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render the page with this form in its own place."""
        mine = {"see": context["form"], "form": CloseForm(label_suffix="")}
        return super().show(template_name, {**context, **mine}, **extra)


class ManagerList(StaffPage):
    """The manager accounts of every server with what each may do."""

    permission = SEE_CHANGES

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the page."""
        rows, watches = changes.list_managers_for(self.request.user)
        return self.show("trading/manager_list.html", {"rows": rows, "watches": watches})


def alert_context(user: Any, alert: Any) -> dict[str, Any]:
    """Return what the page of an alert shows beside it."""
    before, after = changes.told_of(alert.change, in_full=user.may(SEE_CONTACTS))
    name = _namer(alert.seen_by, alert.closed_by)
    return {
        "rule": RULES[alert.rule],
        "kind": _(CHANGE_LABELS[alert.change.kind]),
        "before": before,
        "after": after,
        "may_close": user.may(CLOSE_ALERTS) and alert.state != AlertState.CLOSED,
        "form": CloseForm(label_suffix=""),
        "see": SeeForm(label_suffix=""),
        "seen_by": name(alert.seen_by),
        "closed_by": name(alert.closed_by),
    }


def _namer(*actors: str) -> Callable[[str], str]:
    """Return what says who one of these is: staff by name, others as they are kept."""
    keys = {one: int(one[6:]) for one in actors if one.startswith("staff:")}
    names = people.names_of(set(keys.values()))
    return lambda actor: names.get(keys.get(actor, 0), actor)
