"""One server as the screens see it: its board, whose logins they are, and how fresh it is."""

import math
import time
from datetime import datetime

from trading.live import totals
from trading.live.board import Board
from trading.live.directory import Directory
from trading.states import LiveStatus

FRESH_SECONDS = 2.0
STALE_SECONDS = 10.0


class Source:
    """`at` is the moment, at the source, of the latest message; `since` of the present trouble."""

    def __init__(self, server_id: int, started_at: datetime) -> None:
        self.server_id = server_id
        self.board = Board()
        self.directory = Directory()
        self.at = started_at
        self.since: datetime | None = started_at
        self.reason = "Connecting"
        self.is_loaded = False
        self.is_pumping = True
        self.rates = totals.Rates((), {})
        self._heard = -math.inf
        self._changed: set[int] = set()

    def replace_board(self, board: Board) -> None:
        """Show another board; every account on it may have changed."""
        self.board, self.is_loaded = board, True
        self.rates = totals.Rates(board.specs.values(), board.quotes)
        self._changed |= set(board.logins)

    def hear(self, at: datetime, *, is_ping: bool) -> None:
        """Note a message; a ping says that the agent lives, not that MetaTrader speaks to it."""
        self._heard = time.monotonic()
        self.is_pumping = self.is_pumping or not is_ping
        if self.is_pumping:
            self.at, self.since, self.reason = max(self.at, at), None, ""

    def lose_pump(self, reason: str, now: datetime) -> None:
        """Note that MetaTrader no longer speaks to its agent."""
        self.is_pumping = False
        self.lose(reason, now)

    def lose(self, reason: str, now: datetime) -> None:
        """Note that the way is lost, and since when."""
        self.reason = reason
        if self.since is None:
            self.since = now

    @property
    def status(self) -> LiveStatus:
        """Return how fresh the server is."""
        silent = time.monotonic() - self._heard
        if self.since is not None or silent > STALE_SECONDS:
            return LiveStatus.UNREACHABLE
        return LiveStatus.LIVE if silent <= FRESH_SECONDS else LiveStatus.AGEING

    @property
    def is_fresh(self) -> bool:
        """Return whether figures may be summed and sent as present."""
        return self.is_loaded and self.status is not LiveStatus.UNREACHABLE

    def take_changed(self) -> set[int]:
        """Bring the board up to the market; return the logins that may have changed."""
        self.board.settle()
        changed = self._changed | self.board.take_changed()
        self._changed = set()
        return changed
