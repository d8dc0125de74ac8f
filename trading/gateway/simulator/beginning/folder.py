"""The folder of a state: one process owns it at a time, and a state takes its place only whole."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from trading.gateway.lines import write_line
from trading.gateway.simulator.journal import SCHEMA, VERSION, Journal
from trading.gateway.simulator.records import read_body
from trading.terms import AccountRecord, TradeRecord

FILE = "metatrader.sqlite3"


class StateInUse(Exception):
    """Another process owns this state folder."""


def lock(folder: Path) -> IO[bytes]:
    """Take the state folder for this process (made when it is not there); raise StateInUse."""
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / "lock").open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as taken:
        file.close()
        raise StateInUse(str(folder)) from taken
    return file


def exists(folder: Path) -> bool:
    """Return whether a state was made here before."""
    return (folder / FILE).exists()


def open_state(folder: Path) -> Journal:
    """Open the state that stands in the folder."""
    connection = sqlite3.connect(folder / FILE, isolation_level=None)
    connection.executescript(SCHEMA)  # what a state made by an older server lacks
    journal = Journal(connection)
    _bring_up_to_date(connection, journal)
    return journal


def _bring_up_to_date(connection: sqlite3.Connection, journal: Journal) -> None:
    """Turn the JSON objects of version 0 into lines, once."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version >= VERSION:
        return
    kinds: tuple[tuple[str, str, type], ...] = (
        ("account", "login", AccountRecord),
        ("trade", "ticket", TradeRecord),
    )
    with journal.transaction():
        for table, key, kind in kinds:
            rows = connection.execute(f"SELECT body, {key} FROM {table}").fetchall()  # noqa: S608
            connection.executemany(
                f"UPDATE {table} SET body = ? WHERE {key} = ?",  # noqa: S608 - names of ours
                [(write_line(read_body(kind, text)), number) for text, number in rows],
            )
        connection.execute(f"PRAGMA user_version = {VERSION}")


@contextmanager
def new_state(folder: Path) -> Iterator[Journal]:
    """Give an empty state to fill; it takes its place only when all of it is on the disk."""
    building = folder / f"{FILE}.building"
    for left in folder.glob(f"{FILE}.building*"):  # of a start that was killed
        left.unlink()
    connection = sqlite3.connect(building, isolation_level=None)
    try:
        connection.executescript(SCHEMA)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        journal = Journal(connection)
        with journal.transaction():
            yield journal
        journal.close()
    except BaseException:
        connection.close()
        for left in folder.glob(f"{FILE}.building*"):
            left.unlink()
        raise
    os.replace(building, folder / FILE)
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
