"""A person lets a running file stand still, go on, or stop for good.

Whatever was made of a line before goes its way: the line in hand is finished, never repeated.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.bulk import steps
from accounts.events import BulkClosed, BulkPaused, BulkStarted
from accounts.models import BulkFile
from accounts.permissions import PREPARE_BULK
from backoffice.core.actors import Actor


@transaction.atomic
def pause(*, file_id: int, reason: str, actor: Actor, now: datetime) -> BulkFile:
    """Let it stand still after the line in hand. NotAllowed, NotPossible, NoReason."""
    file = steps.locked(file_id)
    steps.require_right(actor, PREPARE_BULK, file)
    return paused(file, steps.require_reason(reason), actor=actor, now=now)


@transaction.atomic
def resume(*, file_id: int, actor: Actor, now: datetime) -> BulkFile:
    """Let it go on with the first line that was not begun. NotAllowed, NotPossible."""
    file = steps.locked(file_id)
    steps.require_right(actor, PREPARE_BULK, file)
    steps.move(file, "resume")
    file.halted_by = file.halted_because = file.waits_because = ""
    file.next_try_at = None
    file.save(
        update_fields=["state", "halted_by", "halted_because", "waits_because", "next_try_at"]
    )
    steps.emit(file, BulkStarted(file_id=file.pk), actor=actor, now=now)
    return file


@transaction.atomic
def stop(*, file_id: int, reason: str, actor: Actor, now: datetime) -> BulkFile:
    """Leave out every line of a paused file that was not begun, for good."""
    file = steps.locked(file_id)
    steps.require_right(actor, PREPARE_BULK, file)
    words = steps.require_reason(reason)
    steps.move(file, "stop")
    file.closed_at, file.halted_by, file.halted_because = now, str(actor), words
    file.save(update_fields=["state", "closed_at", "halted_by", "halted_because"])
    steps.leave_out(file, _("The file was stopped."))
    event = BulkClosed(file_id=file.pk, outcome=str(file.state), reason=words)
    steps.emit(file, event, actor=actor, now=now)
    return file


def paused(file: BulkFile, reason: str, *, actor: Actor, now: datetime) -> BulkFile:
    """Pause a locked file and tell of it; a part of the caller's transaction."""
    steps.move(file, "pause")
    file.halted_by, file.halted_because = str(actor), reason[: steps.LONGEST]
    file.carried_by = file.carried_until = None
    file.save(update_fields=["state", "halted_by", "halted_because", "carried_by", "carried_until"])
    event = BulkPaused(file_id=file.pk, reason=file.halted_because)
    steps.emit(file, event, actor=actor, now=now)
    return file
