"""What the agent knows of its clock's error."""

from datetime import UTC, datetime, timedelta

import pytest

from trading.gateway import clock

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


class Clocks:
    """The wall clock and the monotonic one of a test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall, self.steady_ms = NOON, 0
        monkeypatch.setattr(clock, "_reading", lambda: (self.wall, self.steady_ms))

    def pass_by(self, seconds: int, *, jump_ms: int = 0) -> None:
        self.steady_ms += seconds * 1000
        self.wall += timedelta(seconds=seconds, milliseconds=jump_ms)


def test_what_is_stated_is_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks = Clocks(monkeypatch)
    error = clock.ClockError(40)
    clocks.pass_by(3600)
    assert error.milliseconds() == 40


@pytest.mark.parametrize("jump_ms", [700, -700])
def test_a_jump_counts_and_is_trusted_again_later(
    monkeypatch: pytest.MonkeyPatch, jump_ms: int
) -> None:
    clocks = Clocks(monkeypatch)
    error = clock.ClockError(40)
    clocks.pass_by(1, jump_ms=jump_ms)
    assert error.milliseconds() == 740
    clocks.pass_by(59)
    assert error.milliseconds() == 740
    for _ in range(3):
        clocks.pass_by(61)
        error.milliseconds()
    assert error.milliseconds() == 40


def test_a_clock_nobody_vouches_for_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "kernel_error_ms", lambda: None)
    assert clock.ClockError(None).milliseconds() is None
    monkeypatch.setattr(clock, "kernel_error_ms", lambda: 12)
    assert clock.ClockError(None).milliseconds() == 12
