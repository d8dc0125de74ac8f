"""The bare loop: every way of a withdrawal made again by the raw drivers, with nothing to carry.

A statement that reads is `SELECT 1`, one that writes a row of one short text; begins, commits,
looks at Redis and calls of the agent stand where they stood. A command comes on a connection of
its own, as ours does. The bare agent asks its MetaTrader what ours asked. `reads`: with our own
reading statements instead, whose work is PostgreSQL's.
"""

from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Any

import httpx
import orjson
import psycopg
import redis

from tests.bench.withdrawals.steps import Kind, Step, Taken

TABLE = "CREATE TABLE IF NOT EXISTS bare_row (id bigserial PRIMARY KEY, body text NOT NULL)"
INSERT = "INSERT INTO bare_row (body) VALUES ('a row of the bare loop')"
Said = tuple[Step, str, Any]  # a step, and the statement and values that stand there


class Loop:
    """A session, a connection of each kind, and the ways that are made on them."""

    def __init__(self, *, dsn: str, redis_url: str, agent_url: str) -> None:
        self.session = psycopg.connect(dsn, autocommit=True, prepare_threshold=2)
        self.session.prepared_max = None
        self.redis = redis.Redis.from_url(redis_url)
        self._kept = httpx.Client(base_url=agent_url, timeout=20)
        self._anew = httpx.Client(
            base_url=agent_url, timeout=20, limits=httpx.Limits(max_keepalive_connections=0)
        )
        self._turn: Iterator[Sequence[Said]] = iter(())
        self.trips = self.flushes = 0

    def carry(self) -> None:
        """Make every way of one withdrawal."""
        for step, sql, values in next(self._turn):
            if sql:
                self.say(step, sql, values)
            elif step.kind is Kind.REDIS:
                self.redis.get("bare")
            else:
                self._ask(self._anew if step.kind is Kind.COMMAND else self._kept, step)

    def say(self, step: Step, sql: str, values: Any) -> None:
        """Send one statement and hear the whole answer."""
        del step
        done = self.session.execute(sql, values)
        if done.description is not None:
            done.fetchall()

    def _ask(self, http: httpx.Client, step: Step) -> None:
        body = orjson.dumps(step.asked)
        answer = http.post(f"/{step.flushes}", content=body).raise_for_status()
        trips, flushes = map(int, answer.text.split())
        self.trips += trips
        self.flushes += flushes

    def close(self) -> None:
        """Let go of everything."""
        every: tuple[Any, ...] = (self.session, self.redis, self._kept, self._anew)
        for one in every:
            one.close()


class BareLoop(Loop):
    """The least that the ways of a withdrawal can be, or (`reads`) our own reading statements."""

    def __init__(self, taken: Sequence[Taken], *, reads: bool = False, **where: str) -> None:
        """`taken`: the ways of some withdrawals, made in turn; `where`: as of every loop."""
        super().__init__(**where)
        self.session.execute(TABLE)
        (row,) = self.session.execute(f"{INSERT} RETURNING id").fetchone() or (0,)
        self._update = f"UPDATE bare_row SET body = 'changed' WHERE id = {int(row)}"  # noqa: S608
        every = ([(step, *self._sql(step, reads)) for step in one.steps] for one in taken)
        self._turn = cycle(list(every))

    def _sql(self, step: Step, reads: bool) -> tuple[str, Any]:
        match step.kind:
            case Kind.READ:
                return (step.sql, step.values) if reads else ("SELECT 1", None)
            case Kind.INSERT:
                return INSERT, None
            case Kind.UPDATE:
                return self._update, None
        return step.sql, None
