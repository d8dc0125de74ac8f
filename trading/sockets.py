"""Which live topics of the market a member of staff may watch."""

from collections.abc import Collection
from typing import Any

from crm.queries import clients
from trading.queries import trading_accounts


def accounts(user: Any, keys: Collection[int]) -> set[int]:
    """Return those of the trading accounts that the user may see."""
    visible = trading_accounts.list_accounts_for(user).filter(pk__in=keys)
    return set(visible.values_list("pk", flat=True))


def households(user: Any, keys: Collection[int]) -> set[int]:
    """Return those of the clients that the user may see, and whose accounts too."""
    visible = clients.list_clients_for(user).filter(pk__in=keys)
    return set(visible.values_list("pk", flat=True)) if trading_accounts.may_see(user) else set()


def servers(user: Any, keys: Collection[int]) -> set[int]:
    """Return all of them: how fresh a server is stands at the foot of every page."""
    return set(keys)


TOPICS = {"account": accounts, "client": households, "server": servers}
