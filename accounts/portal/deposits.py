"""A client's deposits: begun, paid at the provider's page or by wire, stopped."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions.deposits import starting
from accounts.portal.forms import CancelForm, DepositForm
from accounts.portal.offers import offer_for
from accounts.queries.own import payments
from accounts.states import Direction
from backoffice.ui.personal.shapes import ClientAction, ClientDetail


class PayIn(ClientAction):
    """Begins a deposit to an account of one's own."""

    template_name = "portal/accounts/deposit_new.html"

    def form(self, data: Any = None) -> DepositForm:
        """Return the form with one's own accounts and what is offered for them."""
        self.offer = offer_for(self.client_id, Direction.IN)
        return DepositForm(data, accounts=self.offer.accounts, methods=self.offer.methods)

    def around(self) -> dict[str, Any]:
        """Return the ways that are shut, and why."""
        return {"shut": self.offer.shut}

    def act(self, data: Mapping[str, Any]) -> None:
        """Begin it."""
        request = starting.Request(
            key=data["key"],
            account_id=int(data["account_id"]),
            amount=data["amount"],
            method_id=int(data["method_id"]),
        )
        self.begun = starting.start_deposit(
            request=request, actor=self.actor, origin=self.origin, now=self.now
        )

    def goes_to(self) -> str:
        """Return the page where it is paid."""
        return reverse("portal:deposit", args=[self.begun.pk])


class OwnDeposit(ClientDetail):
    """One deposit: where it stands, where to pay."""

    template_name = "portal/accounts/deposit.html"

    def context(self, pk: int) -> dict[str, Any]:
        """Return it, or 404."""
        return {"own": payments.get_deposit_of(self.client_id, pk)}


class StopDeposit(ClientAction):
    """Stops a deposit of one's own."""

    template_name = "portal/accounts/deposit.html"
    done = gettext_lazy("Stopped.")

    def form(self, data: Any = None) -> CancelForm:
        """Return a form without a field."""
        return CancelForm(data)

    def around(self) -> dict[str, Any]:
        """Return the deposit, or 404."""
        return {"own": payments.get_deposit_of(self.client_id, self.kwargs["pk"])}

    def act(self, data: Mapping[str, Any]) -> None:
        """Stop it."""
        self.around()
        starting.cancel_deposit(
            deposit_id=self.kwargs["pk"],
            reason=_("Stopped by the client"),
            actor=self.actor,
            now=self.now,
        )

    def goes_to(self) -> str:
        """Return its page."""
        return reverse("portal:deposit", args=[self.kwargs["pk"]])
