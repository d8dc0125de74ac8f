"""Stops knocking on a closed door: one breaker a server and class of call, over a window of time.

The counts are shared by every process that is given the same `Tally`; the one here is of one
process and needs no Redis. After the pause one asker at a time may probe, by a harmless read and
never by the call itself. Times are milliseconds since 1970.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Protocol

from trading.gateway import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When a breaker opens (`bad_percent` of at least `calls` in the window), and for how long."""

    window_ms: int = 10_000
    calls: int = 5
    bad_percent: int = 50
    open_ms: int = 5_000
    probe_ms: int = 15_000  # how long one prober is waited for before another may try


class Tally(Protocol):
    """What breakers remember, by key; every method is atomic among all who share it."""

    def note(self, key: str, *, good: bool, now_ms: int, window_ms: int) -> tuple[int, int]:
        """Count one call; return how many good and how many bad ones the window now holds."""

    def open(self, key: str, *, now_ms: int) -> None:
        """Open the breaker, or start its pause again; whoever probes has finished."""

    def opened_ms(self, key: str) -> int | None:
        """Return when the breaker was opened; None while it is closed."""

    def claim_probe(self, key: str, *, now_ms: int, lease_ms: int) -> bool:
        """Become the one prober, for a while; False if somebody else is."""

    def close(self, key: str) -> None:
        """Close the breaker and forget its calls."""


class OwnTally:
    """The tally of one process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._calls: dict[str, deque[tuple[int, bool]]] = {}
        self._opened: dict[str, int] = {}
        self._probed: dict[str, int] = {}

    def note(self, key: str, *, good: bool, now_ms: int, window_ms: int) -> tuple[int, int]:
        """See Tally."""
        with self._lock:
            calls = self._calls.setdefault(key, deque())
            calls.append((now_ms, good))
            while calls[0][0] <= now_ms - window_ms:
                calls.popleft()
            fine = sum(good for _, good in calls)
            return fine, len(calls) - fine

    def open(self, key: str, *, now_ms: int) -> None:
        """See Tally."""
        with self._lock:
            self._opened[key] = now_ms
            self._probed.pop(key, None)

    def opened_ms(self, key: str) -> int | None:
        """See Tally."""
        return self._opened.get(key)

    def claim_probe(self, key: str, *, now_ms: int, lease_ms: int) -> bool:
        """See Tally."""
        with self._lock:
            if now_ms < self._probed.get(key, 0):
                return False
            self._probed[key] = now_ms + lease_ms
            return True

    def close(self, key: str) -> None:
        """See Tally."""
        with self._lock:
            self._opened.pop(key, None)
            self._probed.pop(key, None)
            self._calls.pop(key, None)


class Breaker:
    """The breaker of one key, for example "demo-1:money"."""

    def __init__(
        self,
        key: str,
        tally: Tally,
        *,
        limits: Limits | None = None,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._key = key
        self._tally = tally
        self._limits = limits or Limits()
        self._now = now

    def lets_through(self, probe: Callable[[], bool]) -> bool:
        """Return whether a call may be made; after the pause one asker runs `probe` first."""
        opened_ms = self._tally.opened_ms(self._key)
        if opened_ms is None:
            return True
        now_ms = self._now_ms()
        if now_ms < opened_ms + self._limits.open_ms:
            return False
        lease_ms = self._limits.probe_ms
        if not self._tally.claim_probe(self._key, now_ms=now_ms, lease_ms=lease_ms):
            return False
        if not probe():
            self._tally.open(self._key, now_ms=self._now_ms())
            return False
        self._tally.close(self._key)
        return True

    def note(self, *, good: bool) -> None:
        """Count a call that was made; open when too many of the window's were bad."""
        now_ms = self._now_ms()
        fine, bad = self._tally.note(
            self._key, good=good, now_ms=now_ms, window_ms=self._limits.window_ms
        )
        calls = fine + bad
        if calls >= self._limits.calls and bad * 100 >= calls * self._limits.bad_percent:
            self._tally.open(self._key, now_ms=now_ms)

    def _now_ms(self) -> int:
        return int(self._now().timestamp() * 1000)
