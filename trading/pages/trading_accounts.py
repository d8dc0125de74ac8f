"""One trading account: its live figures, what is open, what was closed, what came and went."""

from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.core.access import Reaching
from backoffice.ui import keyset
from backoffice.ui.filters import Tab
from backoffice.ui.shapes import DetailPage, Panel
from trading.pages import managing, tables
from trading.permissions import VIEW_ACCOUNTS, VIEW_BALANCE_RECORDS, VIEW_DEALS, VIEW_POSITIONS
from trading.queries import balance_records, deals, positions, trading_accounts

TABS = (
    ("trading:account-detail", _("Open"), VIEW_POSITIONS),
    ("trading:account-deals", _("Closed trades"), VIEW_DEALS),
    ("trading:account-balance", _("Balance operations"), VIEW_BALANCE_RECORDS),
)


class AccountPage(DetailPage):
    """What the three pages of an account have in common: header, figures, tabs."""

    tab: ClassVar[str]

    def record(self, pk: int) -> Any:
        """Return the account, or 404 when absent or out of reach."""
        return trading_accounts.get_account_for(self.request.user, pk)

    def context(self, record: Any) -> dict[str, Any]:
        """Return header, figures and the tabs that this person may open."""
        return {
            "client": record.client,
            "figures": getattr(record, "figures", None),
            "state": state_of(record),
            "tabs": tabs(self.request.user, record, self.tab),
            "may_manage": managing.may_manage(self.request.user),
        }

    def table(self, kind: type[tables.AccountTable], record: Any, rows: list[Any]) -> Any:
        """Return a table of this account's rows, its heads naming the currency."""
        return kind(rows, currency=record.currency, request=self.request, now=self.now, totals={})


class AccountDetail(AccountPage):
    """Open positions and pending orders."""

    permission = VIEW_ACCOUNTS
    template_name = "trading/account_detail.html"
    fragment_name = "trading/_account_open.html"
    tab = "trading:account-detail"

    def context(self, record: Any) -> dict[str, Any]:
        """Add both tables."""
        found = list(positions.list_positions_for(self.request.user, record.pk))
        market = [one for one in found if not one.is_pending]
        pending = [one for one in found if one.is_pending]
        return super().context(record) | {
            "positions": self.table(tables.PositionTable, record, market),
            "orders": self.table(tables.OrderTable, record, pending),
        }


class AccountHistory(AccountPage):
    """A list of the account's past, fifty rows at a time, newest first."""

    template_name = "trading/account_history.html"
    fragment_name = "trading/_account_history.html"
    table_class: ClassVar[type[tables.AccountTable]]
    order: ClassVar[tuple[str, ...]]
    nothing: ClassVar[Any]

    def rows(self, user: Reaching, pk: int) -> Any:
        """Return the rows that this person may see."""
        raise NotImplementedError

    def context(self, record: Any) -> dict[str, Any]:
        """Add the page of rows."""
        query = self.request.GET
        page = keyset.cut(
            self.rows(self.request.user, record.pk),
            self.order,
            after=query.get("after", ""),
            before=query.get("before", ""),
        )
        table = self.table(self.table_class, record, page.rows)
        return super().context(record) | {"table": table, "slice": page, "nothing": self.nothing}


class AccountDeals(AccountHistory):
    """Closed trades."""

    permission = VIEW_DEALS
    tab = "trading:account-deals"
    table_class = tables.DealTable
    order = ("-closed_at", "-id")
    nothing = _("No closed trade")

    def rows(self, user: Reaching, pk: int) -> Any:
        """Return the closed trades of the account."""
        return deals.list_deals_for(user, pk)


class AccountBalance(AccountHistory):
    """Balance and credit records."""

    permission = VIEW_BALANCE_RECORDS
    tab = "trading:account-balance"
    table_class = tables.BalanceTable
    order = ("-recorded_at", "-id")
    nothing = _("No money came or went")

    def rows(self, user: Reaching, pk: int) -> Any:
        """Return the records of the account."""
        return balance_records.list_balance_records_for(user, pk)


class PanelForClient(Panel):
    """The accounts of one client, alive: a block of the client's page."""

    permission = VIEW_ACCOUNTS
    fragment_name = "trading/_panel_accounts.html"
    title = _("Accounts")

    def record(self, client_id: int) -> Any:
        """Return the client's accounts that this person may see; none looks like none."""
        return list(trading_accounts.list_accounts_of_client_for(self.request.user, client_id))

    def context(self, record: Any) -> dict[str, Any]:
        """Return the accounts under their own name, and whose they are."""
        return {"accounts": record, "client_id": self.kwargs["client_id"]}


def state_of(account: Any) -> str:
    """Return the code of the account's badge."""
    if account.closed_on_server:
        return "gone"
    if not account.enabled:
        return "disabled"
    return "read_only" if account.read_only else "enabled"


def tabs(user: Any, account: Any, current: str) -> list[Tab]:
    """Return the pages of an account that this person may open."""
    may = [(name, label) for name, label, permission in TABS if user.may(permission)]
    return [
        Tab(
            label=label, url=reverse(name, args=[account.pk]), is_current=name == current, number=at
        )
        for at, (name, label) in enumerate(may, start=1)
    ]
