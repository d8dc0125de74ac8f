"""The bare loop: every way of a withdrawal made again by the raw drivers, with nothing to carry.

A statement that reads is `SELECT 1`, one that writes a row of one short text; begins, commits,
looks at Redis and calls of the agent stand where they stood. A command comes on a connection of
its own, as ours does. The bare agent asks its MetaTrader what ours asked. `reads`: with our own
reading statements instead, whose work is PostgreSQL's.
"""

from collections.abc import Sequence
from itertools import cycle
from typing import Any

import httpx
import orjson
import psycopg
import redis

from tests.bench.withdrawals.steps import Kind, Step, Taken

TABLE = "CREATE TABLE IF NOT EXISTS bare_row (id bigserial PRIMARY KEY, body text NOT NULL)"
INSERT = "INSERT INTO bare_row (body) VALUES ('a row of the bare loop')"


class BareLoop:
    """A session, a connection of each kind, and what is done on them."""

    def __init__(
        self,
        taken: Sequence[Taken],
        *,
        dsn: str,
        redis_url: str,
        agent_url: str,
        reads: bool = False,
    ) -> None:
        """`taken`: the ways of some withdrawals, made in turn."""
        self.session = psycopg.connect(dsn, autocommit=True, prepare_threshold=2)
        self.session.prepared_max = None
        self.redis = redis.Redis.from_url(redis_url)
        self._kept = httpx.Client(base_url=agent_url, timeout=20)
        self._anew = httpx.Client(
            base_url=agent_url, timeout=20, limits=httpx.Limits(max_keepalive_connections=0)
        )
        self.session.execute(TABLE)
        (row,) = self.session.execute(f"{INSERT} RETURNING id").fetchone() or (0,)
        self._update = f"UPDATE bare_row SET body = 'changed' WHERE id = {int(row)}"  # noqa: S608
        every = ([(step, *self._sql(step, reads)) for step in one.steps] for one in taken)
        self._turn = cycle(list(every))
        self.trips = self.flushes = 0

    def _sql(self, step: Step, reads: bool) -> tuple[str, Any]:
        match step.kind:
            case Kind.READ:
                return (step.sql, step.values) if reads else ("SELECT 1", None)
            case Kind.INSERT:
                return INSERT, None
            case Kind.UPDATE:
                return self._update, None
        return step.sql, None

    def carry(self) -> None:
        """Make every way of one withdrawal."""
        for step, sql, values in next(self._turn):
            if sql:
                done = self.session.execute(sql, values)
                if done.description is not None:
                    done.fetchall()
            elif step.kind is Kind.REDIS:
                self.redis.get("bare")
            else:
                self._ask(self._anew if step.kind is Kind.COMMAND else self._kept, step)

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
