"""The send gate's table: five checks in their order, each with its refusal."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from trading.gateway.agent.gate import Gate, flight_of
from trading.gateway.agent.journal import Journal
from trading.gateway.codes import Verdict, verdict
from trading.gateway.errors import NotSent
from trading.terms import Passage

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
LOGIN = flight_of(7, "M")


class Bench:
    """A gate with a clock that the test holds."""

    def __init__(self, folder: Path) -> None:
        self.journal = Journal(folder / "journal", now=NOW)
        self.now = NOW
        self.error_ms: int | None = 0
        self.gate = Gate(
            self.journal,
            now=lambda: self.now,
            clock_error_ms=lambda: self.error_ms,
            clock_skew_ms=100,
        )

    def sent(self, attempt: int) -> None:
        self.journal.write_intent(
            marker="M", attempt=attempt, login=7, digest="", connection=1, now=NOW
        )

    def closed(self, attempt: int) -> None:
        self.journal.write_closed(marker="M", attempt=attempt, now=NOW)

    def enter(self, attempt: int = 1) -> str:
        """Try to enter; return the reason of the refusal, or an empty text."""
        deadline = NOW + timedelta(seconds=5)
        passage = Passage(marker="M", attempt=attempt, deadline=deadline, absence_evidence="e")
        try:
            self.gate.enter(passage, LOGIN)
        except NotSent as no:
            return no.reason
        self.gate.leave(LOGIN)
        return ""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.journal.release()


def test_a_new_attempt_passes(bench: Bench) -> None:
    assert bench.enter() == ""


@pytest.mark.parametrize(
    ("error_ms", "said"), [(None, "clock"), (101, "clock"), (100, ""), (0, "")]
)
def test_the_clock_has_to_be_known(bench: Bench, error_ms: int | None, said: str) -> None:
    bench.error_ms = error_ms
    assert bench.enter() == said


@pytest.mark.parametrize(
    ("history", "attempt", "said"),
    [
        ("", 1, ""),
        ("", 3, ""),  # a lost journal: what the back office knows decides
        ("s1", 1, "seen"),
        ("s1", 2, "seen"),  # the attempt before is not closed
        ("s1 c1", 1, "closed"),
        ("s1 c1", 2, ""),
        ("s1 c1 s2", 2, "seen"),
        ("s1 c1 s2", 1, "closed"),
        ("s1 c1 s2 c2", 3, ""),
        ("s1 c1 s2 c2", 2, "closed"),
        ("c1", 1, "closed"),  # closed before it came
        ("c1", 2, ""),
        ("c2", 1, "seen"),  # an older attempt wakes up
        ("s2", 1, "seen"),
        ("c2", 3, ""),
        ("s1 c2", 3, "seen"),
    ],
)
def test_the_journal_decides(bench: Bench, history: str, attempt: int, said: str) -> None:
    for entry in history.split():
        (bench.sent if entry[0] == "s" else bench.closed)(int(entry[1:]))
    assert bench.enter(attempt) == said


def test_the_deadline_is_the_last_lawful_instant(bench: Bench) -> None:
    bench.now = NOW + timedelta(seconds=5)
    assert bench.enter() == ""
    bench.now += timedelta(microseconds=1)
    assert bench.enter() == "deadline"


def test_one_command_a_login(bench: Bench) -> None:
    passage = Passage(marker="other", attempt=1, deadline=NOW)
    bench.gate.enter(passage, LOGIN)
    assert bench.enter() == "busy"
    bench.gate.leave(LOGIN)
    assert bench.enter() == ""


def test_the_checks_come_in_their_order(bench: Bench) -> None:
    """With everything wrong, curing one after the other shows the next refusal."""
    bench.sent(1)
    bench.closed(1)
    bench.gate.enter(Passage(marker="other", attempt=1, deadline=NOW), LOGIN)
    bench.error_ms, bench.now = None, NOW + timedelta(seconds=6)
    assert bench.enter(1) == "clock"
    bench.error_ms = 0
    assert bench.enter(1) == "closed"
    bench.sent(2)
    assert bench.enter(2) == "seen"
    bench.closed(2)
    assert bench.enter(3) == "deadline"
    bench.now = NOW
    assert bench.enter(3) == "busy"
    bench.gate.leave(LOGIN)
    assert bench.enter(3) == ""


def test_a_login_that_metatrader_chooses_is_held_by_its_marker() -> None:
    assert flight_of(0, "M") != flight_of(0, "N")
    assert flight_of(7, "M") == flight_of(7, "N")


def test_money_believes_four_refusals_and_one_yes() -> None:
    said = {code: verdict(code, money=True) for code in range(-1, 300)}
    assert [code for code, what in said.items() if what is Verdict.DONE] == [0]
    assert [code for code, what in said.items() if what is Verdict.NO] == [3, 7, 64, 134]
    assert {what for code, what in said.items() if code not in (0, 3, 7, 64, 134)} == {
        Verdict.UNKNOWN
    }


@pytest.mark.parametrize("code", [1, 2, 4, 6, 128, 142, 143, 151, 152, 255, 999, -1])
def test_other_commands_do_not_believe_these_codes_either(code: int) -> None:
    assert verdict(code, money=False) is Verdict.UNKNOWN


@pytest.mark.parametrize("code", [8, 132, 137, 139, 141, 146])
def test_other_commands_may_come_again_after_these(code: int) -> None:
    assert verdict(code, money=False) is Verdict.LATER
