"""A new deposit for a client: staff give them the address of the provider's page."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actions.deposits import starting
from accounts.pages.clients import client_for
from accounts.pages.deposits.forms import StartForm
from accounts.permissions import START_DEPOSIT
from accounts.queries.payment_methods import list_methods_on_offer
from accounts.states import Direction
from backoffice.core.actors import Actor
from backoffice.ui.shapes import ActionPage
from trading.queries import trading_accounts


class StartDeposit(ActionPage):
    """Begins a deposit for a client; the provider's page is on the deposit's own page."""

    permission = START_DEPOSIT
    template_name = "accounts/deposit_start.html"
    done = _("Begun. Give the client what stands here to pay.")

    def form(self, data: Any = None) -> StartForm:
        """Return the form with this client's accounts and the methods of their entity."""
        client = client_for(self.request.user, START_DEPOSIT, self.kwargs["client_id"])
        rows = trading_accounts.list_accounts_of_client_for(self.request.user, client.pk)
        held = {one.currency for one in rows}
        offer = list_methods_on_offer(client.legal_entity_id, direction=Direction.IN)
        methods = [one for one in offer if one.provider and one.currency in held]
        return StartForm(
            data,
            accounts=[
                (one.pk, f"{one.login} · {one.server.name} · {one.currency}") for one in rows
            ],
            methods=[(one.pk, f"{one.name} · {one.currency}") for one in methods],
        )

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Begin it."""
        request = starting.Request(
            key=data["key"],
            account_id=int(data["account_id"]),
            amount=data["amount"],
            method_id=int(data["method_id"]),
            into_wallet=data["into_wallet"],
        )
        self.begun = starting.start_deposit(
            request=request, actor=actor, origin=self.origin, now=self.now
        )

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render with the client's name on top."""
        client = client_for(self.request.user, START_DEPOSIT, self.kwargs["client_id"])
        return super().show(template_name, {"client": client, **context}, **extra)

    def goes_to(self) -> str:
        """Return the page of what was begun."""
        return reverse("accounts:deposit-detail", args=[self.begun.pk])
