"""A client's transfers between places of their own: the rate shown first, then asked for."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions.transfers import requesting, returning
from accounts.portal.forms import CancelForm, TransferForm
from accounts.queries.own import transfers
from backoffice.core.errors import Later
from backoffice.ui.personal.shapes import ClientAction, ClientDetail
from crm.queries import known


class Move(ClientAction):
    """Moves money between one's own accounts and wallets; the same action that staff use."""

    template_name = "portal/accounts/transfer_new.html"
    done = gettext_lazy("Received. The amount is set aside.")

    def form(self, data: Any = None) -> TransferForm:
        """Return the form with one's own places."""
        self.client = known.get_client(self.client_id)
        self.places = transfers.places_of(self.client)
        return TransferForm(data, places=self.places.values())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Ask for it; between currencies only once the rate was shown."""
        form = self.form(self.request.POST)
        if not form.is_valid() or form.cleaned_data["seen_rate"] or self._is_one_currency(form):
            return super().post(request, **kwargs)
        try:
            rate = transfers.rate_between(self.client, *self._ends(form), now=self.now)
        except Later as silence:
            form.add_error(None, str(silence))
            return self._shown(form, status=422)
        data = {**self.request.POST.dict(), "seen_rate": f"{rate.rate:f}"}
        seen = TransferForm(data, places=self.places.values())
        target = self._ends(form)[1].currency
        arriving = rate.of(form.cleaned_data["amount"], target)
        shown = {"form": seen, "rate": data["seen_rate"], "arriving": arriving, "currency": target}
        return self.show(self.template_name, shown)

    def act(self, data: Mapping[str, Any]) -> None:
        """Ask for it."""
        source, target = self.places[data["source"]], self.places[data["target"]]
        request = requesting.Request(
            key=data["key"],
            client_id=self.client_id,
            source=requesting.Place(**transfers.place_of(source)),
            target=requesting.Place(**transfers.place_of(target)),
            amount=data["amount"],
            seen_rate=data["seen_rate"],
        )
        self.asked = requesting.request_transfer(
            request=request, actor=self.actor, origin=self.origin, now=self.now
        )

    def goes_to(self) -> str:
        """Return its page."""
        return reverse("portal:transfer", args=[self.asked.pk])

    def _ends(self, form: TransferForm) -> tuple[Any, Any]:
        data = form.cleaned_data
        return self.places[data["source"]], self.places[data["target"]]

    def _is_one_currency(self, form: TransferForm) -> bool:
        source, target = self._ends(form)
        return bool(source.currency == target.currency)


class OwnTransfer(ClientDetail):
    """One transfer: where it stands."""

    template_name = "portal/accounts/transfer.html"

    def context(self, pk: int) -> dict[str, Any]:
        """Return it, or 404."""
        return {"own": transfers.get_transfer_of(self.client_id, pk)}


class CancelTransfer(ClientAction):
    """Takes a transfer back that nobody decided yet; refused, it is its page with the reason."""

    template_name = "portal/accounts/transfer.html"
    done = gettext_lazy("Cancelled. The amount is free again.")

    def form(self, data: Any = None) -> CancelForm:
        """Return a form without a field."""
        return CancelForm(data)

    def around(self) -> dict[str, Any]:
        """Return the transfer, or 404."""
        return {"own": transfers.get_transfer_of(self.client_id, self.kwargs["pk"])}

    def act(self, data: Mapping[str, Any]) -> None:
        """Take it back; 404 before that for what is not one's own."""
        self.around()
        returning.cancel_transfer(
            transfer_id=self.kwargs["pk"],
            reason=_("Cancelled by the client"),
            actor=self.actor,
            now=self.now,
        )

    def goes_to(self) -> str:
        """Return its page."""
        return reverse("portal:transfer", args=[self.kwargs["pk"]])
