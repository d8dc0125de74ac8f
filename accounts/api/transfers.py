"""Transfers for machines: what stands where, at which rate; asking for one, taking it back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from accounts.actions.transfers import requesting, returning, to_another
from accounts.actions.transfers.requesting import Place
from accounts.actions.withdrawals import FiguresUnknown
from accounts.api.serializers import (
    CancellationTaken,
    RateShown,
    TransferShown,
    TransfersNarrowed,
    TransferTaken,
    WalletsShown,
)
from accounts.permissions import REQUEST_TRANSFER, SEE_PAYMENTS
from accounts.queries.transfers import funds, places, rates, rows
from backoffice.core.errors import Later
from backoffice.ui.rest.doors import ActDoor, ListDoor, ReadDoor
from crm.queries import known


class ListTransfers(ListDoor):
    """Transfers in reach, perhaps of one client or account or in one state, the newest first."""

    permission = SEE_PAYMENTS
    shows = TransferShown
    narrows = TransfersNarrowed
    order = ("-id",)

    def rows(self, narrowed: Mapping[str, Any]) -> Any:
        """Return them."""
        return rows.narrow(rows.list_transfers_for(self.user), **narrowed)


class ReadTransfer(ReadDoor):
    """One transfer, and where it stands."""

    permission = SEE_PAYMENTS
    shows = TransferShown

    def read(self, pk: int) -> Any:
        """Return it, or 404."""
        return rows.get_transfer_for(self.user, pk)


class Wallets(ReadDoor):
    """A client's wallets, and what is free in each."""

    permission = SEE_PAYMENTS
    shows = WalletsShown

    def read(self, client_id: int) -> Any:
        """Return them; 404 where the client is out of reach."""
        client_of(self.user, SEE_PAYMENTS, client_id)
        return {"items": places.wallets_of(client_id)}


class TransferRate(ReadDoor):
    """The rate of now between two currencies, for a client to look at before they ask."""

    permission = REQUEST_TRANSFER
    shows = RateShown

    def read(self, client_id: int, source: str, target: str) -> Any:
        """Return it; 404 where the client is out of reach, Later where nothing is quoted."""
        client = client_of(self.user, REQUEST_TRANSFER, client_id)
        rules = funds.rules_for(client.legal_entity_id, self.now)
        return rates.rate_now(source, target, server_ids=(), rules=rules, now=self.now)


class RequestTransfer(ActDoor):
    """Asks for a transfer of a client's money: on hold at once, and carried out by itself.

    To another client people of the broker decide first.
    """

    permission = REQUEST_TRANSFER
    takes = TransferTaken
    shows = TransferShown
    answers = 201

    def act(self, data: Mapping[str, Any], operation: UUID, client_id: int) -> Any:
        """Ask for it; Later where figures or prices are not known now."""
        client_of(self.user, REQUEST_TRANSFER, client_id)
        try:
            return self._asked({"key": operation, "client_id": client_id, **_told(data)}, data)
        except FiguresUnknown as reason_why:
            raise Later(str(reason_why)) from reason_why

    def _asked(self, told: dict[str, Any], data: Mapping[str, Any]) -> Any:
        whose: dict[str, Any] = {"actor": self.user.actor, "now": self.now}
        if "to_login" in data:
            gift = to_another.Gift(login=data["to_login"], email=data["to_email"], **told)
            return to_another.request_gift(gift=gift, **whose)
        target = Place(account_id=data.get("to_account"), wallet=data.get("to_wallet", ""))
        request = requesting.Request(target=target, **told)
        return requesting.request_transfer(request=request, **whose)


class CancelTransfer(ActDoor):
    """Takes a transfer back of which nothing has left."""

    permission = REQUEST_TRANSFER
    takes = CancellationTaken
    shows = TransferShown

    def act(self, data: Mapping[str, Any], operation: UUID, pk: int) -> Any:
        """Take it back; 404 where it is absent or out of reach."""
        rows.require_in_reach(self.user, pk, REQUEST_TRANSFER)
        return returning.cancel_transfer(
            transfer_id=pk, reason=data["reason"], actor=self.user.actor, now=self.now
        )


def client_of(user: Any, permission: object, client_id: int) -> Any:
    """Return a client whom the permission reaches, or raise Http404."""
    client = known.get_client(client_id)
    if client is None or not known.is_in_reach(user, permission, client_id):
        raise Http404
    return client


def _told(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what both kinds of request share, as it was sent."""
    source = Place(account_id=data.get("from_account"), wallet=data.get("from_wallet", ""))
    return {
        "source": source,
        "amount": data["amount"],
        "seen_rate": data.get("seen_rate"),
        "note": _("Asked for through the API"),
    }
