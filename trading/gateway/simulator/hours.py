"""The server's own clock: its zone, its stamps, its end of day and its weekends."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - stamps count seconds of the wall clock
_SATURDAY = 5
_DAY = timedelta(days=1)


class Hours:
    """What time it is on the server, and whether it is closed.

    `now` gives the real time. The end of day begins at `end_of_day` (server time) and keeps the
    server closed for `closed_seconds`; with `weekends` the market ticks on Saturday and Sunday too.
    """

    def __init__(self, zone: ZoneInfo, now: Callable[[], datetime], *, weekends: bool) -> None:
        self.zone = zone
        self.end_of_day = time(23, 59)
        self.closed_seconds = 60
        self.closed_until: datetime | None = None
        self.weekends = weekends
        self._now = now

    def now(self) -> datetime:
        """Return the present moment in UTC, in whole seconds as records carry it."""
        return self._now().astimezone(UTC).replace(microsecond=0)

    def exact_now(self) -> datetime:
        """Return the present moment in UTC with its fraction."""
        return self._now().astimezone(UTC)

    def server_time(self, moment: datetime) -> datetime:
        """Return the wall clock of the server at a moment, without a zone."""
        return moment.astimezone(self.zone).replace(tzinfo=None)

    def utc(self, wall: datetime) -> datetime:
        """Return the moment of a server time; in the hour that comes twice, the first one."""
        return wall.replace(tzinfo=self.zone).astimezone(UTC)

    def stamp(self, moment: datetime) -> int:
        """Return a moment as MetaTrader stamps changes: whole seconds of the wall clock."""
        return int((self.server_time(moment) - _EPOCH).total_seconds())

    def is_closed(self, moment: datetime) -> bool:
        """Return whether the end of day is being processed: every transaction gives 132."""
        if self.closed_until is not None and moment < self.closed_until:
            return True
        wall = self.server_time(moment)
        begun = wall.replace(
            hour=self.end_of_day.hour, minute=self.end_of_day.minute, second=0, microsecond=0
        )
        if begun > wall:
            begun -= _DAY
        return wall < begun + timedelta(seconds=self.closed_seconds)

    def is_market_open(self, moment: datetime) -> bool:
        """Return whether the market ticks: not at weekends unless it was told to."""
        return self.weekends or self.server_time(moment).weekday() < _SATURDAY

    def last_ended_day(self, moment: datetime) -> date:
        """Return the latest server date whose end of day has begun."""
        wall = self.server_time(moment)
        return wall.date() if wall.time() >= self.end_of_day else wall.date() - _DAY


def days_after(last: date, until: date) -> Iterator[date]:
    """Yield the dates after one up to and with another."""
    while last < until:
        last += _DAY
        yield last
