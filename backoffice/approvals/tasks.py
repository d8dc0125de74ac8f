"""What approvals do by themselves: carry out what was granted, close what nobody decided."""

import contextlib
from datetime import datetime

from celery import shared_task

from backoffice.approvals.actions import closing, executing, kinds
from backoffice.approvals.events import ApprovalGranted
from backoffice.approvals.queries import requests
from backoffice.core import clock
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Later
from backoffice.core.work import reacts_to

CLOCKWORK = Actor.system("approvals")
kinds.register()


@reacts_to(ApprovalGranted)
def execute(event: ApprovalGranted, *, actor: Actor, now: datetime) -> None:
    """Carry it out, unless that was done at once."""
    executing.execute(request_id=event.request_id, actor=CLOCKWORK, now=now)


@shared_task(name="backoffice.approvals.tasks.expire_late")
def expire_late() -> None:
    """Close every request whose time is over."""
    now = clock.now()
    for request_id in requests.late_ids(now):
        with contextlib.suppress(Later, Conflict):
            closing.expire(request_id=request_id, actor=CLOCKWORK, now=now)
