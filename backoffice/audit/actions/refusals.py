"""Refusals are told: who asked for what, and was not let."""

from datetime import datetime

from django.db import transaction

from backoffice.audit.events import DoorRefused
from backoffice.core import outbox
from backoffice.core.actors import Actor


def record_refusal(*, refused: DoorRefused, actor: Actor, now: datetime) -> None:
    """Tell of it in a transaction of its own: what was refused has been rolled back."""
    with transaction.atomic():
        outbox.emit(refused, actor=actor, subjects=[("door", refused.door)], now=now)
