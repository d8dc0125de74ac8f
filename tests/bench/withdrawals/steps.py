"""What one withdrawal does beside thinking: every way to another process, in its order.

Heard where the drivers send: psycopg's cursor and commit, redis-py's connection, the client of the
agent. What the agent does behind it, it tells itself (`counted_agent`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from unittest import mock

import psycopg
from django.db import connection
from psycopg import ClientCursor, pq
from redis.connection import AbstractConnection

from tests.bench.withdrawals.counted_agent import Agent
from trading.gateway.remote.client import Client

WRITING = ("INSERT", "UPDATE", "DELETE", "COPY")


class Kind(StrEnum):
    """What is sent, and to whom."""

    BEGIN = "begin"
    COMMIT = "commit"
    READ = "read"
    INSERT = "insert"
    UPDATE = "update"
    REDIS = "redis"
    QUESTION = "question"
    COMMAND = "command"


POSTGRESQL = (Kind.BEGIN, Kind.COMMIT, Kind.READ, Kind.INSERT, Kind.UPDATE)


@dataclass(frozen=True)
class Step:
    """One way there and back. `asked`, `flushes`: the agent's own, of MetaTrader and the disk.

    `rows`: how many a statement that may write touched; None for what only reads.
    """

    kind: Kind
    sql: str = ""
    values: Any = None  # None: they stand in the text
    rows: int | None = None
    asked: Sequence[tuple[str, dict[str, Any]]] = ()
    flushes: int = 0


@dataclass(frozen=True)
class Taken:
    """What one withdrawal takes."""

    steps: Sequence[Step]

    def count(self, *kinds: Kind) -> int:
        """How many steps are of these kinds."""
        return sum(step.kind in kinds for step in self.steps)

    @property
    def trips(self) -> int:
        """How often the agent asks MetaTrader."""
        return sum(len(step.asked) for step in self.steps)

    @property
    def flushes(self) -> int:
        """How often the agent waits for its disk."""
        return sum(step.flushes for step in self.steps)

    @property
    def commits(self) -> int:
        """How often PostgreSQL keeps something: at a COMMIT, or at a write on its own."""
        kept, inside = 0, False
        for step in self.steps:
            inside = step.kind is Kind.BEGIN or (inside and step.kind is not Kind.COMMIT)
            kept += step.kind is Kind.COMMIT
            kept += step.kind in (Kind.INSERT, Kind.UPDATE) and not inside
        return kept


def taken_by(carry: Callable[[], None], agent: Agent, *, times: int) -> list[Taken]:
    """Carry some withdrawals and return what each takes.

    The agent looks after its connection now and then: of what it counts the least is ours.
    """
    every: list[list[Step]] = []
    for _time in range(times):
        with _heard(agent) as steps:
            carry()
        every.append(steps)
    least = {
        kind: min(
            (one for steps in every for one in steps if one.kind is kind),
            key=lambda one: (len(one.asked), one.flushes),
            default=Step(kind),
        )
        for kind in (Kind.QUESTION, Kind.COMMAND)
    }
    return [Taken([_cleared(step, least) for step in steps]) for steps in every]


def _cleared(step: Step, least: Mapping[Kind, Step]) -> Step:
    known = least.get(step.kind)
    return step if known is None else replace(step, asked=known.asked, flushes=known.flushes)


@contextmanager
def _heard(agent: Agent) -> Iterator[list[Step]]:
    """Write every way down while the block runs; statements go the long way, by cursors."""
    steps: list[Step] = []
    execute, commit = psycopg.Cursor.execute, psycopg.Connection.commit
    send, post = AbstractConnection.send_packed_command, Client._post

    def hear_execute(cursor: Any, query: Any, params: Any = None, **more: Any) -> Any:
        ours = cursor.connection
        if not ours.autocommit and ours.info.transaction_status == pq.TransactionStatus.IDLE:
            steps.append(Step(Kind.BEGIN, "BEGIN"))
        done = execute(cursor, query, params, **more)
        sql, values = _plain(query), params
        if isinstance(cursor, ClientCursor) and params is not None:
            sql, values = ClientCursor(ours).mogrify(query, params), None
        kind = _kind_of(sql, cursor.rowcount)
        rows = cursor.rowcount if kind is not Kind.READ or _word_of(sql) in WRITING else None
        steps.append(Step(kind, sql, values, rows))
        return done

    def hear_commit(ours: Any) -> None:
        commit(ours)
        steps.append(Step(Kind.COMMIT, "COMMIT"))

    def hear_redis(ours: Any, *arguments: Any, **more: Any) -> None:
        steps.append(Step(Kind.REDIS))
        send(ours, *arguments, **more)

    def hear_agent(ours: Any, http: Any, path: str, *arguments: Any) -> Any:
        before, flushed = len(agent.asked), agent.flushes
        answer = post(ours, http, path, *arguments)
        kind = Kind.COMMAND if "/commands/" in path else Kind.QUESTION
        asked = tuple(agent.asked[before:])
        steps.append(Step(kind, asked=asked, flushes=agent.flushes - flushed))
        return answer

    with ExitStack() as heard:
        for where, name, hear in (
            (psycopg.Cursor, "execute", hear_execute),
            (psycopg.Connection, "commit", hear_commit),
            (AbstractConnection, "send_packed_command", hear_redis),
            (Client, "_post", hear_agent),
            (connection, "force_debug_cursor", True),
        ):
            heard.enter_context(mock.patch.object(where, name, hear))
        yield steps


def _plain(query: Any) -> str:
    return query.decode() if isinstance(query, bytes) else str(query)


def _kind_of(sql: str, touched: int) -> Kind:
    """Say what a statement does; one that found nothing to change (no work is due) only reads."""
    word = _word_of(sql)
    if word not in WRITING:
        inserts = "event_append(" in sql or (word == "WITH" and "INSERT INTO" in sql)
        return Kind.INSERT if inserts else Kind.READ
    if touched < 1:
        return Kind.READ
    return Kind.INSERT if word == "INSERT" else Kind.UPDATE


def _word_of(sql: str) -> str:
    return sql.lstrip().partition(" ")[0].upper()
