"""Payments: what stands where; asking for a withdrawal, taking it back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from accounts.actions import withdrawals
from accounts.actions.withdrawals import FiguresUnknown
from accounts.api.serializers import (
    CancellationTaken,
    MethodsNarrowed,
    PaymentMethodsShown,
    PaymentShown,
    PaymentsNarrowed,
    WithdrawalTaken,
)
from accounts.permissions import REQUEST_WITHDRAWAL, SEE_PAYMENT_METHODS, SEE_PAYMENTS
from accounts.queries import payments
from accounts.queries.payment_methods import list_methods_on_offer
from accounts.queries.ways.in_force import told_of_many
from accounts.states import Direction, StatedReason
from backoffice.core.errors import Later
from backoffice.ui.rest.doors import ActDoor, ListDoor, ReadDoor
from crm.queries import known
from trading.queries import trading_accounts


class ListPayments(ListDoor):
    """Payments in reach, perhaps of one client or account or in one state, the newest first."""

    permission = SEE_PAYMENTS
    shows = PaymentShown
    narrows = PaymentsNarrowed
    order = ("-id",)

    def rows(self, narrowed: Mapping[str, Any]) -> Any:
        """Return them."""
        return payments.narrow(payments.list_payments_for(self.user), **narrowed)


class ReadPayment(ReadDoor):
    """One payment, and where it stands."""

    permission = SEE_PAYMENTS
    shows = PaymentShown

    def read(self, pk: int) -> Any:
        """Return it, or 404."""
        return payments.get_payment_for(self.user, pk)


class PaymentMethods(ReadDoor):
    """The ways by which a client's money can leave, or with `direction=in` come."""

    permission = SEE_PAYMENT_METHODS
    shows = PaymentMethodsShown

    def read(self, client_id: int) -> Any:
        """Return what their legal entity offers; 404 where they are out of reach."""
        client = known.get_client(client_id)
        if client is None or not known.is_in_reach(self.user, SEE_PAYMENT_METHODS, client_id):
            raise Http404
        asked = self.taken(self.request.query_params.dict(), MethodsNarrowed)
        way = Direction(asked["direction"])
        offer = list_methods_on_offer(client.legal_entity_id, direction=way)
        takes = [one for one in offer if one.provider or way is Direction.OUT]
        return {"items": told_of_many(takes, client.country, way)}


class RequestWithdrawal(ActDoor):
    """Asks for a withdrawal: the money is on hold at once, and people of the broker decide."""

    permission = REQUEST_WITHDRAWAL
    takes = WithdrawalTaken
    shows = PaymentShown
    answers = 201

    def act(self, data: Mapping[str, Any], operation: UUID) -> Any:
        """Ask for it; Later where MetaTrader's figures are not known now."""
        told = dict(data)
        account, reason = told.pop("account"), StatedReason(told.pop("stated_reason"))
        trading_accounts.require_in_reach(self.user, account, REQUEST_WITHDRAWAL)
        request = withdrawals.Request(
            key=operation, account_id=account, method_id=told.pop("method"),
            stated_reason=reason, note=_("Asked for through the API"), **told,
        )  # fmt: skip
        try:
            return withdrawals.request_withdrawal(
                request=request, actor=self.user.actor, now=self.now
            )
        except FiguresUnknown as reason_why:
            raise Later(str(reason_why)) from reason_why


class CancelWithdrawal(ActDoor):
    """Takes a withdrawal back, as long as it is not on its way to MetaTrader."""

    permission = REQUEST_WITHDRAWAL
    takes = CancellationTaken
    shows = PaymentShown

    def act(self, data: Mapping[str, Any], operation: UUID, pk: int) -> Any:
        """Take it back; 404 where it is absent or out of reach."""
        payments.require_in_reach(self.user, pk, REQUEST_WITHDRAWAL)
        return withdrawals.cancel_withdrawal(
            payment_id=pk, reason=data["reason"], actor=self.user.actor, now=self.now
        )
