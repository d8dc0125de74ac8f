"""The breaker: opens over a window of time, probes harmlessly, one prober at a time."""

from datetime import UTC, datetime, timedelta

import pytest

from trading.gateway.remote.breaker import Breaker, Limits, OwnTally

LIMITS = Limits(window_ms=10_000, calls=4, bad_percent=50, open_ms=5_000, probe_ms=15_000)


class Bench:
    """Breakers of several processes over one tally, with a clock that the test holds."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 4, 12, tzinfo=UTC)
        self.tally = OwnTally()
        self.probes = 0
        self.probe_says = False

    def breaker(self, key: str = "demo-1:money") -> Breaker:
        return Breaker(key, self.tally, limits=LIMITS, now=lambda: self.now)

    def passes(self, key: str = "demo-1:money") -> bool:
        return self.breaker(key).lets_through(self._probe)

    def _probe(self) -> bool:
        self.probes += 1
        return self.probe_says

    def note(self, goods: str, key: str = "demo-1:money") -> None:
        for good in goods:
            self.breaker(key).note(good=good == "+")

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize(
    ("calls", "closed"),
    [
        ("", True),
        ("---", True),
        ("----", False),
        ("++--", False),
        ("+++--", True),
        ("+++---", False),
    ],
)
def test_it_opens_on_half_of_enough_calls(bench: Bench, calls: str, closed: bool) -> None:
    bench.note(calls)
    assert bench.passes() is closed
    assert bench.probes == 0


def test_old_calls_do_not_count(bench: Bench) -> None:
    bench.note("---")
    bench.wait(10)
    bench.note("-")
    assert bench.passes()


def test_another_server_or_class_stays_open(bench: Bench) -> None:
    bench.note("----")
    assert not bench.passes()
    assert bench.passes("demo-2:money")
    assert bench.passes("demo-1:read")


def test_after_the_pause_a_probe_decides(bench: Bench) -> None:
    bench.note("----")
    bench.wait(4.9)
    assert not bench.passes()
    assert bench.probes == 0
    bench.wait(0.1)
    assert not bench.passes()
    assert bench.probes == 1
    bench.wait(4.9)
    assert not bench.passes()
    assert bench.probes == 1
    bench.wait(0.1)
    bench.probe_says = True
    assert bench.passes()
    assert bench.passes()
    assert bench.probes == 2


def test_one_prober_at_a_time(bench: Bench) -> None:
    bench.note("----")
    bench.wait(5)
    inner: list[bool] = []

    def probe() -> bool:
        inner.append(bench.passes())
        return True

    assert bench.breaker().lets_through(probe)
    assert inner == [False]


def test_a_prober_that_died_is_replaced(bench: Bench) -> None:
    bench.note("----")
    bench.wait(5)
    now_ms = int(bench.now.timestamp() * 1000)
    assert bench.tally.claim_probe("demo-1:money", now_ms=now_ms, lease_ms=15_000)
    assert not bench.passes()
    bench.wait(15)
    bench.probe_says = True
    assert bench.passes()


def test_a_closed_breaker_starts_afresh(bench: Bench) -> None:
    bench.note("----")
    bench.wait(5)
    bench.probe_says = True
    assert bench.passes()
    bench.note("---")
    assert bench.passes()
