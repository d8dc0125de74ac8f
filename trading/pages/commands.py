"""Requests about accounts: the list, one of them, and the second person's decision."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.approvals.queries import told as requests
from backoffice.core.actors import Actor
from backoffice.identity.queries import people
from backoffice.ui import marks, tables
from backoffice.ui.filters import SavedView
from backoffice.ui.shapes import ActionPage, DetailPage, Panel
from trading.actions.ordering import approving, carrying
from trading.pages.taking import TakenList
from trading.permissions import CONFIRM_ACCOUNTS, VIEW_ACCOUNTS
from trading.queries.ordering import commands
from trading.states import ACCOUNT_VERB_LABELS


class What(tables.Column):
    """The act in words, with its value."""

    def draw(self, value: Any, record: Any, table: tables.Table) -> Any:
        """Draw it."""
        told = commands.picture_asked_on(record)["value"]
        return f"{_(ACCOUNT_VERB_LABELS[value])} {told}".strip()


class CommandTable(tables.Table):
    """Requests about accounts, the newest first."""

    caption = _("Account requests")
    cards = True

    number = tables.Column(accessor="pk", verbose_name="#", css="figure muted")
    account = tables.Templated(
        "trading/_command_account.html", accessor="login", verbose_name=_("Account"), card=1
    )
    verb = What(verbose_name=_("What"), card=3)
    state = tables.Badge("account_command", verbose_name=_("State"), card=2)
    requested_at = tables.When(relative=True, verbose_name=_("Asked"), card=4)
    answer = tables.Column(verbose_name=_("Answer"), css="wide")

    def url_of(self, record: Any) -> str:
        """Return the request's page."""
        return reverse("trading:command-detail", args=[record.pk])


class CommandList(TakenList):
    """What was asked for about accounts, and what became of it."""

    permission = VIEW_ACCOUNTS
    template_name = "trading/command_list.html"
    fragment_name = "trading/_command_list.html"
    table_class = CommandTable
    filter_class = commands.CommandFilter
    orders = commands.ORDERS
    file_name = "account-requests"
    file_heads = (
        "#", _("Asked (UTC)"), _("Server"), _("Login"), _("What"), _("State"), _("Asked by"),
        _("Answer"),
    )  # fmt: skip

    def rows(self) -> Any:
        """Return the requests in reach."""
        return commands.list_commands_for(self.request.user)

    def saved_views(self) -> Sequence[SavedView]:
        """Return the tabs; what waits for the reader only for who can decide."""
        todo = SavedView("todo", _("Waits for me"), {"view": "todo"})
        rest = (
            SavedView("open", _("Open"), {"view": "open"}),
            SavedView("confirming", _("Being confirmed"), {"view": "confirming"}),
            SavedView("all", _("All")),
        )
        return (todo, *rest) if self.request.user.may(CONFIRM_ACCOUNTS) else rest

    def additions(self, rows: Any) -> dict[str, Any]:
        """Return the words of the search field."""
        return {"search_words": _("Login, #request")}

    def file_row(self, record: Any) -> Sequence[Any]:
        """Return a request in words."""
        told = commands.picture_asked_on(record)["value"]
        what = f"{_(ACCOUNT_VERB_LABELS[record.verb])} {told}".strip()
        where = (record.pk, record.requested_at, record.server.code, record.login or "")
        return (*where, what, record.get_state_display(), record.requested_by, record.answer)


class CommandCount(Panel):
    """How many requests wait for the reader's decision: the number beside the menu's word."""

    permission = VIEW_ACCOUNTS
    fragment_name = "trading/_command_count.html"
    title = _("Account requests")

    def record(self) -> Any:
        """Return the number."""
        return commands.count_waiting_for(self.request.user)


class CommandDetail(DetailPage):
    """One request: what exactly, on which picture, who, and what MetaTrader said."""

    permission = VIEW_ACCOUNTS
    template_name = "trading/command_detail.html"

    def record(self, pk: int) -> Any:
        """Return it, or 404."""
        return commands.get_command_for(self.request.user, pk)

    def context(self, record: Any) -> dict[str, Any]:
        """Return the picture, the people's names, and which decisions are open."""
        return command_context(self.request.user, record)


class DeclineForm(forms.Form):
    """Why not."""

    note = forms.CharField(
        label=_("Why not"), max_length=300, widget=forms.TextInput(attrs={"class": "input"})
    )


class ConfirmForm(forms.Form):
    """Yes, to exactly what the page showed."""

    fingerprint = forms.CharField(max_length=64, widget=forms.HiddenInput)
    facts = forms.CharField(max_length=2000, widget=forms.HiddenInput)


class CancelForm(forms.Form):
    """Nothing has to be said."""


class Decision(ActionPage):
    """A decision about a request: refused, it is its page with the reason."""

    template_name = "trading/command_detail.html"

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render the whole page around the form; 404 for a request out of reach."""
        record = commands.get_command_for(self.request.user, self.kwargs["pk"])
        around = {"record": record, **command_context(self.request.user, record)}
        if self.form_class is DeclineForm:
            around["decline"] = context["form"]
        return super().show(template_name, {**around, **context}, **extra)

    def goes_to(self) -> str:
        """Return the page of the request."""
        return reverse("trading:command-detail", args=[self.kwargs["pk"]])

    @property
    def whose(self) -> dict[str, Any]:
        """Return what every action is told; 404 before anything for a request out of reach."""
        commands.get_command_for(self.request.user, self.kwargs["pk"])
        return {"command_id": self.kwargs["pk"], "now": self.now}


class ConfirmCommand(Decision):
    """The second person's yes; MetaTrader is told at once."""

    permission = CONFIRM_ACCOUNTS
    needs_step_up = True
    form_class = ConfirmForm

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Confirm it and carry it out."""
        seen = {"fingerprint": data["fingerprint"], "facts": data["facts"]}
        approving.confirm(actor=actor, origin=self.origin, **seen, **self.whose)
        carrying.carry(actor=actor, **self.whose)


class DeclineCommand(Decision):
    """The second person's no."""

    permission = CONFIRM_ACCOUNTS
    form_class = DeclineForm
    done = _("Declined.")

    def form(self, data: Any = None) -> DeclineForm:
        """Return the form, empty or with what was sent."""
        return DeclineForm(data, label_suffix="")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Decline it."""
        approving.decline(note=data["note"], actor=actor, origin=self.origin, **self.whose)


class CancelCommand(Decision):
    """Taken back by who asked."""

    permission = VIEW_ACCOUNTS
    form_class = CancelForm
    done = _("Taken back.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Take it back."""
        approving.cancel(actor=actor, **self.whose)


def command_context(user: Any, command: Any) -> dict[str, Any]:
    """Return what the page of a request shows beside it."""
    told = requests.told_of(command.approval_id)
    return {
        "on": commands.picture_asked_on(command),
        "asked_by": _name_of(command.requested_by),
        "seats": told.seats,
        "closes_at": told.deadline_at,
        "facts": approving.facts_now(command) if command.state == "WAITING" else "",
        "review": told.review,
        "is_mine": command.requested_by == str(user.actor),
        "may_confirm": user.may(CONFIRM_ACCOUNTS),
        "decline": DeclineForm(label_suffix=""),
        "what": marks.badge("account_command", command.state),
    }


def _name_of(asked_by: str) -> str:
    """Return the name of a member of staff; any other actor is called as it is."""
    if not asked_by.startswith("staff:"):
        return asked_by
    return people.names_of({int(asked_by[6:])}).get(int(asked_by[6:]), asked_by)
