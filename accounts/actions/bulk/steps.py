"""Steps that every act on a bulk file takes: lock it, see who acts, move it, tell of it."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import BulkFile, BulkRow
from accounts.terms.bulk import BULK, BulkLine
from backoffice.core import access, locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Rejected
from backoffice.core.events import Event
from backoffice.core.states import IllegalMove
from backoffice.identity.queries import people

LONGEST = 300


class NotAllowed(Rejected):
    """Whoever acts lacks the right, or the file is out of their reach."""


class NotPossible(Conflict):
    """Nothing like this can follow on where the file stands."""


class NoReason(Rejected):
    """This needs a reason."""


def locked(file_id: int) -> BulkFile:
    """Return the file, its row locked, its body left where it is."""
    return locks.rows(BulkFile.objects.defer("body").filter(pk=file_id)).get()


def require_right(actor: Actor, permission: object, file: BulkFile) -> None:
    """Raise NotAllowed unless the actor is active staff whose right reaches the file."""
    user = people.get_staff(int(actor.key)) if actor.kind == "staff" else None
    if user is None or not access.reaches(file, user, permission):
        raise NotAllowed(_("You may not do this with this file."))


def require_reason(reason: str) -> str:
    """Return the reason without its ends; NoReason when nothing is left."""
    if not reason.strip():
        raise NoReason(_("Say why."))
    return reason.strip()[:LONGEST]


def move(file: BulkFile, verb: str) -> None:
    """Make a move of the workflow; NotPossible when the table does not allow it."""
    try:
        file.state = BULK.after(file.state, verb)
    except IllegalMove as error:
        sentence = _("File %(file)s is %(state)s by now: this is not possible any more.")
        told = {"file": file, "state": file.get_state_display()}
        raise NotPossible(sentence % told) from error


def leave_out(file: BulkFile, words: str) -> None:
    """Leave every line out that was not begun, for good; the file is stopped or cancelled."""
    rows = BulkRow.objects.filter(file=file, state=BulkLine.WAITING)
    rows.update(state=BulkLine.LEFT_OUT, words=words, next_try_at=None)


def emit(file: BulkFile, event: Event, *, actor: Actor, now: datetime) -> None:
    """Announce something about a file."""
    outbox.emit(event, actor=actor, subjects=[("bulk_file", file.pk)], now=now)
