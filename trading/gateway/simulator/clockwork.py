"""What happens by itself: ticks, expiries, margin watch, the end of day, quotes to the disk."""

import contextlib
from collections import deque
from collections.abc import Callable
from datetime import date, time

from trading.gateway.simulator import triggers
from trading.gateway.simulator.book import Happening
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.hours import days_after
from trading.gateway.simulator.nightly import end_day
from trading.gateway.simulator.office.credits import expire_credits
from trading.gateway.simulator.protocol import No
from trading.gateway.simulator.traders import Traders
from trading.terms import LevelType, Quote

WATCHED_PER_SECOND = 200
SECONDS_BETWEEN_SAVES = 5


class Clockwork:
    """Drives a desk: call `quarter` four times a second and `second` once (faster by speed)."""

    def __init__(
        self, desk: Desk, *, traders: Traders | None, on_quotes: Callable[[list[Quote]], None]
    ) -> None:
        self._desk = desk
        self._traders = traders
        self._on_quotes = on_quotes
        self._to_watch: deque[int] = deque()
        self._unsaved: dict[str, Quote] = {}
        self._seconds = 0
        self.margin_calls: dict[int, LevelType] = {}

    def quarter(self) -> None:
        """Let the market move, and carry out what that sets off."""
        now = self._desk.hours.exact_now()
        if self._desk.hours.is_market_open(now):
            self.quotes_changed(self._desk.market.step(now))

    def quotes_changed(self, quotes: list[Quote]) -> None:
        """Tell of new quotes and carry out what they set off."""
        if not quotes:
            return
        self._on_quotes(quotes)
        self._unsaved.update({quote.symbol: quote for quote in quotes})
        triggers.follow(self._desk, quotes)

    def second(self) -> None:
        """Do what is due once a second."""
        self._seconds += 1
        self.end_days_due()
        triggers.expire(self._desk)
        expire_credits(self._desk)
        self.watch_margin(WATCHED_PER_SECOND)
        if self._seconds % SECONDS_BETWEEN_SAVES == 0:
            self.save_quotes()

    def clients(self) -> None:
        """Let the clients' terminals do something."""
        if self._traders is not None:
            self._traders.act()

    def watch_margin(self, most: int | None = None) -> None:
        """Look at the margin of the accounts whose turn it is, of all of them without a number."""
        if most is None or not self._to_watch:
            self._to_watch = deque(self._desk.book.logins_with_trades())
            for login in self.margin_calls.keys() - set(self._to_watch):
                del self.margin_calls[login]
                self._tell_margin(login)
        waiting = len(self._to_watch)
        turn = [self._to_watch.popleft() for _ in range(min(most or waiting, waiting))]
        called = triggers.watch_margin(self._desk, turn)
        for login in turn:
            before = self.margin_calls.pop(login, LevelType.OK)
            if called.get(login, LevelType.OK) is not before:
                self._tell_margin(login)
        self.margin_calls.update(called)

    def _tell_margin(self, login: int) -> None:
        with contextlib.suppress(No):  # figures that are not known any more tell nothing
            state = self._desk.margin_state(login)
            self._desk.book.tell(Happening("margin_call", state))

    def save_quotes(self) -> None:
        """Write the quotes that changed, so that a restart goes on from them."""
        if self._unsaved:
            self._desk.book.journal.write_specs(quotes=self._unsaved.values())
            self._unsaved = {}

    def end_days_due(self) -> int:
        """End every day that is over and was not ended, one after the other; return how many."""
        hours = self._desk.hours
        due = list(days_after(self._last_ended(), hours.last_ended_day(hours.now())))
        for day in due:
            end_day(self._desk, day)
        return len(due)

    def end_of_day_now(self) -> int:
        """End the present server day at once; return how many positions were charged a swap."""
        hours = self._desk.hours
        return end_day(self._desk, hours.server_time(hours.now()).date(), although_held=True)

    def set_end_of_day(self, at: time, seconds: int) -> None:
        """Set when the day ends (server time) and for how long the server is closed then."""
        hours = self._desk.hours
        hours.end_of_day, hours.closed_seconds = at, max(0, seconds)
        self._desk.book.journal.write(
            settings={
                "end_of_day": at.strftime("%H:%M"),
                "closed_seconds": str(hours.closed_seconds),
            }
        )

    def _last_ended(self) -> date:
        return date.fromisoformat(self._desk.book.journal.settings()["last_ended_day"])
