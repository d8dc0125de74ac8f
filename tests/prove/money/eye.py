"""Sees where withdrawals and deposits stand, from outside: plain SQL, as a superuser."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

PATIENCE_SECONDS = 60.0
#: What is in one of these is on its way; in the others it waits for a person, or is over.
MOVING = ("APPROVED", "UNCERTAIN", "RETURNING", "RECEIVED")
IN = "credit"  # the leg of a deposit

_STANDING = """
    SELECT p.id, p.key, p.state, p.account_id, p.approved_at, p.waits_because,
           o.id, coalesce(o.state, 'none'), o.attempts, o.marker, o.reason,
           coalesce(o.leg, 'debit'), p.return_asked_by <> '', ''
    FROM accounts_payment p
    LEFT JOIN LATERAL (
        SELECT o.*, l.leg FROM accounts_paymentoperation l
        JOIN trading_balanceoperation o ON o.key = l.key
        WHERE l.payment_id = p.id ORDER BY l.id DESC LIMIT 1
    ) o ON true
    WHERE p.key = ANY(%(keys)s)
    UNION ALL
    SELECT d.id, d.key, d.state, d.account_id, d.started_at, d.waits_because,
           o.id, coalesce(o.state, 'none'), o.attempts, o.marker, o.reason,
           'credit', false, d.page_url
    FROM accounts_deposit d
    LEFT JOIN LATERAL (
        SELECT o.* FROM accounts_depositoperation l
        JOIN trading_balanceoperation o ON o.key = l.key
        WHERE l.deposit_id = d.id ORDER BY l.id DESC LIMIT 1
    ) o ON true
    WHERE d.key = ANY(%(keys)s)
    ORDER BY 1
"""


@dataclass(frozen=True)
class Standing:
    """One withdrawal or deposit, by its own number, and its latest operation in MetaTrader."""

    payment_id: int
    key: UUID
    state: str
    account_id: int
    approved_at: Any
    waits_because: str
    operation_id: int | None
    operation: str
    attempts: int | None
    marker: str | None
    reason: str | None
    leg: str
    is_return_asked: bool
    page_url: str = ""  # where a deposit is paid

    @property
    def name(self) -> str:
        """What the journal and the books call this leg of it."""
        return f"{'d' if self.leg == IN else ''}{self.payment_id} {self.leg}"

    @property
    def words(self) -> str:
        """Both states in a word."""
        return f"{self.state}/{self.operation}"

    @property
    def moves(self) -> bool:
        """Whether the machine owes it something: on its way, and with no person yet."""
        return self.state in MOVING and self.operation != "MANUAL"


class Eye:
    """One session, made anew after every death of PostgreSQL. One thread only."""

    def __init__(self, sockets: Path) -> None:
        self._sockets = sockets
        self._session: psycopg.Connection | None = None

    def standings(self, keys: Iterable[UUID]) -> list[Standing]:
        """Where those of these keys stand now; those not yet asked for are left out."""
        return [Standing(*row) for row in self.rows(_STANDING, {"keys": list(keys)})]

    def rows(self, query: str, values: Any = None) -> list[tuple[Any, ...]]:
        """The rows of a query; PostgreSQL is waited for when it is just dead."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return self._open().execute(query, values).fetchall()
            except psycopg.OperationalError:
                self.close()
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def _open(self) -> psycopg.Connection:
        if self._session is None:
            self._session = psycopg.connect(
                host=str(self._sockets / "pg"), user="postgres", dbname="mt4bo",
                autocommit=True, connect_timeout=5,
            )  # fmt: skip
        return self._session

    def close(self) -> None:
        """Let the session go."""
        if self._session is not None:
            self._session.close()
            self._session = None
