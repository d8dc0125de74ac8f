"""What happened on an account: closed trades, money that moved, a statement of a period."""

from collections.abc import Mapping
from typing import Any

from backoffice.ui.rest.doors import ListDoor, ReadDoor
from backoffice.ui.rest.fields import Period
from trading.api.serializers import BalanceRecordShown, DealShown, StatementShown
from trading.permissions import VIEW_ACCOUNTS, VIEW_BALANCE_RECORDS, VIEW_DEALS
from trading.queries import balance_records, deals, statements, trading_accounts


class ClosedTrades(ListDoor):
    """Closed trades of an account, perhaps of a stretch of time, the newest first."""

    permission = VIEW_DEALS
    shows = DealShown
    narrows = Period
    order = ("-closed_at", "-id")

    def rows(self, narrowed: Mapping[str, Any], pk: int) -> Any:
        """Return them; 404 where the account is absent or out of reach."""
        trading_accounts.require_in_reach(self.user, pk, VIEW_DEALS)
        rows = deals.list_deals_for(self.user, pk)
        return statements.within(rows, "closed_at", narrowed)


class BalanceHistory(ListDoor):
    """Money and credit that came to an account or left it, the newest first."""

    permission = VIEW_BALANCE_RECORDS
    shows = BalanceRecordShown
    narrows = Period
    order = ("-recorded_at", "-id")

    def rows(self, narrowed: Mapping[str, Any], pk: int) -> Any:
        """Return them; 404 where the account is absent or out of reach."""
        trading_accounts.require_in_reach(self.user, pk, VIEW_BALANCE_RECORDS)
        rows = balance_records.list_balance_records_for(self.user, pk)
        return statements.within(rows, "recorded_at", narrowed)


class Statement(ReadDoor):
    """What an account began and ended with over a stretch of time, and what moved between."""

    permission = VIEW_ACCOUNTS
    shows = StatementShown
    narrows = Period

    def read(self, pk: int) -> Any:
        """Return the statement; 404 where the account is absent or out of reach."""
        period = self.taken(self.request.query_params.dict(), Period)
        return statements.statement_for(self.user, pk, period=period, now=self.now)
