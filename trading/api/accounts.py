"""Trading accounts: a client's, one of them, and its live figures."""

from typing import Any

from django.http import Http404

from backoffice.ui.rest.doors import ReadDoor
from crm.queries import known
from trading.api.serializers import (
    AccountShown,
    AccountsShown,
    AccountTypesShown,
    FiguresShown,
    PositionsShown,
)
from trading.permissions import OPEN_ACCOUNTS, VIEW_ACCOUNTS, VIEW_POSITIONS
from trading.queries import positions, trading_accounts
from trading.queries.ordering import commands


class AccountsOfClient(ReadDoor):
    """The accounts of one client, each with its latest figures."""

    permission = VIEW_ACCOUNTS
    shows = AccountsShown

    def read(self, client_id: int) -> Any:
        """Return them; 404 where the client is absent or out of reach."""
        if not known.is_in_reach(self.user, VIEW_ACCOUNTS, client_id):
            raise Http404
        return {"items": trading_accounts.list_accounts_of_client_for(self.user, client_id)}


class ReadAccount(ReadDoor):
    """One account with its latest figures."""

    permission = VIEW_ACCOUNTS
    shows = AccountShown

    def read(self, pk: int) -> Any:
        """Return it, or 404."""
        return trading_accounts.get_account_for(self.user, pk)


class LiveEquity(ReadDoor):
    """An account's balance, equity and margin at the newest prices that we know."""

    permission = VIEW_ACCOUNTS
    shows = FiguresShown

    def read(self, pk: int) -> Any:
        """Return the figures, or 404."""
        return trading_accounts.get_account_for(self.user, pk).figures


class OpenPositions(ReadDoor):
    """Everything open on an account, at the newest prices that we know."""

    permission = VIEW_POSITIONS
    shows = PositionsShown

    def read(self, pk: int) -> Any:
        """Return positions and orders; 404 where the account is absent or out of reach."""
        trading_accounts.require_in_reach(self.user, pk, VIEW_POSITIONS)
        return {"items": positions.list_positions_for(self.user, pk)}


class AccountTypes(ReadDoor):
    """The types of account that a client can have."""

    permission = OPEN_ACCOUNTS
    shows = AccountTypesShown

    def read(self, client_id: int) -> Any:
        """Return the catalogue of their legal entity; 404 where they are out of reach."""
        client = known.get_client(client_id)
        if client is None or not known.is_in_reach(self.user, OPEN_ACCOUNTS, client_id):
            raise Http404
        return {"items": commands.types_on_offer(client.legal_entity_id)}
