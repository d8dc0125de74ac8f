"""Forgetting a person: what the log keeps sealed of them is gone, and the log still proves."""

from datetime import datetime

from django.db import transaction

from backoffice.audit.events import SubjectErased
from backoffice.core import outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from backoffice.core.outbox import sealing
from backoffice.core.words import noop


class NothingSealed(Rejected):
    """The log keeps nothing sealed of this subject."""


def erase_subject(*, kind: str, key: int | str, reason: str, actor: Actor, now: datetime) -> int:
    """Forget every sealed value of a subject; return how many. It cannot be undone.

    Clear the person's rows first: what they held is sealed by that very change, and goes with the
    rest. Rejected without a reason; NothingSealed when there is nothing.
    """
    if not reason.strip():
        raise Rejected(noop("Say why: an erasure without a reason is none."))
    with transaction.atomic():
        count = sealing.erase(kind, key)
        if not count:
            raise NothingSealed(f"The log keeps nothing sealed of {kind} {key}.")
        outbox.emit(
            SubjectErased(kind=kind, key=str(key), values_gone=count, reason=reason),
            actor=actor,
            subjects=[(kind, key)],
            now=now,
        )
    return count
