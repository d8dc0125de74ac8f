"""Accounts by their login on one server, for who hands in a file about many of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from backoffice.core import access
from trading.models import Position, Server, TradingAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class ByLogin:
    """One account as its mirror shows it; amounts in its own currency."""

    account_id: int
    login: int
    client_id: int | None
    legal_entity_id: int | None
    currency: str
    balance: Decimal
    credit: Decimal
    is_open: bool
    is_demo: bool
    has_positions: bool


def servers_by_id() -> dict[int, str]:
    """Return the servers that are mirrored: their names by key, in order."""
    found = Server.objects.filter(is_active=True).order_by("name", "id")
    return {server.pk: server.name for server in found}


def accounts_of_logins(
    user: Any, permission: object, server_id: int, logins: Iterable[int]
) -> dict[int, ByLogin]:
    """Return the accounts of these logins that the user's permission reaches, in one query."""
    rows = _reached(user, permission, server_id).filter(login__in=set(logins))
    return {row.login: _told(row) for row in rows}


def negative_balances(user: Any, permission: object, server_id: int) -> list[ByLogin]:
    """Return the clients' accounts in reach that owe money and hold nothing any more, by login."""
    rows = _reached(user, permission, server_id).filter(
        balance__lt=0, client__isnull=False, enabled=True, closed_on_server=False
    )
    found = map(_told, rows.order_by("login"))
    return [one for one in found if not (one.has_positions or one.is_demo)]


def holds_positions(account_id: int) -> bool:
    """Say whether the mirror shows a position or an order on the account."""
    return Position.objects.filter(account_id=account_id).exists()


def _reached(user: Any, permission: object, server_id: int) -> QuerySet[TradingAccount]:
    held = Exists(Position.objects.filter(account=OuterRef("pk")))
    rows = TradingAccount.objects.filter(server_id=server_id).annotate(is_held=held)
    return access.restrict(rows, user, permission).select_related("client", "server", "group")


def _told(row: Any) -> ByLogin:
    return ByLogin(
        account_id=row.pk,
        login=row.login,
        client_id=row.client_id,
        legal_entity_id=row.client.legal_entity_id if row.client is not None else None,
        currency=row.currency,
        balance=row.balance,
        credit=row.credit,
        is_open=row.enabled and not row.closed_on_server,
        is_demo=row.is_demo,
        has_positions=row.is_held,
    )
