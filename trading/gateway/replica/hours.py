"""The server's wall clock in UTC: the one conversion of everything that the replica stores."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

#: How the replica writes "no time" (an open ticket's closing, an order without expiry).
NONE = datetime(1971, 1, 1)  # noqa: DTZ001 - the server's wall clock has no zone
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - stamps count seconds of the wall clock
DAY = timedelta(days=1)


class Hours:
    """Converts between a server's wall clock and UTC by the rules of its zone."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.utc = lru_cache(maxsize=4096)(self._utc)

    def _utc(self, wall: datetime) -> datetime:
        """Return the moment of a wall clock time; in the hour that comes twice, the first one."""
        return wall.replace(tzinfo=self.zone).astimezone(UTC)

    def wall(self, moment: datetime) -> datetime:
        """Return what the server's clock shows at a moment."""
        return moment.astimezone(self.zone).replace(tzinfo=None)

    def stamp(self, moment: datetime) -> int:
        """Return a moment as MetaTrader stamps changes: whole seconds of the wall clock."""
        return int((self.wall(moment) - EPOCH).total_seconds())


def is_none(wall: datetime | None) -> bool:
    """Return whether the replica means "no time": the first second of 1970, or a date that is none.

    A day is allowed for replicas that converted that second between zones.
    """
    return wall is None or wall < NONE


def from_stamp(stamp: int) -> datetime:
    """Return the wall clock time of a change stamp."""
    return EPOCH + timedelta(seconds=stamp)
