"""A new transfer for a client: between their own places, the rate shown first, or to another."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions.transfers import requesting, to_another
from accounts.actions.transfers.requesting import Place
from accounts.pages.clients import client_for
from accounts.pages.transfers.forms import GiftForm, StartForm
from accounts.permissions import REQUEST_TRANSFER
from accounts.queries.transfers import places, rates
from accounts.queries.transfers.places import PlaceView
from backoffice.core.actors import Actor
from backoffice.core.errors import Later
from backoffice.core.money import rounded
from backoffice.ui import figures
from backoffice.ui.shapes import ActionPage


class NewTransfer(ActionPage):
    """What both forms share: whose money, and where it lies."""

    permission = REQUEST_TRANSFER
    client: Any
    asked: Any

    def places(self) -> tuple[list[PlaceView], list[PlaceView]]:
        """Return from where and to where the money may go."""
        self.client = client_for(self.request.user, REQUEST_TRANSFER, self.kwargs["client_id"])
        return places.list_places_for(self.request.user, self.client.pk)

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render with the client's name on top."""
        return super().show(template_name, {"client": self.client, **context}, **extra)

    def goes_to(self) -> str:
        """Return the page of what was asked for."""
        return reverse("accounts:transfer-detail", args=[self.asked.pk])

    @property
    def whose(self) -> dict[str, Any]:
        """Return what both actions are told beside the request."""
        actor = self.request.user.actor
        return {"actor": actor, "origin": self.origin, "now": self.now}


class StartTransfer(NewTransfer):
    """Asks for a transfer between a client's own places; a conversion is shown first."""

    template_name = "accounts/transfer_start.html"
    done = gettext_lazy("Asked for. It is carried out by itself.")

    def form(self, data: Any = None) -> StartForm:
        """Return the form with this client's accounts and wallets."""
        self.sources, self.targets = self.places()
        return StartForm(
            data,
            sources=[(one.value, told(one)) for one in self.sources],
            targets=[(one.value, told(one)) for one in self.targets],
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Ask for it; between two currencies show the rate first, and again when it moved."""
        form = self.form(request.POST)
        if not form.is_valid():
            return super().post(request, **kwargs)
        ends = (self._of(self.sources, form, "source"), self._of(self.targets, form, "target"))
        if ends[0].currency == ends[1].currency or form.cleaned_data["seen_rate"]:
            return super().post(request, **kwargs)
        return self._shown(form, *ends)

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Ask for it."""
        request = requesting.Request(
            key=data["key"],
            client_id=self.client.pk,
            source=place_of(data["source"]),
            target=place_of(data["target"]),
            amount=data["amount"],
            seen_rate=data["seen_rate"],
            note=data["note"],
        )
        self.asked = requesting.request_transfer(request=request, **self.whose)

    def _of(self, found: list[PlaceView], form: StartForm, name: str) -> PlaceView:
        return next(one for one in found if one.value == form.cleaned_data[name])

    def _shown(self, form: StartForm, source: PlaceView, target: PlaceView) -> HttpResponse:
        """Show what the amount would become; nothing is asked for yet."""
        try:
            quote = rates.quote_now(
                self.client.legal_entity_id, source, target, form.cleaned_data["amount"], self.now
            )
        except Later as reason:
            form.add_error(None, str(reason))
            return self.show(self.template_name, {"form": form}, status=422)
        form.tell_rate(f"{quote.rate.rate:f}")
        return self.show(self.template_name, {"form": form, "quote": quote})

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render; what was refused is not bound to the rate that it showed."""
        if "quote" not in context:
            context["form"].tell_rate("")
        return super().show(template_name, context, **extra)


class GiveTransfer(NewTransfer):
    """Asks for a transfer to another client; others decide, and nobody's name is shown."""

    template_name = "accounts/transfer_give.html"
    done = gettext_lazy("Asked for. The money is on hold until it is decided.")

    def form(self, data: Any = None) -> GiftForm:
        """Return the form with where this client's money lies."""
        sources, _targets = self.places()
        return GiftForm(data, sources=[(one.value, told(one)) for one in sources])

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Ask for it."""
        gift = to_another.Gift(
            key=data["key"],
            client_id=self.client.pk,
            source=place_of(data["source"]),
            login=data["login"],
            email=data["email"],
            amount=data["amount"],
            note=data["note"],
        )
        self.asked = to_another.request_gift(gift=gift, **self.whose)


def place_of(value: str) -> Place:
    """Return the place that a form names: `account:12` or `wallet:USD`."""
    kind, _sign, key = value.partition(":")
    return Place(account_id=int(key)) if kind == "account" else Place(wallet=key)


def told(one: PlaceView) -> str:
    """Return a place as the form's list says it."""
    balance = figures.amount(rounded(one.balance, one.currency), one.currency)
    if one.login is None:
        return _("Wallet") + f" · {balance} {one.currency}"
    return f"{one.login} · {one.server} · {balance} {one.currency}"
