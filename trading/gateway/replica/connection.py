"""One connection to a replica: read-only by its own setting, values as they were written.

Numbers stay decimal text until they are a `Decimal`, times stay the server's wall clock. A lost
connection is opened again once: questions do no harm.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from threading import Lock
from typing import Any

import pymysql
from pymysql.constants import FIELD_TYPE
from pymysql.converters import conversions

from trading.gateway.errors import Unavailable
from trading.gateway.replica import tables
from trading.gateway.replica.address import ReplicaAddress
from trading.gateway.replica.tables import Columns

CONNECT_SECONDS = 5
#: As long as the questions for history may take (port.DEADLINE_SECONDS).
READ_SECONDS = 30
_LOST = (pymysql.err.OperationalError, pymysql.err.InterfaceError)


def _moment(text: str) -> datetime | None:
    """Return a DATETIME; None for dates that are none, such as 0000-00-00."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


_CONVERTERS = {
    **conversions,
    FIELD_TYPE.FLOAT: Decimal,
    FIELD_TYPE.DOUBLE: Decimal,
    FIELD_TYPE.DATETIME: _moment,
    FIELD_TYPE.TIMESTAMP: _moment,
}


class Connection:
    """Asks one replica; shared by the threads of a process, one question at a time."""

    def __init__(self, address: ReplicaAddress) -> None:
        self._address = address
        self._lock = Lock()
        self._session: Any = None
        self._columns: Columns = {}
        self._found: list[tuple[str, str]] = []

    @property
    def columns(self) -> Columns:
        """Return which columns the tables have; read once a connection."""
        self.ask("SELECT 1")
        return self._columns

    def ask(self, question: str, *values: object) -> Sequence[tuple[Any, ...]]:
        """Return the rows of a question; Unavailable when there is no answer."""
        with self._lock:
            try:
                return self._asked(question, values)
            except _LOST:
                self.close()
            try:
                return self._asked(question, values)
            except pymysql.err.Error as wrong:
                self.close()
                raise Unavailable(self._sentence(wrong)) from wrong

    def _asked(self, question: str, values: Sequence[object]) -> Sequence[tuple[Any, ...]]:
        if self._session is None:
            self._open()
        try:
            return self._run(question, values)
        except pymysql.err.ProgrammingError as wrong:
            raise Unavailable(self._sentence(wrong)) from wrong

    def _run(self, question: str, values: Sequence[object]) -> Sequence[tuple[Any, ...]]:
        with self._session.cursor() as cursor:
            cursor.execute(tables.spelt(question, self._found), values or None)
            rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
            return rows

    def _open(self) -> None:
        told = self._address
        place: Mapping[str, Any] = (
            {"unix_socket": told.socket} if told.socket else {"host": told.host, "port": told.port}
        )
        self._session = pymysql.connect(
            **place,
            user=told.user,
            password=told.password,
            database=told.database,
            charset="utf8mb4",
            conv=_CONVERTERS,
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            write_timeout=READ_SECONDS,
            ssl={"check_hostname": True} if told.encrypted else None,
        )
        self._run("SET SESSION TRANSACTION READ ONLY", ())
        found = self._run(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = DATABASE()",
            (),
        )
        self._found = [(str(table), str(column)) for table, column in found]
        self._columns = tables.present(self._found)

    def _sentence(self, wrong: Exception) -> str:
        told = self._address
        place = told.socket or f"{told.host}:{told.port}"
        words = wrong.args[-1] if wrong.args else wrong
        return f"The SQL replica {told.database} at {place} does not answer: {words}."

    def close(self) -> None:
        """Let go of the connection; the next question opens another."""
        session, self._session = self._session, None
        if session is not None:
            session.close() if session.open else None


def as_stored(code_page: str) -> Callable[[str], str]:
    """Return what turns a text into the one that was meant.

    The replication wrote the server's ANSI bytes into a column that calls itself latin1 (MySQL
    means cp1252 by it), and the connection read them as such.
    """
    if not code_page:
        return lambda text: text
    return lambda text: text.encode("cp1252", "replace").decode(code_page, "replace")
