"""Whose login is whose: from a server's logins to our accounts and clients, read now and then."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from trading.models import BalanceRecord, Server, TradingAccount
from trading.states import Source
from trading.terms import Cmd


@dataclass(frozen=True, slots=True)
class Entry:
    """One account of ours: its key, its client's key, and what was paid in, less what was out."""

    account_id: int
    client_id: int | None
    net_deposits: Decimal


def read(server_id: int) -> Mapping[int, Entry]:
    """Return the entries of a server by login."""
    paid = dict(
        BalanceRecord.objects.filter(server_id=server_id, cmd=Cmd.BALANCE)
        .values_list("account_id")
        .annotate(paid=Sum("amount"))
        .order_by()
    )
    accounts = TradingAccount.objects.filter(server_id=server_id)
    return {
        login: Entry(account_id, client_id, paid.get(account_id, Decimal(0)))
        for login, account_id, client_id in accounts.values_list("login", "id", "client_id")
    }


def active_servers() -> list[Server]:
    """Return the servers that are to be fed: a SQL replica tells nothing unasked."""
    fed = Server.objects.filter(is_active=True, source=Source.AGENT)
    return list(fed.order_by("id"))
