"""The journal: what was written is found again, torn ends are cut, damage and strangers refused."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from trading.gateway.agent.journal import Attempt, Disk, Journal, JournalError

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def opened(folder: Path, disk: Disk | None = None) -> Journal:
    return Journal(folder, now=NOW, disk=disk)


def intend(journal: Journal, marker: str = "M", attempt: int = 1) -> None:
    journal.write_intent(marker=marker, attempt=attempt, login=7, digest="d", connection=3, now=NOW)


def filled(folder: Path, records: int = 6) -> list[int]:
    """Write some records; return where each ends."""
    journal = opened(folder)
    ends = [(folder / "journal").stat().st_size]
    for number in range(1, records + 1):
        intend(journal, f"M{number}")
        ends.append((folder / "journal").stat().st_size)
    journal.release()
    return ends


def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    intend(journal)
    journal.write_answer(marker="M", attempt=1, answer="lost", now=NOW)
    journal.write_closed(marker="M", attempt=1, now=NOW)
    journal.write_closed(marker="M", attempt=5, now=NOW)
    assert [journal.write_connected(now=NOW) for _ in range(2)] == [1, 2]
    journal.release()

    again = opened(tmp_path)
    assert again.id == journal.id
    assert again.attempts("M") == {1: Attempt(True, True, 3), 5: Attempt(False, True, 0)}
    assert again.attempts("N") == {}
    assert again.write_connected(now=NOW) == 3
    again.release()


def test_a_lost_journal_has_another_id(tmp_path: Path) -> None:
    first, second = opened(tmp_path / "a"), opened(tmp_path / "b")
    assert first.id != second.id
    first.release()
    (tmp_path / "a" / "journal").unlink()
    replaced = opened(tmp_path / "a")
    assert replaced.id != first.id
    for journal in (second, replaced):
        journal.release()


def test_closing_twice_writes_once(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    journal.write_closed(marker="M", attempt=1, now=NOW)
    size = (tmp_path / "journal").stat().st_size
    journal.write_closed(marker="M", attempt=1, now=NOW)
    assert (tmp_path / "journal").stat().st_size == size
    journal.release()


def test_torn_at_every_byte_it_keeps_the_whole_records(tmp_path: Path) -> None:
    ends = filled(tmp_path, records=3)
    whole = (tmp_path / "journal").read_bytes()
    for size in range(ends[0], len(whole)):
        (tmp_path / "journal").write_bytes(whole[:size])
        journal = opened(tmp_path)
        known = [n for n in range(1, 4) if journal.attempts(f"M{n}")]
        assert known == [n for n in range(1, 4) if ends[n] <= size]
        intend(journal, "next")
        journal.release()
        again = opened(tmp_path)
        assert again.attempts("next")
        again.release()


def test_torn_within_its_header_it_is_no_journal(tmp_path: Path) -> None:
    ends = filled(tmp_path, records=1)
    whole = (tmp_path / "journal").read_bytes()
    for size in range(ends[0]):
        (tmp_path / "journal").write_bytes(whole[:size])
        with pytest.raises(JournalError, match="is not a journal"):
            opened(tmp_path)


def test_garbage_and_zeros_at_the_end_are_cut(tmp_path: Path) -> None:
    filled(tmp_path, records=2)
    whole = (tmp_path / "journal").read_bytes()
    for tail in (bytes(4096), b"\xff" * 300, b"\x01\x00\x00\x00"):
        (tmp_path / "journal").write_bytes(whole + tail)
        opened(tmp_path).release()
        assert (tmp_path / "journal").read_bytes() == whole


def test_every_changed_byte_before_the_end_is_damage(tmp_path: Path) -> None:
    ends = filled(tmp_path, records=3)
    whole = (tmp_path / "journal").read_bytes()
    for place in range(ends[0], ends[2]):
        damaged = whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :]
        (tmp_path / "journal").write_bytes(damaged)
        with pytest.raises(JournalError, match="damaged at byte"):
            opened(tmp_path)
        assert (tmp_path / "journal").read_bytes() == damaged


def test_a_second_agent_is_refused(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    with pytest.raises(JournalError, match="Another agent holds the journal"):
        opened(tmp_path)
    journal.release()
    opened(tmp_path).release()


class FailingDisk(Disk):
    """A disk whose calls fail from the n-th on."""

    def __init__(self, call: str, after: int) -> None:
        self.call, self.left = call, after

    def _may(self, call: str) -> None:
        if call == self.call:
            self.left -= 1
            if self.left < 0:
                raise OSError(5, "Input/output error")

    def append(self, file: int, data: bytes) -> None:
        self._may("append")
        super().append(file, data)

    def sync(self, file: int) -> None:
        self._may("sync")
        super().sync(file)


@pytest.mark.parametrize(("call", "after"), [("append", 2), ("sync", 4)])
def test_after_a_failed_write_it_takes_nothing_more(tmp_path: Path, call: str, after: int) -> None:
    disk = FailingDisk(call, after)
    journal = opened(tmp_path, disk)
    intend(journal, "first")
    with pytest.raises(JournalError, match="cannot be written"):
        intend(journal, "second")
    disk.left = 100
    with pytest.raises(JournalError, match="failed before"):
        intend(journal, "third")
    assert journal.failed
    assert not journal.attempts("second")
    journal.release()


def test_a_folder_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="cannot be opened"):
        opened(tmp_path / "file")
