"""Balance and credit records: what came to an account, and what left it."""

from django.db.models import QuerySet

from backoffice.core.access import Reaching, restrict
from trading.models import BalanceRecord
from trading.permissions import VIEW_BALANCE_RECORDS


def list_balance_records_for(user: Reaching, account_id: int) -> QuerySet[BalanceRecord]:
    """Return the records of one account, the newest first, by key (recorded_at, id)."""
    records = restrict(BalanceRecord.objects.all(), user, VIEW_BALANCE_RECORDS)
    return records.filter(account_id=account_id).order_by("-recorded_at", "-id")
