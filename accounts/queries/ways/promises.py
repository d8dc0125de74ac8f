"""Which withdrawals passed a mark of their promise and nobody was told yet."""

from datetime import datetime

from accounts.models import Payment
from accounts.states import FINAL, Withdrawal

OVER = [state.value for state in sorted(FINAL)]
AT_ONCE = 500


def promises_to_tell(now: datetime) -> list[int]:
    """Return the withdrawals whose next notice is due, the longest waiting first."""
    rows = Payment.objects.filter(next_notice_at__lte=now).exclude(state__in=OVER)
    rows = rows.exclude(state=Withdrawal.WAITING_CLIENT).order_by("next_notice_at")
    return list(rows.values_list("pk", flat=True)[:AT_ONCE])
