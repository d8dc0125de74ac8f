"""A journal written anew knows every attempt that the long one knew, wherever the writing stops."""

import contextlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from trading.gateway.agent import journal as module
from trading.gateway.agent.journal import Attempt, Disk, Journal, JournalError

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
KNOWN = {
    "M1": {1: Attempt(True, True, 3), 2: Attempt(True, False, 4)},
    "M2": {7: Attempt(False, True, 0)},
}


def opened(folder: Path, disk: Disk | None = None) -> Journal:
    return Journal(folder, now=NOW, disk=disk)


def intend(journal: Journal, marker: str, attempt: int, connection: int = 3) -> None:
    told: dict[str, Any] = {"login": 7, "digest": "d" * 64, "connection": connection, "now": NOW}
    journal.write_intent(marker=marker, attempt=attempt, **told)


def fill(folder: Path) -> str:
    """Write what KNOWN says, with answers in between; return the journal's id."""
    journal = opened(folder)
    for _ in range(4):
        journal.write_connected(now=NOW)
    intend(journal, "M1", 1)
    journal.write_answer(marker="M1", attempt=1, answer="lost " * 90, now=NOW)
    journal.write_closed(marker="M1", attempt=1, now=NOW)
    intend(journal, "M1", 2, connection=4)
    journal.write_closed(marker="M2", attempt=7, now=NOW)
    journal.release()
    return journal.id


def knows_all(journal: Journal) -> bool:
    return {marker: dict(journal.attempts(marker)) for marker in KNOWN} == KNOWN


def test_it_is_shorter_and_knows_the_same(tmp_path: Path) -> None:
    name = fill(tmp_path)
    journal, long = opened(tmp_path), (tmp_path / "journal").read_bytes()
    aside = journal.compact(now=NOW)
    assert aside.read_bytes() == long
    assert journal.size < len(long) / 2
    intend(journal, "M3", 1)
    assert knows_all(journal)
    journal.release()
    again = opened(tmp_path)
    assert (again.id, again.is_confirmed, again.write_connected(now=NOW)) == (name, True, 5)
    assert knows_all(again)
    assert again.attempts("M3")[1].sent
    with pytest.raises(JournalError, match="could not be written anew"):
        again.compact(now=NOW)  # the name of that second is taken: nothing is overwritten
    intend(again, "M4", 1)
    again.release()


def test_a_new_journal_that_nobody_confirmed_stays_one(tmp_path: Path) -> None:
    journal = Journal(tmp_path, now=NOW, is_first=False)
    journal.compact(now=NOW)
    journal.release()
    again = opened(tmp_path)
    assert again.state == "new"
    again.confirm(by="Ann", second="Bob", now=NOW)
    again.compact(now=NOW.replace(minute=1))
    again.release()
    assert opened(tmp_path).state == "ok"


def test_a_marker_with_very_many_attempts_is_parted(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    for attempt in range(1, module.MOST_A_RECORD + 3):
        journal.write_closed(marker="M" * 64, attempt=attempt, now=NOW)
    journal.compact(now=NOW)
    journal.release()
    assert len(opened(tmp_path).attempts("M" * 64)) == module.MOST_A_RECORD + 2


def test_it_is_long_when_it_has_doubled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONG_BYTES", 400)
    fill(tmp_path)
    journal = opened(tmp_path)
    assert journal.is_long
    journal.compact(now=NOW)
    monkeypatch.setattr(module, "LONG_BYTES", 0)
    lengths = [journal.size]
    while not journal.is_long:
        intend(journal, f"N{len(lengths)}", 1)
        lengths.append(journal.size)
    assert lengths[-1] >= 2 * lengths[0] > lengths[-2]
    journal.release()


class Killed(BaseException):
    """The process ended here."""


class KillingDisk(Disk):
    """Ends the process, or fails, at the n-th call: before it, or (an odd number) after it."""

    def __init__(self, point: int, end: type[BaseException]) -> None:
        self.left, self.end = point, end

    def _pass(self) -> None:
        self.left -= 1
        if self.left == -1:
            raise self.end

    def append(self, file: int, data: bytes) -> None:
        self._pass()
        super().append(file, data)
        self._pass()

    def sync(self, file: int) -> None:
        self._pass()
        super().sync(file)
        self._pass()

    def put_aside(self, name: Path, aside: Path) -> None:
        self._pass()
        super().put_aside(name, aside)
        self._pass()

    def put_in_place(self, new: Path, name: Path) -> None:
        self._pass()
        super().put_in_place(new, name)
        self._pass()


@pytest.mark.parametrize("end", [Killed, OSError])
def test_wherever_it_ends_nothing_is_forgotten(tmp_path: Path, end: type[BaseException]) -> None:
    """Ten calls of the disk; after a failure it goes on as it was, or takes nothing more."""
    for point in range(2, 12):
        folder = tmp_path / str(point)
        name = fill(folder)
        journal = opened(folder, KillingDisk(point, end))
        with contextlib.suppress(Killed, JournalError):
            journal.compact(now=NOW)
            raise AssertionError("it did not end")
        written = False
        if end is OSError:
            with contextlib.suppress(JournalError):
                intend(journal, "M9", 1)
                written = True
            assert journal.failed is not written
        journal.release()
        again = opened(folder)
        assert again.id == name
        assert knows_all(again)
        assert bool(again.attempts("M9")) is written
        again.release()
