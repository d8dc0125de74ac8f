"""Trading accounts that belong to nobody yet: the back office finds out whose they are."""

from django.db.models import QuerySet

from trading.models import TradingAccount


def list_unbound(server_id: int) -> QuerySet[TradingAccount]:
    """Return the accounts of a server that no client was given, by login."""
    accounts = TradingAccount.objects.filter(
        server_id=server_id, client=None, closed_on_server=False
    )
    return accounts.order_by("login")
