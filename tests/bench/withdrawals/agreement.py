"""Proves that ours and the bare loop take the same: counted on the wire and by PostgreSQL.

Round trips by libpq's own trace (each ends with ReadyForQuery), flushes of the log by PostgreSQL's
statistics of the session, ways to Redis by redis-py. Nothing here believes what was written down.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from unittest import mock

import psycopg
from psycopg import pq
from redis.connection import AbstractConnection

from tests.bench.withdrawals.steps import POSTGRESQL, Kind, Taken

READY = b"\tReadyForQuery\t"
FLUSHED = """SELECT coalesce(sum(fsyncs), 0) FROM pg_stat_get_backend_io(pg_backend_pid())
WHERE object = 'wal'"""


#: A flush of somebody else's may spare one of ours, on either side.
SPARED = 0.02
RINGS = 0.25
ROUNDS = 3


@dataclass(frozen=True)
class Count:
    """What was counted of a round: of as many withdrawals as there are ways."""

    trips: int
    flushes: int
    redis: int


def require(
    taken: Sequence[Taken],
    ours: Count,
    bare: Count,
    asked: tuple[int, int],
    *,
    spared: float = SPARED,
) -> None:
    """SystemExit unless both sides make the same ways, and as many as were written down.

    `asked`: what the bare agent did in the round, in trips and flushes. `spared`: how large a part
    of the flushes may differ.
    """
    told = sum(one.count(*POSTGRESQL) for one in taken), sum(one.count(Kind.REDIS) for one in taken)
    for side, count in (("ours", ours), ("bare", bare)):
        # A ring that still waits for a worker spares the next one its message.
        if count.trips != told[0] or abs(count.redis - told[1]) > RINGS * told[1]:
            raise SystemExit(f"{side}: {count} is not what was written down, {told}")
    if abs(ours.flushes - bare.flushes) > spared * ours.flushes:
        raise SystemExit(
            f"PostgreSQL flushes {ours.flushes} times, for the bare loop {bare.flushes}"
        )
    if asked != (sum(one.trips for one in taken), sum(one.flushes for one in taken)):
        raise SystemExit(f"the bare agent does not do what ours does: {asked}")


def counted(session: "psycopg.Connection[Any]", carry: Callable[[], None], *, ways: int) -> Count:
    """Carry a round some times and count; of flushes the most, withdrawal by withdrawal."""
    every = [[_once(session, carry) for _way in range(ways)] for _round in range(ROUNDS)]
    last = every[-1]
    return Count(
        trips=sum(one.trips for one in last),
        flushes=sum(max(one.flushes for one in same) for same in zip(*every, strict=True)),
        redis=sum(one.redis for one in last),
    )


def _once(session: "psycopg.Connection[Any]", carry: Callable[[], None]) -> Count:
    send, sent = AbstractConnection.send_packed_command, []

    def hear(ours: Any, *arguments: Any, **more: Any) -> None:
        sent.append(1)
        send(ours, *arguments, **more)

    before = _flushed(session)
    with tempfile.TemporaryFile() as trace:
        session.pgconn.trace(trace.fileno())
        session.pgconn.set_trace_flags(pq.Trace.SUPPRESS_TIMESTAMPS)
        try:
            with mock.patch.object(AbstractConnection, "send_packed_command", hear):
                carry()
        finally:
            session.pgconn.untrace()
        trace.seek(0)
        trips = sum(line.startswith(b"B") and READY in line for line in trace)
    return Count(trips, _flushed(session) - before, len(sent))


def _flushed(session: "psycopg.Connection[Any]") -> int:
    with psycopg.Cursor(session) as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(FLUSHED)
        ((count,),) = cursor.fetchall()
    return int(count)
