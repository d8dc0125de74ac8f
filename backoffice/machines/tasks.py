"""Clockwork: nonces and calls that nobody needs any more."""

from celery import shared_task

from backoffice.core import clock
from backoffice.machines.actions import traffic


@shared_task(name="backoffice.machines.tasks.clear_old_calls")
def clear_old_calls() -> None:
    """Forget nonces that no living signature can carry, and calls of a month ago."""
    traffic.clear_old(now=clock.now())
