"""The bell tells a worker, after a commit, that there is work; nothing depends on its sound."""

import time

import structlog
from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError

RING = "backoffice.core.tasks.ring"
SILENCE_SECONDS = 5  # after a failure; the sweep finds the work meanwhile

log = structlog.get_logger(__name__)
_silent_until = 0.0


def ring_after_commit() -> None:
    """Ring once when the transaction commits, however many events it tells."""
    if not any(waiting[1] is ring for waiting in connection.run_on_commit):
        transaction.on_commit(ring, robust=True)


def ring() -> None:
    """Ask a worker to look at the work list; a dead broker costs one short try in five seconds."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        current_app.send_task(RING, retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        _silent_until = time.monotonic() + SILENCE_SECONDS
        log.warning("bell_not_heard", reason=str(error))
