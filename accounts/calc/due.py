"""When a request has to be done: business days, Monday to Friday, in the office's own zone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SATURDAY = 5


def due(asked_at: datetime, *, business_days: int, timezone: str) -> datetime:
    """Return the moment as many business days later, at the same time of the office's day."""
    zone = ZoneInfo(timezone)
    moment = asked_at.astimezone(zone)
    left = business_days
    while left:
        moment += timedelta(days=1)
        if moment.weekday() < SATURDAY:
            left -= 1
    return moment.astimezone(asked_at.tzinfo)


def due_in(asked_at: datetime, *, hours: int, timezone: str) -> datetime:
    """Return the moment as many hours of business days later: 24 are one, a weekend has none."""
    zone = ZoneInfo(timezone)
    moment = due(asked_at, business_days=hours // 24, timezone=timezone).astimezone(zone)
    for _hour in range(hours % 24):
        moment += timedelta(hours=1)
        while moment.weekday() >= SATURDAY:
            moment += timedelta(days=1)
    return moment.astimezone(asked_at.tzinfo)
