"""Blocks an address that connects too often.

Source: docs/metatrader.md, Antiflood (a reconnect within 7 s of the previous one counts; beyond the
limit 5 minutes, 5 more for each further attempt, an hour at most).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

CLOSE_TOGETHER = timedelta(seconds=7)
BLOCK = timedelta(minutes=5)
LONGEST_BLOCK = timedelta(hours=1)
USUAL_LIMIT = 150


@dataclass(slots=True)
class _Visits:
    latest: datetime
    quick: int = 0
    blocked_until: datetime | None = None


class Antiflood:
    """Counts connections by address; it forgets everything when the server restarts."""

    def __init__(self, limit: int = USUAL_LIMIT) -> None:
        self.limit = limit
        self._visits: dict[str, _Visits] = {}

    def admits(self, address: str, now: datetime) -> bool:
        """Take note of a connection; return whether it may stay."""
        known = self._visits.setdefault(address, _Visits(now - CLOSE_TOGETHER))
        since, known.latest = now - known.latest, now
        if known.blocked_until is not None and now < known.blocked_until:
            known.blocked_until = min(known.blocked_until + BLOCK, now + LONGEST_BLOCK)
            return False
        if known.blocked_until is not None or since >= CLOSE_TOGETHER:
            known.quick, known.blocked_until = 0, None
        if since < CLOSE_TOGETHER:
            known.quick += 1
        if known.quick > self.limit:
            known.blocked_until = now + BLOCK
            return False
        return True

    def blocked(self, now: datetime) -> dict[str, datetime]:
        """Return the addresses that are blocked, and until when."""
        ends = {address: visits.blocked_until for address, visits in self._visits.items()}
        return {address: end for address, end in ends.items() if end is not None and end > now}
