"""A difference from MetaTrader that stands."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Discrepancy
from accounts.states import Gap
from backoffice.core import clock
from crm.models import Client
from trading.models import TradingAccount


def a_difference_of(client: Client, account: TradingAccount, **fields: Any) -> Discrepancy:
    """The client's account has a record whose comment was edited; made once."""
    known = Discrepancy.objects.filter(account=account, gone_at__isnull=True).first()
    if known is not None:
        return known
    found_at = clock.now() - timedelta(minutes=10)
    values: dict[str, Any] = {
        "gap": Gap.CHANGED_MARKER,
        "ticket": 90_000_000 + account.pk,
        "currency": account.currency,
        "expected": Decimal("100.00"),
        "found": Decimal("100.00"),
        "evidence": "edited by hand · 2026-03-02 12:00:00 UTC",
        "found_at": found_at,
        "told_at": found_at,
    }
    return Discrepancy.objects.create(
        account=account, legal_entity=client.legal_entity, **(values | fields)
    )
