"""The house's one call to the system clock; doors make it and hand `now` to what they call."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return datetime.now(UTC)
