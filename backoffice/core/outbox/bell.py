"""The bell tells a worker, after a commit, that there is work; nothing depends on its sound.

A ring that waits to be taken is enough: whoever takes it looks at the list afterwards, and finds
what was committed while it waited. So a busy worker has one ring before it and not hundreds, behind
which everything else would grow old.
"""

import time
from typing import Any

import redis
import structlog
from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError

RING = "backoffice.core.tasks.ring"
SILENCE_SECONDS = 5  # after a failure; the sweep finds the work meanwhile
#: Stands beside the queue while a ring waits in it, and so long at most: a ring can be lost.
WAITS, WAITS_MS = "mt4bo.bell.waits", 5_000

log = structlog.get_logger(__name__)
_silent_until = 0.0


def ring_after_commit() -> None:
    """Ring once when the transaction commits, however many events it tells."""
    if not any(waiting[1] is ring for waiting in connection.run_on_commit):
        transaction.on_commit(ring, robust=True)


def ring() -> None:
    """Ask a worker to look at the work list, unless somebody's ring still waits for one.

    A dead broker costs one short try in five seconds.
    """
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        with _broker() as broker:
            if broker.default_channel.client.set(WAITS, 1, nx=True, px=WAITS_MS):
                current_app.send_task(RING, connection=broker, retry=False, ignore_result=True)
    except (OperationalError, OSError, redis.RedisError) as error:
        _silent_until = time.monotonic() + SILENCE_SECONDS
        log.warning("bell_not_heard", reason=str(error))


def take() -> None:
    """Say that a ring was taken: before the list is looked at, so that the next one counts."""
    try:
        with _broker() as broker:
            broker.default_channel.client.delete(WAITS)
    except (OperationalError, OSError, redis.RedisError) as error:
        log.warning("bell_not_taken", reason=str(error))  # it leaves by itself


def _broker() -> Any:
    return current_app.pool.acquire(block=True)
