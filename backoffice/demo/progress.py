"""Progress bars for steps that take a moment. Standard library only, and read by old Pythons."""

from __future__ import annotations

import math
import sys
import time

WIDTH = 24


class Step:
    """One step: a bar that moves on a terminal, one line at its end elsewhere.

    Without a known share of work the bar fills by time, slower and slower, and never lies at 100 %.
    """

    def __init__(self, title: str, expected: float = 2.0) -> None:
        self.title = title
        self.expected = expected  # seconds, a guess
        self._start = time.monotonic()
        self._live = sys.stdout.isatty()
        self._told = 0.0

    def __enter__(self) -> Step:
        self.show()
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        done = kind is None
        line = self._line(1.0 if done else 0.0, f"{self.seconds:.1f} s" if done else "not done")
        print(("\r" if self._live else "") + line, flush=True)

    @property
    def seconds(self) -> float:
        """How long the step has taken."""
        return time.monotonic() - self._start

    def show(self, share: float | None = None, note: str = "") -> None:
        """Draw the bar: `share` of the work is done (0 to 1), or unknown."""
        if share is None:
            share = 1.0 - math.exp(-self.seconds / self.expected)
        share = min(share, 0.99)
        now = time.monotonic()
        if self._live:
            print("\r" + self._line(share, note or f"{self.seconds:.0f} s"), end="", flush=True)
        elif now - max(self._told, self._start) > 10:  # a log gets a line every ten seconds
            self._told = now
            print(self._line(share, note or f"{self.seconds:.0f} s"), flush=True)

    def _line(self, share: float, note: str) -> str:
        full = round(share * WIDTH)
        bar = "█" * full + "·" * (WIDTH - full)
        return f"  {self.title[:34]:34} {bar} {share * 100:3.0f} %  {note:18}"
