"""Whose one account is: given by hand, taken away with a reason; and the result of a bulk act."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Rejected
from backoffice.ui.shapes import ActionPage, DetailPage, StaffPage
from crm.permissions import SEE_CLIENTS
from crm.queries import clients, known
from trading.actions import trading_accounts
from trading.actions.ownership import binding
from trading.permissions import BIND_ACCOUNTS
from trading.queries import unbound
from trading.queries.ownership import batches, suggestions

FOUND_AT_MOST = 12


def line(label: Any, **extra: Any) -> forms.CharField:
    """Return a field of one line under our own classes."""
    widget = forms.TextInput(attrs={"class": "input", "autocomplete": "off"})
    return forms.CharField(label=label, max_length=300, widget=widget, **extra)


class GiveForm(forms.Form):
    """To whom, and why."""

    client = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    reason = line(gettext_lazy("Why"))


class TakeForm(forms.Form):
    """Why it is taken away."""

    reason = line(gettext_lazy("Why it is taken away"))


class AccountOwner(DetailPage):
    """Whose is this account? Its client, or whom it looks like, and a search among clients."""

    permission = BIND_ACCOUNTS
    template_name = "trading/account_owner.html"
    fragment_name = "trading/_owner_found.html"

    def record(self, pk: int) -> Any:
        """Return the account, or 404 when it is not this person's to give."""
        return unbound.get_account_to_give(self.request.user, pk)

    def context(self, record: Any) -> dict[str, Any]:
        """Return what speaks for whom, and who was searched for."""
        return owner_context(self.request, record)


class OwnerAct(ActionPage):
    """An act on the owner: refused, it is the page of the account with the reason."""

    permission = BIND_ACCOUNTS
    template_name = "trading/account_owner.html"

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render the whole page around the form; 404 for an account out of reach."""
        record = unbound.get_account_to_give(self.request.user, self.kwargs["pk"])
        around = {"record": record, **owner_context(self.request, record)}
        return super().show(template_name, {**around, **context}, **extra)

    def goes_to(self) -> str:
        """Return the page of the account's owner."""
        return reverse("trading:account-owner", args=[self.kwargs["pk"]])


class BindAccount(OwnerAct):
    """Gives one account to a client."""

    form_class = GiveForm
    done = gettext_lazy("Given to the client.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Give it."""
        pk, client_id = self.kwargs["pk"], data["client"]
        trading_accounts.bind_account(
            account_id=pk, client_id=client_id, reason=data["reason"], actor=actor, now=self.now
        )


class UnbindAccount(OwnerAct):
    """Takes one account from its client."""

    form_class = TakeForm
    done = gettext_lazy("Taken away. It belongs to nobody now.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Take it."""
        trading_accounts.unbind_account(
            account_id=self.kwargs["pk"], reason=data["reason"], actor=actor, now=self.now
        )


class BindingDetail(DetailPage):
    """What a bulk act did, row by row, and its undo while the five minutes run."""

    permission = BIND_ACCOUNTS
    template_name = "trading/binding_detail.html"

    def record(self, pk: int) -> Any:
        """Return the batch with its lines, or 404."""
        return batches.get_batch_for(self.request.user, pk, now=self.now)


class UndoBinding(StaffPage):
    """Takes a bulk act back."""

    permission = BIND_ACCOUNTS

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Undo it, or say why that is not possible any more."""
        batches.get_batch_for(self.request.user, pk, now=self.now)
        try:
            binding.undo_batch(batch_id=pk, actor=self.request.user.actor, now=self.now)
        except (Rejected, Conflict) as reason:
            messages.warning(request, str(reason))
        else:
            messages.info(request, _("Undone. What was changed since is left as it is."))
        return redirect("trading:binding-detail", pk=pk)


def owner_context(request: Any, account: Any) -> dict[str, Any]:
    """Return the account's client if the reader may see them, or whom it looks like."""
    user, text = request.user, request.GET.get("q", "")[:100]
    if account.client_id is not None:
        seen = known.is_in_reach(user, SEE_CLIENTS, account.client_id)
        return {"client": account.client if seen else None, "form": TakeForm(label_suffix="")}
    return {
        "offers": suggestions.suggestions_for(user, [account])[account.pk],
        "found": _found(user, text, request.POST.get("client", "")),
        "text": text,
        "form": GiveForm(label_suffix=""),
    }


def _found(user: Any, text: str, picked: str) -> list[Any]:
    """Return the clients who match, and whoever was picked in a form that came back."""
    rows = clients.list_clients_for(user).order_by("full_name", "id")
    if picked.isascii() and picked.isdecimal() and len(picked) <= clients.LONGEST_NUMBER:
        return list(rows.filter(pk=int(picked)))
    if not text.strip():
        return []
    found = clients.search(rows, text, by_contacts=clients.sees_contacts(user))
    return list(found[:FOUND_AT_MOST])
