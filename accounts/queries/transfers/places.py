"""Where a client's money lies and may go: their accounts and wallets, as a form offers them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts.ledger import balances
from accounts.models import LedgerAccount
from accounts.states import LedgerKind
from trading.queries import trading_accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """One place: `value` names it in a form (`account:12`, `wallet:USD`)."""

    value: str
    currency: str
    balance: Decimal
    login: int | None = None
    server: str = ""
    server_id: int | None = None


def wallets_of(client_id: int) -> list[PlaceView]:
    """Return a client's wallets with what is free in each, by currency."""
    rows = list(
        LedgerAccount.objects.filter(kind=LedgerKind.CLIENT_WALLET, client_id=client_id).order_by(
            "currency"
        )
    )
    free = balances.many(rows) if rows else {}
    return [
        PlaceView(
            value=f"wallet:{one.currency}", currency=one.currency, balance=free[one.pk].available
        )
        for one in rows
    ]


def list_places_for(user: Any, client_id: int) -> tuple[list[PlaceView], list[PlaceView]]:
    """Return from where and to where this client's money may go, as far as the user may see.

    A wallet can be paid into in every currency that the client's accounts have.
    """
    accounts = [
        PlaceView(
            value=f"account:{one.pk}",
            currency=one.currency,
            balance=one.balance,
            login=one.login,
            server=one.server.name,
            server_id=one.server_id,
        )
        for one in trading_accounts.list_accounts_of_client_for(user, client_id)
        if one.enabled and not one.closed_on_server and not one.is_demo
    ]
    wallets = wallets_of(client_id)
    there = {one.currency for one in wallets}
    fresh = [
        PlaceView(value=f"wallet:{currency}", currency=currency, balance=Decimal(0))
        for currency in sorted({one.currency for one in accounts} - there)
    ]
    sources = accounts + [one for one in wallets if one.balance > 0]
    return sources, accounts + sorted(wallets + fresh, key=lambda one: one.currency)
