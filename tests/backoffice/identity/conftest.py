"""One clock for the sign-in: ours, Django's signatures and the one-time codes' alike."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core import signing
from django.utils import timezone

from backoffice.core import clock


class Wheel:
    """A clock that the test turns."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return the moment."""
        return self.at

    def time(self) -> float:
        """Return the moment as Unix seconds."""
        return self.at.timestamp()

    def turn(self, **span: int) -> None:
        """Let so much time pass."""
        self.at += timedelta(**span)


@pytest.fixture
def wheel(monkeypatch: pytest.MonkeyPatch) -> Wheel:
    """Hold every clock at the full half-minute that comes next."""
    start = datetime.now(UTC).replace(microsecond=0)
    turning = Wheel(start + timedelta(seconds=30 - start.second % 30))
    monkeypatch.setattr(clock, "now", turning.now)
    monkeypatch.setattr(timezone, "now", turning.now)
    monkeypatch.setattr(time, "time", turning.time)
    monkeypatch.setattr(signing.time, "time", turning.time)
    monkeypatch.setattr("axes.handlers.proxy.now", turning.now)
    return turning
