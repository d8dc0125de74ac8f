"""The agent's memory of what it sent: append-only, on disk before the first byte leaves.

One file, `journal`, of records: length, CRC, JSON. The first record names the journal by a random
id, so that a lost journal is a changed id. A torn last record is cut off at the start (it was never
acknowledged, so nothing was sent on its strength); damage before the end is refused. A failed write
or fsync ends the journal for good: a second try may report success for data that is gone.

A journal that has grown is written anew with what the gate asks for, one record a marker: every
attempt that was ever sent or closed, for ever. The long one stays beside it, for people.
"""

import fcntl
import os
import secrets
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from struct import Struct
from typing import Any

import orjson

_HEAD = Struct("<II")  # length of the body, CRC-32 of length and body
_LARGEST_RECORD = 64 * 1024
NEW = "journal.new"
MOST_A_RECORD = 500  # attempts: a record has its largest size
#: From this size on a journal is written anew, when it has doubled since the last time.
LONG_BYTES, TWICE = 16 * 1024 * 1024, 2


class JournalError(Exception):
    """The journal cannot be opened or written; its sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the journal holds of one attempt: was it sent, on which connection, is it closed."""

    sent: bool = False
    closed: bool = False
    connection: int = 0


class Disk:
    """The calls to the operating system that a record's safety hangs on."""

    def append(self, file: int, data: bytes) -> None:
        """Write all of the data at the end of the file."""
        while data:
            data = data[os.write(file, data) :]

    def sync(self, file: int) -> None:
        """Return when everything written to the file is on the disk."""
        os.fsync(file)

    def put_in_place(self, new: Path, name: Path) -> None:
        """Give a finished file its name."""
        new.rename(name)

    def put_aside(self, name: Path, aside: Path) -> None:
        """Give a file a second name."""
        aside.hardlink_to(name)


def _packed(record: Mapping[str, Any]) -> bytes:
    body = orjson.dumps(record)
    length = len(body).to_bytes(4, "little")
    return _HEAD.pack(len(body), zlib.crc32(length + body)) + body


def _body_at(data: bytes, offset: int) -> bytes | None:
    """Return the body of the record that starts here, or None where no whole record does."""
    start = offset + _HEAD.size
    if start > len(data):
        return None
    length, crc = _HEAD.unpack_from(data, offset)
    body = data[start : start + length]
    if not 0 < length <= _LARGEST_RECORD or len(body) < length:
        return None
    return body if zlib.crc32(data[offset : offset + 4] + body) == crc else None


def _records(data: bytes, name: Path) -> tuple[list[dict[str, Any]], int]:
    """Return the whole records and the offset where they end; JournalError if one is damaged."""
    records, offset = [], 0
    while (body := _body_at(data, offset)) is not None:
        records.append(orjson.loads(body))
        offset += _HEAD.size + len(body)
    later = range(offset + 1, len(data) - _HEAD.size)
    if any(_body_at(data, place) is not None for place in later):
        raise JournalError(
            f"The journal {name} is damaged at byte {offset}: restore it from a copy, "
            "or move it away and settle every open operation of this server by search."
        )
    return records, offset


def _listed(attempts: Mapping[int, Attempt]) -> list[tuple[int, bool, bool, int]]:
    return [(number, one.sent, one.closed, one.connection) for number, one in attempts.items()]


def _locked(directory: Path) -> int:
    """Return the lock of the journal's folder, held until the process ends or `release`."""
    file = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        raise JournalError(
            f"Another agent holds the journal in {directory}: one agent serves one server; "
            "stop it, or give this one a journal of its own."
        ) from None
    return file


class Journal:
    """What was sent and what was closed, by marker and attempt; written by one thread only."""

    def __init__(
        self, directory: Path, *, now: datetime, disk: Disk | None = None, is_first: bool = True
    ) -> None:
        """Open the journal of a folder, or make it; JournalError says why it cannot be done.

        A journal that is made and is not the server's first takes a lost one's place: it vouches
        for nothing until `confirm` says that what was under way is settled.
        """
        self._disk = disk or Disk()
        self._is_first = is_first
        self.is_confirmed = True
        self._directory = directory
        self._compact_size = 0
        self._attempts: dict[str, dict[int, Attempt]] = {}
        self._connections = 0
        self.failed = False
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = _locked(directory)
            with ExitStack() as failed:
                failed.callback(os.close, self._lock)
                self._file, self.id = self._opened(directory, now)
                failed.pop_all()
        except OSError as wrong:
            raise JournalError(f"The journal in {directory} cannot be opened: {wrong}.") from wrong

    def _opened(self, directory: Path, now: datetime) -> tuple[int, str]:
        name = directory / "journal"
        if not name.exists():
            self._make(directory, name, now)
        data = name.read_bytes()
        records, end = _records(data, name)
        if not records or "journal" not in records[0]:
            raise JournalError(f"{name} is not a journal: move it away, or name another folder.")
        self._header = records[0]
        self.is_confirmed = bool(records[0].get("first", True))
        for record in records[1:]:
            self._learn(record)
        file = os.open(name, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        with ExitStack() as failed:
            failed.callback(os.close, file)
            if end < len(data):
                os.ftruncate(file, end)
            # What a killed agent wrote but had not synced is the truth only once it is on disk.
            self._disk.sync(file)
            failed.pop_all()
        return file, str(records[0]["journal"])

    def _make(self, directory: Path, name: Path, now: datetime) -> None:
        name_and_time = {"journal": secrets.token_hex(16), "made_at": now.isoformat()}
        os.close(self._written(directory, _packed({**name_and_time, "first": self._is_first})))
        self._disk.put_in_place(directory / NEW, name)
        self._sync_folder(directory)

    def _written(self, directory: Path, data: bytes) -> int:
        """Write a whole new file and return it, open; it is on the disk and has no name yet."""
        wanted = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC
        file = os.open(directory / NEW, wanted, 0o600)
        with ExitStack() as failed:
            failed.callback(os.close, file)
            self._disk.append(file, data)
            self._disk.sync(file)
            failed.pop_all()
        return file

    def _sync_folder(self, directory: Path) -> None:
        folder = os.open(directory, os.O_RDONLY)
        try:
            self._disk.sync(folder)
        finally:
            os.close(folder)

    def _learn(self, record: Mapping[str, Any]) -> None:
        kind = record["kind"]
        if kind == "connected":
            self._connections = record["number"]
            return
        if kind == "confirmed":
            self.is_confirmed = True
        if kind == "kept":
            self._attempts.setdefault(record["marker"], {}).update(
                (number, Attempt(sent, closed, connection))
                for number, sent, closed, connection in record["attempts"]
            )
        if kind not in ("intent", "closed"):
            return
        attempts = self._attempts.setdefault(record["marker"], {})
        known = attempts.get(record["attempt"], Attempt())
        if kind == "intent":
            known = replace(known, sent=True, connection=record["connection"])
        else:
            known = replace(known, closed=True)
        attempts[record["attempt"]] = known

    def _append(self, record: Mapping[str, Any]) -> None:
        """Put a record on the disk; JournalError, now and for ever, if that cannot be known."""
        if self.failed:
            raise JournalError("The journal failed before: the agent must be restarted.")
        try:
            self._disk.append(self._file, _packed(record))
            self._disk.sync(self._file)
        except OSError as wrong:
            self.failed = True
            raise JournalError(f"The journal cannot be written: {wrong}.") from wrong
        self._learn(record)

    @property
    def state(self) -> str:
        """Return whether it lets commands out: ok, failed, or new (nobody confirmed it)."""
        if self.failed:
            return "failed"
        return "ok" if self.is_confirmed else "new"

    def attempts(self, marker: str) -> Mapping[int, Attempt]:
        """Return what is known of every attempt of a marker."""
        return dict(self._attempts.get(marker, {}))  # a copy: another thread may be asking

    def write_intent(
        self, *, marker: str, attempt: int, login: int, digest: str, connection: int, now: datetime
    ) -> None:
        """Say that this attempt is about to be sent; on return it is on the disk."""
        self._append(
            {
                "kind": "intent",
                "marker": marker,
                "attempt": attempt,
                "login": login,
                "digest": digest,
                "connection": connection,
                "at": now.isoformat(),
            }
        )

    def write_answer(self, *, marker: str, attempt: int, answer: str, now: datetime) -> None:
        """Keep what became of an attempt, in words: for the people who search, not for the gate."""
        record = {"kind": "answer", "marker": marker, "attempt": attempt, "answer": answer[:500]}
        self._append(record | {"at": now.isoformat()})

    def write_closed(self, *, marker: str, attempt: int, now: datetime) -> None:
        """Close an attempt for ever; on return that is on the disk. Twice does no harm."""
        if self.attempts(marker).get(attempt, Attempt()).closed:
            return
        record = {"kind": "closed", "marker": marker, "attempt": attempt}
        self._append(record | {"at": now.isoformat()})

    def confirm(self, *, by: str, second: str, now: datetime) -> None:
        """Say that two people vouch for what a lost journal knew; on return it is on the disk."""
        if not self.is_confirmed:
            self._append({"kind": "confirmed", "by": by, "second": second, "at": now.isoformat()})

    def write_connected(self, *, now: datetime) -> int:
        """Count a new connection to MetaTrader; the count goes on over restarts."""
        number = self._connections + 1
        self._append({"kind": "connected", "number": number, "at": now.isoformat()})
        return number

    # Keeping it short

    @property
    def size(self) -> int:
        """Return how many bytes the file has."""
        return os.fstat(self._file).st_size

    @property
    def is_long(self) -> bool:
        """Return whether it has grown so much that `compact` is worth its time."""
        return not self.failed and self.size >= max(LONG_BYTES, TWICE * self._compact_size)

    def compact(self, *, now: datetime) -> Path:
        """Write the journal anew with what the gate needs; return where the long one is kept.

        JournalError where it stays as it was; once the new file is about to take the name, it is
        for good, since nobody could say which of the two a restart would find.
        """
        if self.failed:
            raise JournalError("The journal failed before: the agent must be restarted.")
        name = self._directory / "journal"
        aside = self._directory / f"journal.{now:%Y%m%dT%H%M%S}"
        try:
            file = self._written(self._directory, b"".join(map(_packed, self._short(now))))
        except OSError as wrong:
            raise JournalError(f"The journal could not be written anew: {wrong}.") from wrong
        try:
            self._disk.put_aside(name, aside)
        except OSError as wrong:
            os.close(file)
            raise JournalError(f"The journal could not be written anew: {wrong}.") from wrong
        os.close(self._file)
        self._file, self._compact_size = file, os.fstat(file).st_size
        try:
            self._disk.put_in_place(self._directory / NEW, name)
            self._sync_folder(self._directory)
        except OSError as wrong:  # which of the two has the name now?
            self.failed = True
            raise JournalError(f"The journal cannot be written: {wrong}.") from wrong
        return aside

    def _short(self, now: datetime) -> Iterator[dict[str, Any]]:
        """Yield the records that say the same: the header, its confirmation, and every marker."""
        yield {**self._header, "first": self.is_confirmed, "compacted_at": now.isoformat()}
        yield {"kind": "connected", "number": self._connections, "at": now.isoformat()}
        for marker, attempts in self._attempts.items():
            listed = _listed(attempts)
            for start in range(0, len(listed), MOST_A_RECORD):
                some = listed[start : start + MOST_A_RECORD]
                yield {"kind": "kept", "marker": marker, "attempts": some}

    def release(self) -> None:
        """Close the file and let go of the lock."""
        os.close(self._file)
        os.close(self._lock)
