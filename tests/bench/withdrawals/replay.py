"""The replaying loop: it makes the same commits, by our own statements, reading and writing.

Sent by libpq itself into a copy of our database: the same tables with their triggers, checks and
indexes, the rights of our application. Every replay is a withdrawal of its own. Its values were
made and put into PostgreSQL's form beforehand, its statements are prepared; on the way nothing is
looked at, decided or reckoned, and no row that is read becomes a value. At its end the copy holds
as many rows more as numbers were drawn, and its books balance.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import pq
from psycopg import sql as text
from psycopg.adapt import Transformer
from psycopg.conninfo import make_conninfo

from accounts.ledger.proof import QUESTIONS
from backoffice.core.compiled import driver
from backoffice.core.runtime.provision import provision
from backoffice.demo.postgres import SUPERUSER
from tests.bench.withdrawals.bare import Loop, Said
from tests.bench.withdrawals.identities import Line, Way, again
from tests.bench.withdrawals.steps import Step, Taken

GOOD = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK)
APART = 10**10
#: Above those that the simulated MetaTrader gives, and a number that it could give.
TICKETS = 2_000_000_000
#: Every number has a range of its own: it is recognised wherever it stands.
SPREAD = """
SELECT setval(format('public.%%I', sequencename)::regclass,
              %s * row_number() OVER (ORDER BY sequencename))
FROM pg_sequences WHERE schemaname = 'public' AND data_type = 'bigint'::regtype
"""
DRAWN = "SELECT sequencename, last_value FROM pg_sequences WHERE last_value >= 10000000000"
OWNERS = """
SELECT s.relname, d.refobjid::regclass::text
FROM pg_depend d JOIN pg_class s ON s.oid = d.objid
WHERE s.relkind = 'S' AND d.deptype IN ('a', 'i') AND s.relnamespace = 'public'::regnamespace
"""
LEFT = "SELECT count(*) FROM core_work WHERE state <> 'DONE'"


@dataclass(frozen=True)
class Money:
    """What is carried: the sequence of its numbers, and what is asked about it.

    `ticket` and `line` (a row of a file that it used up) by its number; `lines` are those that wait
    still; `booked` counts those that are booked under tickets from this one on.
    """

    sequence: str
    ticket: str
    booked: str
    line: str = ""
    lines: str = ""


WITHDRAWAL = Money(
    sequence="accounts_payment_id_seq",
    ticket="SELECT ticket FROM accounts_payment WHERE id =",
    booked="""
SELECT count(DISTINCT (p.id, p.ticket)) FROM accounts_payment p
JOIN accounts_bookedticket t ON t.ticket = p.ticket AND t.kind = 'ours' AND t.amount = -p.amount
JOIN accounts_entry e ON e.id = t.entry_id AND e.of_id = p.reservation_id AND e.act = 'settle'
JOIN approvals_approvalrequest a ON a.id = p.approval_id AND a.state = 'EXECUTED'
JOIN accounts_paymentoperation o ON o.payment_id = p.id
JOIN trading_balanceoperation b
  ON b.id = o.operation_id AND b.key = o.key AND b.state = 'CONFIRMED' AND b.ticket = p.ticket
WHERE p.state = 'DEBITED' AND p.ticket >= %s
""",
)


class Watch:
    """Sees which numbers a way draws, its ticket, and the line that it uses up."""

    def __init__(self, dsn: str, money: Money = WITHDRAWAL) -> None:
        """Spread the numbers that are still to be drawn; `dsn` is the address of the owner."""
        place = make_conninfo(dsn, user=SUPERUSER)
        self.session = psycopg.connect(place, autocommit=True)
        self.session.execute(SPREAD, [APART])
        self.money = money
        self.seen: list[tuple[Mapping[str, range], int, Line | None]] = []

    def watched(self, carry: Callable[[], None]) -> Callable[[], None]:
        """Return the same, watched."""

        def carried() -> None:
            before = _last(self.session)
            carry()
            after = _last(self.session)
            drawn = {
                name: range(before[name] + 1, last + 1)
                for name, last in after.items()
                if last > before[name]
            }
            (number,) = drawn[self.money.sequence]
            ((ticket,),) = _asked(self.session, f"{self.money.ticket} {number}")
            self.seen.append((drawn, int(ticket), self._line(number)))

        return carried

    def _line(self, number: int) -> Line | None:
        if not self.money.line:
            return None
        ((row, key, name, account),) = _asked(self.session, f"{self.money.line} {number}")
        return Line(int(row), UUID(key), name, int(account))

    def ways(self, taken: Sequence[Taken]) -> list[Way]:
        """Return what was seen of these."""
        self.session.close()
        return [Way(one, *seen) for one, seen in zip(taken, self.seen, strict=True)]


class Replay(Loop):
    """A session in a copy of our database, and withdrawals that are ready to be said there."""

    def __init__(
        self,
        ways: Sequence[Way],
        *,
        times: int,
        dsn: str,
        money: Money = WITHDRAWAL,
        **where: str,
    ) -> None:
        """Copy the database of `dsn`, where nobody else is now, and make so many of these."""
        ours = settings.DATABASES["default"]
        copy = f"{ours['NAME']}_replayed"
        _copy(make_conninfo(dsn, user=SUPERUSER, dbname=SUPERUSER), ours["NAME"], copy)
        super().__init__(dsn=make_conninfo(dsn, user=ours["USER"], dbname=copy), **where)
        place = make_conninfo(dsn, user=SUPERUSER, dbname=copy)
        self._proof = psycopg.connect(place, autocommit=True)
        self._money = money
        lines = _lines(self._proof, money)
        ready, self._drawn = _made(ways, _last(self._proof), lines, times)
        self._names: dict[tuple[str, tuple[int, ...]], bytes] = {}
        self._ready = [[(step, *self._put(*said)) for step, *said in one] for one in ready]
        self._turn = self._one_by_one()
        self._before = _counted(self._proof, self._drawn[-1])
        self._left = self._proof.execute(LEFT).fetchall()
        self._said = 0

    def _one_by_one(self) -> Iterator[Sequence[Said]]:
        for number, ready in enumerate(self._ready):
            self._said = number + 1
            yield ready
        raise SystemExit(f"only {len(self._ready)} withdrawals were made beforehand")

    def _put(self, sql: str, values: Any) -> tuple[str, Any]:
        """Prepare a statement, once for each types of its values, and put those into its form."""
        if not sql or values is None:
            return sql, None
        said, transformer = driver._text_of(sql), Transformer(self.session)
        told = [values[name] for name in said.names] if said.names else values
        put = transformer.dump_sequence(told, said.formats)
        key = (sql, tuple(transformer.types or ()))
        if key not in self._names:
            self._names[key] = f"replayed_{len(self._names)}".encode()
            _require(self.session.pgconn.prepare(self._names[key], said.sql, key[1]), sql)
        return sql, (self._names[key], put, transformer.formats)

    def say(self, step: Step, sql: str, values: Any) -> None:
        """Send one statement, hear the whole answer; SystemExit when it wrote other than ours."""
        server = self.session.pgconn
        done = server.exec_(sql.encode()) if values is None else server.exec_prepared(*values)
        _require(done, sql)
        if step.rows is not None and step.rows != (done.command_tuples or 0):
            raise SystemExit(f"{done.command_tuples} rows where ours wrote {step.rows}: {sql}")

    def require_real(self) -> int:
        """Return how many withdrawals were replayed; SystemExit unless each is really there."""
        drawn = self._drawn[self._said - 1]
        after = _counted(self._proof, drawn)
        more = {name: after[name] - self._before[name] for name in after}
        if more != dict(drawn):
            raise SystemExit(f"replayed {self._said}: {more} rows more, for {drawn} numbers")
        ((booked,),) = self._proof.execute(self._money.booked, [TICKETS]).fetchall()
        left = self._proof.execute(LEFT).fetchall()
        if booked != self._said or left != self._left:
            raise SystemExit(f"of {self._said} replayed {booked} are booked, work left: {left}")
        for question, sql in QUESTIONS.items():
            if found := self._proof.execute(sql).fetchall():
                raise SystemExit(f"after the replay there are {question}: {found[:5]}")
        return self._said

    def close(self) -> None:
        """Let go of everything."""
        super().close()
        self._proof.close()


def _require(done: Any, sql: str) -> None:
    if done.status not in GOOD:
        raise SystemExit(f"the replay of {sql} failed: {done.get_error_message()}")


def _copy(superuser: str, name: str, copy: str) -> None:
    connection.close()
    with psycopg.connect(superuser, autocommit=True) as session:
        copied = text.SQL("CREATE DATABASE {} TEMPLATE {}")
        session.execute(copied.format(text.Identifier(copy), text.Identifier(name)))
    provision(superuser, database=copy)


def _made(
    ways: Sequence[Way], last: Mapping[str, int], lines: Mapping[int, list[Line]], times: int
) -> tuple[list[list[Said]], list[Mapping[str, int]]]:
    """Return what is said of each withdrawal, and how many numbers all up to it draw."""
    ready: list[list[Said]] = []
    drawn: list[Mapping[str, int]] = []
    so_far = dict.fromkeys({name for way in ways for name in way.drawn}, 0)
    for number, one in zip(range(times), cycle(again(ways))):
        numbers = {}
        for name, own in one.way.drawn.items():
            first = last[name] + so_far[name] + 1
            numbers[name] = range(first, first + len(own))
            so_far[name] += len(own)
        line = one.way.line and lines[one.way.line.account_id].pop(0)
        ready.append(one.made(numbers, TICKETS + number, line))
        drawn.append(dict(so_far))
    return ready, drawn


def _lines(session: "psycopg.Connection[Any]", money: Money) -> Mapping[int, list[Line]]:
    """Return the lines that wait, by their account."""
    waiting: defaultdict[int, list[Line]] = defaultdict(list)
    for row in session.execute(money.lines).fetchall() if money.lines else ():
        waiting[row[3]].append(Line(*row))
    return waiting


def _last(session: "psycopg.Connection[Any]") -> dict[str, int]:
    return {name: int(last) for name, last in _asked(session, DRAWN)}


def _asked(session: "psycopg.Connection[Any]", question: str) -> list[tuple[str, ...]]:
    """Return the answer, past the cursors to which `steps` listens."""
    told = session.pgconn.exec_(question.encode())
    rows = range(told.ntuples)
    return [
        tuple((told.get_value(row, one) or b"").decode() for one in range(told.nfields))
        for row in rows
    ]


def _counted(session: "psycopg.Connection[Any]", names: Mapping[str, int]) -> dict[str, int]:
    """Return how many rows the tables of these sequences have."""
    tables = {name: table for name, table in session.execute(OWNERS).fetchall() if name in names}
    counted = {}
    for name, table in tables.items():
        question = text.SQL("SELECT count(*) FROM {}").format(text.Identifier(table))
        ((counted[name],),) = session.execute(question).fetchall()
    return counted
