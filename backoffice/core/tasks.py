"""The bell, the sweep and the broom of the work list."""

from celery import shared_task

from backoffice.core import clock, work
from backoffice.core.outbox import bell

BATCH = 20  # then the next ring goes on, so that one task never runs into its time limit


@shared_task(name=bell.RING)
def ring() -> None:
    """Do what is due, each piece under a fresh lease; ring on when there may be more."""
    bell.take()
    for _ in range(BATCH):
        if not work.run_due(clock.now(), limit=1):
            return
    bell.ring()


@shared_task(name="backoffice.core.tasks.sweep")
def sweep() -> None:
    """Find what no bell told of: retries, leases that ran out, rings that a dead broker lost."""
    ring()


@shared_task(name="backoffice.core.tasks.clear_finished")
def clear_finished() -> None:
    """Drop work that was done long ago."""
    work.clear_finished(clock.now())
