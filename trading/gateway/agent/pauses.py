"""When the agent may knock at MetaTrader again: pauses between attempts, and antiflood's blocks."""

import time


class Block:
    """How long MetaTrader's antiflood keeps this address out: both connections share it.

    Source: docs/metatrader.md, Antiflood (5 minutes, 5 more for each attempt, an hour at most).
    """

    SECONDS, MOST = 310, 3610

    def __init__(self) -> None:
        self._until = 0.0
        self._seconds = 0

    def met(self) -> None:
        """Take note of a refusal."""
        self._seconds = min(max(self._seconds * 2, self.SECONDS), self.MOST)
        self._until = time.monotonic() + self._seconds

    def over(self) -> None:
        """Take note that MetaTrader lets us in."""
        self._seconds = 0

    def left(self) -> float:
        """Return how many seconds nobody of us should try."""
        return self._until - time.monotonic() if self._seconds else 0


class Pauses:
    """When the next attempt to connect may be made, so that MetaTrader's antiflood stays calm.

    One quick attempt is free; after it attempts keep `seconds` apart, until a connection has held
    for that long. None is made while the address is blocked.
    """

    def __init__(self, seconds: float, block: Block | None = None) -> None:
        self._seconds = seconds
        self._block = block or Block()
        self._last: float | None = None
        self._quick = True

    def wait(self) -> float:
        """Return how many seconds the next attempt has to wait."""
        blocked = max(0, self._block.left())
        if self._last is None or self._quick:
            return blocked
        return max(blocked, self._last + self._seconds - time.monotonic())

    def blocked(self) -> None:
        """Take note that MetaTrader's antiflood turned an attempt away."""
        self._block.met()

    def attempted(self) -> None:
        """Take note of an attempt that is made now."""
        now = time.monotonic()
        if self._last is not None and now < self._last + self._seconds:
            self._quick = False
        self._last = now

    def held(self) -> None:
        """Take note that the connection works now."""
        self._block.over()
        if self._last is not None and time.monotonic() >= self._last + self._seconds:
            self._quick = True
