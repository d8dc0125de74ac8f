"""Columns of what stands on an account: positions, orders, closed trades, balance records."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.ui import tables
from trading.terms import Cmd

SIDES = {
    Cmd.BUY: gettext_lazy("Buy"),
    Cmd.SELL: gettext_lazy("Sell"),
    Cmd.BUY_LIMIT: gettext_lazy("Buy limit"),
    Cmd.SELL_LIMIT: gettext_lazy("Sell limit"),
    Cmd.BUY_STOP: gettext_lazy("Buy stop"),
    Cmd.SELL_STOP: gettext_lazy("Sell stop"),
    Cmd.BALANCE: gettext_lazy("Balance"),
    Cmd.CREDIT: gettext_lazy("Credit"),
}
PRICES = "account:{row.account_id}:positions.{row.ticket}."


class Side(tables.Templated):
    """What a record is, in a word."""

    def draw(self, value: Any, record: Any, table: tables.Table) -> Any:
        """Draw the word of its command."""
        return super().draw(SIDES[Cmd(record.cmd)], record, table)


class MoneyKind(tables.Column):
    """What a balance record is, in a word."""

    def draw(self, value: Any, record: Any, table: tables.Table) -> str:
        """Draw deposit, withdrawal or credit."""
        if Cmd(record.cmd) is Cmd.CREDIT:
            return _("Credit")
        return _("Deposit") if record.amount > 0 else _("Withdrawal")


class AccountTable(tables.Table):
    """Rows of one account, in its currency."""

    cards = True

    def __init__(self, rows: list[Any], *, currency: str, **given: Any) -> None:
        self.currency = currency
        super().__init__(rows, **given)


class PositionTable(AccountTable):
    """Open positions, alive."""

    caption = gettext_lazy("Open positions")
    in_currency = ("swap", "commission", "profit")

    symbol = tables.Templated(
        "trading/_ticket_symbol.html", verbose_name=gettext_lazy("Symbol"), card=1
    )
    side = Side("trading/_ticket_side.html", verbose_name=gettext_lazy("Side"), card=3)
    volume_hundredths = tables.Lots(verbose_name=gettext_lazy("Lots"))
    opened_at = tables.When(verbose_name=gettext_lazy("Opened"))
    open_price = tables.Price(verbose_name=gettext_lazy("Open price"))
    stop_loss = tables.Price(verbose_name=gettext_lazy("Stop loss"))
    take_profit = tables.Price(verbose_name=gettext_lazy("Take profit"))
    close_price = tables.LivePrice(
        mark=PRICES + "price", at="mirrored_at", verbose_name=gettext_lazy("Price"), card=4
    )
    swap = tables.LiveMoney(
        "currency",
        mark=PRICES + "swap",
        at="mirrored_at",
        kind="result",
        verbose_name=gettext_lazy("Swap"),
    )
    commission = tables.Result("currency", verbose_name=gettext_lazy("Commission"))
    profit = tables.LiveMoney(
        "currency",
        mark=PRICES + "profit",
        at="mirrored_at",
        kind="result",
        verbose_name=gettext_lazy("Client P&L"),
        card=2,
    )


class OrderTable(AccountTable):
    """Orders that wait for their price."""

    caption = gettext_lazy("Pending orders")

    symbol = tables.Templated(
        "trading/_ticket_symbol.html", verbose_name=gettext_lazy("Symbol"), card=1
    )
    side = Side("trading/_ticket_side.html", verbose_name=gettext_lazy("Order"), card=3)
    volume_hundredths = tables.Lots(verbose_name=gettext_lazy("Lots"))
    opened_at = tables.When(verbose_name=gettext_lazy("Placed"))
    open_price = tables.Price(verbose_name=gettext_lazy("At price"), card=2)
    stop_loss = tables.Price(verbose_name=gettext_lazy("Stop loss"))
    take_profit = tables.Price(verbose_name=gettext_lazy("Take profit"))
    expires_at = tables.When(verbose_name=gettext_lazy("Expires"))


class DealTable(AccountTable):
    """Closed trades."""

    caption = gettext_lazy("Closed trades")
    in_currency = ("swap", "commission", "profit")

    symbol = tables.Templated(
        "trading/_ticket_symbol.html", verbose_name=gettext_lazy("Symbol"), card=1
    )
    side = Side("trading/_ticket_side.html", verbose_name=gettext_lazy("Side"), card=3)
    volume_hundredths = tables.Lots(verbose_name=gettext_lazy("Lots"))
    opened_at = tables.When(verbose_name=gettext_lazy("Opened"))
    open_price = tables.Price(verbose_name=gettext_lazy("Open price"))
    closed_at = tables.When(verbose_name=gettext_lazy("Closed"), card=4)
    close_price = tables.Price(verbose_name=gettext_lazy("Close price"))
    swap = tables.Result("currency", verbose_name=gettext_lazy("Swap"))
    commission = tables.Result("currency", verbose_name=gettext_lazy("Commission"))
    profit = tables.Result("currency", verbose_name=gettext_lazy("Client P&L"), card=2)
    comment = tables.Column(verbose_name=gettext_lazy("Comment"), css="muted")


class BalanceTable(AccountTable):
    """Balance and credit records."""

    caption = gettext_lazy("Balance operations")
    in_currency = ("amount",)

    recorded_at = tables.When(verbose_name=gettext_lazy("When"), card=3)
    ticket = tables.Column(verbose_name=gettext_lazy("Ticket"), css="figure")
    kind = MoneyKind(verbose_name=gettext_lazy("Kind"), accessor="cmd", card=1)
    amount = tables.Result("currency", verbose_name=gettext_lazy("Amount"), card=2)
    comment = tables.Column(verbose_name=gettext_lazy("Comment"), css="muted", card=4)
