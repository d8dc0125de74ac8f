"""How often somebody was refused lately, from wherever they came."""

from datetime import datetime, timedelta

from axes.models import AccessAttempt
from django.db.models import Max, Sum

WATCHED = timedelta(hours=1)
FREE_FAILURES = 30  # from all addresses together; from one address the lock-out comes at five
PAUSE = timedelta(seconds=10)


def must_wait(email: str, *, now: datetime) -> bool:
    """Say whether this name, known or not, was guessed at so often that tries are spaced out.

    The lock-out counts per name and address, so that nobody can lock somebody else out. Many
    addresses together are slowed down here instead: one try in ten seconds.
    """
    lately = AccessAttempt.objects.filter(username=email, attempt_time__gte=now - WATCHED)
    seen = lately.aggregate(failures=Sum("failures_since_start"), latest=Max("attempt_time"))
    if (seen["failures"] or 0) < FREE_FAILURES:
        return False
    return bool(seen["latest"] + PAUSE > now)
