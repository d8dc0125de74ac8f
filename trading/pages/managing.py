"""Managing one account in MetaTrader, and opening a new one for a client."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.core.errors import Conflict, Later, Rejected
from backoffice.ui.shapes import StaffPage
from crm.queries import known
from trading.actions.ordering import asking, carrying, opening
from trading.permissions import OPEN_ACCOUNTS, VIEW_ACCOUNTS
from trading.queries import trading_accounts
from trading.queries.ordering import commands, danger, foresight
from trading.states import ACCOUNT_VERB_LABELS, AccountVerb

SHUT = {
    AccountVerb.ENABLE: lambda account: account.enabled,
    AccountVerb.DISABLE: lambda account: not account.enabled,
    AccountVerb.FORBID: lambda account: account.read_only,
    AccountVerb.ALLOW: lambda account: not account.read_only,
}


class ActForm(forms.Form):
    """One act: its value where it has one, and why. `key` makes the form ask once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    verb = forms.ChoiceField(
        choices=[(verb.value, verb.value) for verb in AccountVerb if verb != AccountVerb.OPEN],
        widget=forms.HiddenInput,
    )
    value = forms.CharField(max_length=32, required=False)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )


class OpenForm(forms.Form):
    """A type of the catalogue, a leverage, and why."""

    key = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )

    def __init__(self, kinds: list[Any], data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        offers = [
            (f"{kind.pk}:{leverage}", f"{kind} · 1:{leverage} · {kind.group.server.name}")
            for kind in kinds
            for leverage in kind.leverages
        ]
        self.fields["account_type"] = forms.ChoiceField(
            label=_("Account type"),
            choices=offers,
            widget=forms.Select(attrs={"class": "select"}),
        )
        self.order_fields(["key", "account_type", "reason"])


class Manage(StaffPage):
    """What can be done to an account in MetaTrader, each with its danger said before."""

    permission = VIEW_ACCOUNTS
    needs_step_up = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the acts."""
        account = trading_accounts.get_account_for(self.request.user, pk)
        return self.show("trading/account_manage.html", self.around(account))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for one act, and carry it out at once where nobody else has to agree."""
        account = trading_accounts.get_account_for(self.request.user, pk)
        form = ActForm(request.POST)
        if not form.is_valid():
            return self.refused(account, _("Say why."), is_of_reason="reason" in form.errors)
        try:
            return shown(self, asked(self, account, form.cleaned_data))
        except (Rejected, Conflict, Later) as reason:
            return self.refused(account, str(reason))

    def refused(self, account: Any, error: str, *, is_of_reason: bool = False) -> HttpResponse:
        """Show the page again: the act open, with what was typed and why it was refused."""
        context, given = self.around(account), self.request.POST
        tried = {name: given.get(name, "") for name in ("value", "reason")}
        tried |= {"wrong" if is_of_reason else "error": error}
        for act in context["acts"]:
            act["tried"] = tried if act["verb"] == given.get("verb") else None
        has_tried = any(act["tried"] for act in context["acts"])
        context |= {"error": error, "has_tried": has_tried}
        return self.show("trading/account_manage.html", context, status=422)

    def around(self, account: Any) -> dict[str, Any]:
        """Return header, acts and the latest requests."""
        latest = commands.list_commands_of(self.request.user, account.pk)[:8]
        ahead = foresight.Foresight(account)
        return {
            "record": account,
            "ahead": ahead,
            "outlook": ahead.now(),
            "client": account.client,
            "acts": acts(self.request.user, account),
            "latest": list(latest),
            "leverages": ahead.at_leverages(commands.leverages_of(account)),
            "groups": ahead.in_groups(commands.groups_to_move_to(account)),
        }


class OpenAccount(StaffPage):
    """Opens an account for a client; its passwords are shown once, on the answer."""

    permission = OPEN_ACCOUNTS
    needs_step_up = True

    def get(self, request: HttpRequest, client_id: int) -> HttpResponse:
        """Show the form."""
        client, form = self.parts(client_id)
        return self.show("trading/account_open.html", {"client": client, "form": form})

    def post(self, request: HttpRequest, client_id: int) -> HttpResponse:
        """Open it, or say why not."""
        client, form = self.parts(client_id, request.POST)
        if form.is_valid():
            try:
                return shown(self, opened(self, client, form.cleaned_data))
            except (Rejected, Conflict, Later) as reason:
                form.add_error(None, str(reason))
        context = {"client": client, "form": form}
        return self.show("trading/account_open.html", context, status=422)

    def parts(self, client_id: int, data: Any = None) -> tuple[Any, OpenForm]:
        """Return the client in reach, or 404, and the form with what is on offer for them."""
        if not known.is_in_reach(self.request.user, OPEN_ACCOUNTS, client_id):
            raise Http404
        client: Any = known.get_client(client_id)
        return client, OpenForm(commands.types_on_offer(client.legal_entity_id), data)


def asked(page: StaffPage, account: Any, data: Mapping[str, Any]) -> carrying.Carried:
    """Ask for the act, and carry it out if it waits for nobody."""
    wish = asking.Wish(
        key=data["key"],
        verb=AccountVerb(data["verb"]),
        value=data["value"],
        reason=data["reason"],
    )
    actor = page.request.user.actor
    command = asking.ask(
        wish=wish, account_id=account.pk, actor=actor, origin=page.origin, now=page.now
    )
    return carrying.carry(command_id=command.pk, actor=actor, now=page.now)


def opened(page: StaffPage, client: Any, data: Mapping[str, Any]) -> carrying.Carried:
    """Ask for the account and open it."""
    kind, _colon, leverage = data["account_type"].partition(":")
    wish = opening.NewAccountWish(
        key=data["key"],
        account_type_id=int(kind),
        leverage=int(leverage),
        reason=data["reason"],
    )
    told: dict[str, Any] = {"actor": page.request.user.actor, "now": page.now}
    command = opening.ask_for_account(wish=wish, client_id=client.pk, **told)
    return carrying.carry(command_id=command.pk, **told)


def shown(page: StaffPage, carried: carrying.Carried) -> HttpResponse:
    """Return the request's page; where new passwords are in force, those, this once."""
    made = carried.secrets
    if not (made.main or made.investor):
        return redirect("trading:command-detail", pk=carried.command.pk)
    context = {"record": carried.command, "secrets": made}
    response = page.show("trading/command_secrets.html", context)
    response["Cache-Control"] = "no-store"
    return response


def may_manage(user: Any) -> bool:
    """Say whether this person may change anything at all on an account that is there."""
    rights = {right for verb, right in asking.RIGHTS.items() if verb is not AccountVerb.OPEN}
    return any(user.may(right) for right in rights)


def acts(user: Any, account: Any) -> list[dict[str, Any]]:
    """Return the acts that this person may ask for on the account, each with its danger."""
    picture, found = danger.picture_of(account), []
    for verb, permission in asking.RIGHTS.items():
        is_shut = SHUT.get(verb, lambda account: False)(account)
        if verb is AccountVerb.OPEN or is_shut or not user.may(permission):
            continue
        value = account.leverage + 1 if verb is AccountVerb.LEVERAGE else ""
        why = danger.danger_of(verb, value, picture)
        found.append({"verb": verb, "label": ACCOUNT_VERB_LABELS[verb], "why": why, "key": uuid4()})
    return found
