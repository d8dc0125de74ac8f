"""The market in the admin site: to be looked at. It is changed on MetaTrader, or by our actions."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backoffice.core import money
from backoffice.ui import figures
from backoffice.ui.admin_site import ConfigurationAdmin, ReadOnlyAdmin, site
from trading.models import (
    AccountType,
    BalanceOperation,
    BalanceRecord,
    Deal,
    Group,
    Position,
    Server,
    ServerState,
    Symbol,
    TradingAccount,
    Verification,
)
from trading.queries import tickets
from trading.queries.watching import words


@admin.register(Server, site=site)
class ServerAdmin(ReadOnlyAdmin):
    """MetaTrader servers."""

    list_display = ("code", "name", "kind", "legal_entity", "timezone", "agent_url", "is_active")
    list_select_related = ("legal_entity",)


@admin.register(ServerState, site=site)
class ServerStateAdmin(ReadOnlyAdmin):
    """Where each server's mirror stands."""

    list_display = ("server", "status", "status_reason", "synced_at", "last_full_at")
    list_select_related = ("server",)


@admin.register(Verification, site=site)
class VerificationAdmin(ReadOnlyAdmin):
    """Comparisons of our copy with the servers, and what they found."""

    list_display = ("server", "started_at", "state", "differences", "mended", "kept", "run_by")
    list_select_related = ("server",)


class OfServer(ReadOnlyAdmin):
    """Rows that a server names."""

    list_select_related: ClassVar[Any] = ("server",)
    search_fields = ("name__istartswith",)


@admin.register(Group, site=site)
class GroupAdmin(OfServer):
    """Groups; few on each server."""

    list_display = ("name", "server", "legal_entity", "currency", "margin_call_percent")
    list_select_related = ("server", "legal_entity")


@admin.register(Symbol, site=site)
class SymbolAdmin(OfServer):
    """Symbols; a few hundred on each server."""

    list_display = ("name", "server", "description", "digits", "contract_size", "trade_enabled")


@admin.register(AccountType, site=site)
class AccountTypeAdmin(ConfigurationAdmin):
    """The catalogue of what clients can open."""

    list_display = ("name", "currency", "legal_entity", "group", "is_swap_free", "is_active")
    list_select_related = ("legal_entity", "group")


@admin.register(TradingAccount, site=site)
class TradingAccountAdmin(ReadOnlyAdmin):
    """Accounts, found by their login; people's contacts are not shown."""

    list_display = ("login", "server", "group", "client", "funds", "enabled")
    list_select_related = ("server", "group", "client")
    search_fields = ("login__exact",)
    exclude = ("email", "phone")

    @admin.display(description=_("Balance"))
    def funds(self, row: TradingAccount) -> str:
        """Say the balance with its currency."""
        return f"{figures.amount(row.balance, row.currency)} {row.currency}"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[TradingAccount], search_term: str
    ) -> tuple[QuerySet[TradingAccount], bool]:
        """Find by the whole login."""
        return tickets.by_login(queryset, search_term), False


class OfTicket(ReadOnlyAdmin):
    """Rows found by their ticket: the key is made of it, so that the search is one look-up."""

    list_select_related: ClassVar[Any] = ("account", "server")
    search_fields = ("ticket__exact",)

    @admin.display(description=_("What"))
    def what(self, row: Any) -> str:
        """Say the command in words: buy, sell limit, balance."""
        return words.command(row.cmd)

    @admin.display(description=_("Client P&L"))
    def result(self, row: Any) -> str:
        """Say the profit or loss with its sign and the account's currency."""
        currency = row.account.currency
        return f"{figures.signed(row.profit, money.digits(currency))} {currency}"

    @admin.display(description=_("Lots"))
    def lots(self, row: Any) -> str:
        """Say the volume in lots."""
        return figures.lots(row.volume_hundredths)

    @admin.display(description=_("Amount"))
    def sum(self, row: Any) -> str:
        """Say the amount with its sign and currency."""
        return f"{figures.signed(row.amount, money.digits(row.currency))} {row.currency}"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find by the whole ticket, on any server."""
        return tickets.by_ticket(queryset, search_term), False


@admin.register(Position, site=site)
class PositionAdmin(OfTicket):
    """Open tickets."""

    list_display = ("ticket", "server", "account", "what", "symbol", "lots", "result")


@admin.register(Deal, site=site)
class DealAdmin(OfTicket):
    """Closed tickets."""

    list_display = ("ticket", "server", "account", "what", "symbol", "closed_at", "result")


@admin.register(BalanceRecord, site=site)
class BalanceRecordAdmin(OfTicket):
    """Balance and credit records."""

    list_display = ("ticket", "server", "account", "what", "sum", "recorded_at")


@admin.register(BalanceOperation, site=site)
class BalanceOperationAdmin(ReadOnlyAdmin):
    """Our money commands, found by their marker."""

    list_display = ("marker", "account", "kind", "amount", "currency", "state", "attempts")
    list_select_related = ("account",)
    search_fields = ("marker__exact",)
