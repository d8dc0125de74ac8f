"""What the simulated provider has done, on disk: charges, refunds, callbacks to deliver."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from uuid import uuid4

SCHEMA = """
CREATE TABLE IF NOT EXISTS charge (
    key TEXT PRIMARY KEY, id TEXT UNIQUE NOT NULL,
    amount_minor INTEGER NOT NULL, currency TEXT NOT NULL,
    callback_url TEXT NOT NULL, return_url TEXT NOT NULL, description TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending', reference TEXT NOT NULL DEFAULT '',
    fee_minor INTEGER NOT NULL DEFAULT 0,
    kind TEXT NOT NULL DEFAULT '', fingerprint TEXT NOT NULL DEFAULT '',
    label TEXT NOT NULL DEFAULT '', holder TEXT NOT NULL DEFAULT '', words TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS refund (
    key TEXT PRIMARY KEY, charge_key TEXT NOT NULL REFERENCES charge (key),
    amount_minor INTEGER NOT NULL, reference TEXT UNIQUE NOT NULL
);
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY, url TEXT NOT NULL, body BLOB NOT NULL, due_at REAL NOT NULL,
    forged INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS chargeback (
    reference TEXT PRIMARY KEY, charge_id TEXT NOT NULL REFERENCES charge (id),
    amount_minor INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS settlement (
    number INTEGER PRIMARY KEY, currency TEXT NOT NULL, body BLOB NOT NULL,
    until REAL NOT NULL, reserve_minor INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS settled (reference TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS fault (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One charge. `state` is pending, paid or declined."""

    key: str
    id: str
    amount_minor: int
    currency: str
    callback_url: str
    return_url: str
    description: str
    state: str = "pending"
    reference: str = ""
    fee_minor: int = 0
    kind: str = ""
    fingerprint: str = ""
    label: str = ""
    holder: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What moved and is not settled. `kind` is capture, refund or chargeback."""

    kind: str
    reference: str
    about: str
    amount_minor: int
    fee_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """One settlement that was made."""

    number: int
    body: bytes
    until: float
    reserve_minor: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """A callback that somebody has not taken yet."""

    id: int
    url: str
    body: bytes
    forged: bool
    tries: int


class Other(Exception):
    """The key was used for something else."""


class Store:
    """The file. One lock: a provider's clerk with one pen."""

    def __init__(self, path: Path) -> None:
        self._lock = Lock()
        self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.executescript(SCHEMA)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._file.execute("BEGIN IMMEDIATE")
            try:
                yield self._file
            except BaseException:
                self._file.execute("ROLLBACK")
                raise
            self._file.execute("COMMIT")

    def open(self, wanted: Row) -> Row:
        """Take a charge on; the same key and content is the same charge, another is Other."""
        with self._writing() as file:
            known = _charge(file, "key", wanted.key)
            if known is None:
                names = Row.__slots__
                marks = ", ".join("?" for _ in names)
                file.execute(
                    f"INSERT INTO charge ({', '.join(names)}) VALUES ({marks})",  # noqa: S608
                    [getattr(wanted, name) for name in names],
                )
                return wanted
            if (known.amount_minor, known.currency) != (wanted.amount_minor, wanted.currency):
                raise Other
            return known

    def charge(self, name: str, value: str) -> Row | None:
        """Return the charge whose key, or id, it is."""
        with self._lock:
            return _charge(self._file, name, value)

    def settle(self, charge_id: str, **facts: str | int) -> tuple[Row, bool]:
        """Set what became of a pending charge; return it, and whether it was settled just now."""
        with self._writing() as file:
            sets = ", ".join(f"{name} = ?" for name in facts)
            done = file.execute(
                f"UPDATE charge SET {sets} WHERE id = ? AND state = 'pending'",  # noqa: S608
                [*facts.values(), charge_id],
            )
            row = _charge(file, "id", charge_id)
            if row is None:
                raise Other
            return row, done.rowcount == 1

    def reopen(self, charge_id: str) -> None:
        """Let a declined charge be paid after all: the client tried another card."""
        with self._writing() as file:
            file.execute(
                "UPDATE charge SET state = 'pending' WHERE id = ? AND state = 'declined'",
                [charge_id],
            )

    def refund(self, key: str, charge_key: str, amount_minor: int) -> tuple[str, bool]:
        """Send money of a charge back once a key; Other when the key, or more than was paid."""
        with self._writing() as file:
            known = file.execute(
                "SELECT charge_key, amount_minor, reference FROM refund WHERE key = ?", [key]
            ).fetchone()
            if known is not None:
                if known[:2] != (charge_key, amount_minor):
                    raise Other
                return str(known[2]), False
            charge = _charge(file, "key", charge_key)
            (sent,) = file.execute(
                "SELECT coalesce(sum(amount_minor), 0) FROM refund WHERE charge_key = ?",
                [charge_key],
            ).fetchone()
            is_paid = charge is not None and charge.state == "paid"
            if not is_paid or charge is None or sent + amount_minor > charge.amount_minor:
                raise Other
            reference = f"re_{uuid4().hex}"
            file.execute(
                "INSERT INTO refund VALUES (?, ?, ?, ?)", [key, charge_key, amount_minor, reference]
            )
            return reference, True

    def charge_back(self, reference: str, charge_id: str, amount_minor: int) -> None:
        """Take a charge back for good; once a reference."""
        with self._writing() as file:
            file.execute(
                "INSERT OR IGNORE INTO chargeback VALUES (?, ?, ?)",
                [reference, charge_id, amount_minor],
            )

    def unsettled(self, currency: str) -> list[Moved]:
        """Return what moved in a currency and no settlement has."""
        asked = """
            SELECT 'capture', reference, id, amount_minor, fee_minor FROM charge
            WHERE state = 'paid' AND currency = :c
            UNION ALL SELECT 'refund', r.reference, c.reference, r.amount_minor, 0
            FROM refund r JOIN charge c ON c.key = r.charge_key WHERE c.currency = :c
            UNION ALL SELECT 'chargeback', b.reference, c.reference, b.amount_minor, 0
            FROM chargeback b JOIN charge c ON c.id = b.charge_id WHERE c.currency = :c
        """
        with self._lock:
            rows = self._file.execute(asked, {"c": currency}).fetchall()
            known = {row[0] for row in self._file.execute("SELECT reference FROM settled")}
        names = Moved.__slots__
        found = [Moved(**dict(zip(names, row, strict=True))) for row in rows]
        return [one for one in found if one.reference not in known]

    def settlements(self, currency: str) -> list[Settled]:
        """Return the settlements of a currency, the latest first."""
        with self._lock:
            rows = self._file.execute(
                "SELECT number, body, until, reserve_minor FROM settlement WHERE currency = ?"
                " ORDER BY number DESC",
                [currency],
            ).fetchall()
        return [Settled(**dict(zip(Settled.__slots__, row, strict=True))) for row in rows]

    def keep_settlement(self, one: Settled, currency: str, references: list[str]) -> None:
        """Keep a settlement that was made, and that these movements are settled."""
        with self._writing() as file:
            file.execute(
                "INSERT INTO settlement VALUES (?, ?, ?, ?, ?)",
                [one.number, currency, one.body, one.until, one.reserve_minor],
            )
            file.executemany(
                "INSERT OR IGNORE INTO settled VALUES (?)", [[name] for name in references]
            )

    def counts(self) -> dict[str, int]:
        """Return how many charges, paid ones, refunds and open deliveries there are."""
        asked = {
            "charges": "SELECT count(*) FROM charge",
            "paid": "SELECT count(*) FROM charge WHERE state = 'paid'",
            "refunds": "SELECT count(*) FROM refund",
            "deliveries": "SELECT count(*) FROM delivery",
        }
        with self._lock:
            return {name: self._file.execute(sql).fetchone()[0] for name, sql in asked.items()}

    def deliver(self, url: str, body: bytes, *, due_at: float, forged: bool = False) -> None:
        """Put a callback on the list; it is sent again and again until somebody takes it."""
        with self._writing() as file:
            file.execute(
                "INSERT INTO delivery (url, body, due_at, forged) VALUES (?, ?, ?, ?)",
                [url, body, due_at, int(forged)],
            )

    def due(self, now: float) -> list[Delivery]:
        """Return what is due, in the order of its time."""
        with self._lock:
            rows = self._file.execute(
                "SELECT id, url, body, forged, tries FROM delivery WHERE due_at <= ?"
                " ORDER BY due_at, id LIMIT 50",
                [now],
            ).fetchall()
        return [Delivery(row[0], row[1], row[2], bool(row[3]), row[4]) for row in rows]

    def delivered(self, number: int) -> None:
        """Somebody took it."""
        with self._writing() as file:
            file.execute("DELETE FROM delivery WHERE id = ?", [number])

    def put_off(self, number: int, due_at: float) -> None:
        """Nobody took it: later again."""
        with self._writing() as file:
            file.execute(
                "UPDATE delivery SET due_at = ?, tries = tries + 1 WHERE id = ?", [due_at, number]
            )

    def faults(self) -> dict[str, str]:
        """Return the faults that are switched on."""
        with self._lock:
            return dict(self._file.execute("SELECT name, value FROM fault").fetchall())

    def switch(self, faults: dict[str, str]) -> None:
        """Switch exactly these faults on."""
        with self._writing() as file:
            file.execute("DELETE FROM fault")
            file.executemany("INSERT INTO fault VALUES (?, ?)", list(faults.items()))


def _charge(file: sqlite3.Connection, name: str, value: str) -> Row | None:
    names = Row.__slots__
    row = file.execute(
        f"SELECT {', '.join(names)} FROM charge WHERE {name} = ?",  # noqa: S608
        [value],
    ).fetchone()
    return Row(**dict(zip(names, row, strict=True))) if row else None
