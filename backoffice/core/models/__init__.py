"""What the kernel keeps: events, the work they cause, keys that are used up."""

from backoffice.core.models.event import EventRecord, EventSubject
from backoffice.core.models.idempotency import IdempotencyKey
from backoffice.core.models.sealed import SealedValue
from backoffice.core.models.work import Work, WorkState

__all__ = ["EventRecord", "EventSubject", "IdempotencyKey", "SealedValue", "Work", "WorkState"]
