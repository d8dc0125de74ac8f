"""A client's money: the block of their page, and the form that asks for a withdrawal."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actions import withdrawals
from accounts.pages.forms import WithdrawalForm
from accounts.permissions import (
    REQUEST_TRANSFER,
    REQUEST_WITHDRAWAL,
    SEE_PAYMENTS,
    START_DEPOSIT,
)
from accounts.queries import deposits, payments
from accounts.queries.adjusting import rows as adjustments
from accounts.queries.disputes import rows as disputes
from accounts.queries.payment_methods import list_methods_on_offer
from accounts.queries.transfers import moved, places
from accounts.queries.transfers import rows as transfers
from accounts.states import Direction, StatedReason
from backoffice.core.actors import Actor
from backoffice.core.money import rounded
from backoffice.ui import figures
from backoffice.ui.shapes import ActionPage, Panel
from crm.queries import known
from trading.queries import trading_accounts

LATEST = 8
AS_TYPED = (
    "key", "amount", "requisite", "holder", "stated_text", "note", "loop_reason", "from_wallet",
)  # fmt: skip


class PanelForClient(Panel):
    """Open and latest requests of one client, and what came and went: a block of their page."""

    permission = SEE_PAYMENTS
    fragment_name = "accounts/_panel_payments.html"
    styles = ("css/pages/payments.css",)
    title = _("Money")

    def record(self, client_id: int) -> Any:
        """Return the client, or 404 when absent or out of reach."""
        return client_for(self.request.user, SEE_PAYMENTS, client_id)

    def context(self, record: Any) -> dict[str, Any]:
        """Return the latest requests, the sums, and whether one may ask for more."""
        user = self.request.user
        rows = payments.list_payments_of_client_for(user, record.pk)
        return {
            "payments": list(rows[:LATEST]),
            "deposits": list(deposits.list_deposits_of_client_for(user, record.pk)[:LATEST]),
            "adjustments": list(
                adjustments.list_adjustments_of_client_for(user, record.pk)[:LATEST]
            ),
            "disputes": list(disputes.list_open_of_client_for(user, record.pk)[:LATEST]),
            **_between_places(user, record.pk),
            "may_deposit": known.is_in_reach(user, START_DEPOSIT, record.pk),
            "moved": moved.moved_of(record.pk),
            "may_ask": known.is_in_reach(user, REQUEST_WITHDRAWAL, record.pk),
        }


def _between_places(user: Any, client_id: int) -> dict[str, Any]:
    """Return the wallets, the latest transfers, and whether one may ask for more."""
    return {
        "transfers": list(transfers.list_transfers_of_client_for(user, client_id)[:LATEST]),
        "wallets": places.wallets_of(client_id),
        "may_transfer": known.is_in_reach(user, REQUEST_TRANSFER, client_id),
    }


class RequestWithdrawal(ActionPage):
    """Asks for a withdrawal for a client; the money is on hold at once."""

    permission = REQUEST_WITHDRAWAL
    template_name = "accounts/withdrawal_request.html"
    done = _("Requested. The money is on hold until it is decided.")

    def form(self, data: Any = None) -> WithdrawalForm:
        """Return the form with this client's accounts and the methods of their entity."""
        client = client_for(self.request.user, REQUEST_WITHDRAWAL, self.kwargs["client_id"])
        rows = trading_accounts.list_accounts_of_client_for(self.request.user, client.pk)
        held = {one.currency for one in rows}
        offer = list_methods_on_offer(client.legal_entity_id, direction=Direction.OUT)
        return WithdrawalForm(
            data,
            accounts=[(one.pk, _told(one)) for one in rows],
            methods=[
                (one.pk, f"{one.name} · {one.currency}") for one in offer if one.currency in held
            ],
            holder=client.full_name,
        )

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Ask for it."""
        request = withdrawals.Request(
            account_id=int(data["account_id"]),
            method_id=int(data["method_id"]),
            stated_reason=StatedReason(data["stated_reason"]),
            **{name: data[name] for name in AS_TYPED},
        )
        withdrawals.request_withdrawal(
            request=request, actor=actor, origin=self.origin, now=self.now
        )

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render with the client's name on top."""
        client = client_for(self.request.user, REQUEST_WITHDRAWAL, self.kwargs["client_id"])
        return super().show(template_name, {"client": client, **context}, **extra)

    def goes_to(self) -> str:
        """Return the client's page."""
        return reverse("crm:client-detail", args=[self.kwargs["client_id"]])


def client_for(user: Any, permission: object, client_id: int) -> Any:
    """Return a client whom the permission reaches, or raise Http404."""
    if not known.is_in_reach(user, permission, client_id):
        raise Http404
    return known.get_client(client_id)


def _told(account: Any) -> str:
    balance = figures.amount(rounded(account.balance, account.currency), account.currency)
    return f"{account.login} · {account.server.name} · {balance} {account.currency}"
