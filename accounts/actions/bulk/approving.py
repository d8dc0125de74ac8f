"""A bulk file on the house's engine: one approval, bound to the digests of the file and its lines.

Who handed it in asks; somebody else agrees; with the last yes it runs. PostgreSQL lets no line be
carried out without that approval.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.bulk import steps
from accounts.events import BulkAsked, BulkClosed, BulkStarted
from accounts.models import BulkFile
from accounts.permissions import APPROVE_BULK, PREPARE_BULK, SEE_BULK
from accounts.queries.bulk import files, lines
from accounts.terms.bulk import PURPOSE_LABELS, Bulk
from backoffice.approvals import terms
from backoffice.approvals.actions import asking, closing, executing, voting
from backoffice.approvals.queries import about
from backoffice.approvals.terms import Ballot, Kind, Payload, Wish, Words
from backoffice.core.actors import NOWHERE, Actor, Origin
from backoffice.core.errors import Rejected
from backoffice.core.money import rounded
from backoffice.core.words import noop

KIND = "accounts.bulk"


class NotWhatWasAgreed(Rejected):
    """The lines are not those that the approval names."""


@transaction.atomic
def ask_for_approval(
    *, file_id: int, reason: str, actor: Actor, origin: Origin = NOWHERE, now: datetime
) -> BulkFile:
    """Ask for the approval of a preview, saying what for. NotAllowed, NotPossible, NoReason."""
    file = steps.locked(file_id)
    steps.require_right(actor, PREPARE_BULK, file)
    words = steps.require_reason(reason)
    steps.move(file, "ask")
    wish = Wish(
        key=file.key,
        kind=KIND,
        subject=("bulk_file", file.pk),
        payload=payload_of(file),
        reason=words,
    )
    request = asking.ask(wish=wish, actor=actor, origin=origin, now=now)
    file.approval_id = request.pk
    file.save(update_fields=["state", "approval"])
    event = BulkAsked(file_id=file.pk, lines_digest=file.lines_digest)
    steps.emit(file, event, actor=actor, now=now)
    executing.execute(request_id=request.pk, actor=actor, now=now)  # where one person may, alone
    file.refresh_from_db(fields=["state"])
    return file


def agree(
    *, file_id: int, seen: str, actor: Actor, origin: Origin = NOWHERE, now: datetime
) -> BulkFile:
    """Agree to exactly the file and lines that the page showed; with the last yes it runs.

    Raises SamePerson, NotYours, OverAlready, LookAgain.
    """
    file = _asked_for(file_id)
    request_id = file.approval_id or 0
    facts = asking.facts_now(terms.kind_of(KIND), payload_of(file))
    ballot = Ballot(payload_digest=seen, facts=facts)
    voting.agree(request_id=request_id, ballot=ballot, actor=actor, origin=origin, now=now)
    executing.execute(request_id=request_id, actor=actor, now=now)
    file.refresh_from_db(fields=["state"])
    return file


def refuse(
    *, file_id: int, reason: str, actor: Actor, origin: Origin = NOWHERE, now: datetime
) -> BulkFile:
    """Turn a file down, with a reason; nothing of it is carried out, ever."""
    file = _asked_for(file_id)
    payload = payload_of(file)
    ballot = Ballot(
        payload_digest=asking.payload_digest(payload),
        facts=asking.facts_now(terms.kind_of(KIND), payload),
        reason=steps.require_reason(reason),
    )
    voting.refuse(
        request_id=file.approval_id or 0, ballot=ballot, actor=actor, origin=origin, now=now
    )
    file.refresh_from_db(fields=["state"])
    return file


@transaction.atomic
def cancel(*, file_id: int, actor: Actor, now: datetime) -> BulkFile:
    """Take a preview back, or the request for its approval while nobody decided.

    A preview is anybody's to cancel who prepares files; a request only who asked takes back.
    """
    file = steps.locked(file_id)
    steps.require_right(actor, PREPARE_BULK, file)
    if file.state == Bulk.WAITING:
        closing.cancel(request_id=file.approval_id or 0, actor=actor, now=now)
        file.refresh_from_db(fields=["state"])
        return file
    _cancelled(file, _("taken back before anybody was asked"), actor=actor, now=now)
    return file


def payload_of(file: BulkFile) -> dict[str, Any]:
    """Return what is agreed to: the file and its lines by their digests, and what they come to."""
    return {
        "file": file.pk,
        "name": file.name,
        "server": file.server_id,
        "entity": file.legal_entity_id,
        "digest": file.digest,
        "lines_digest": file.lines_digest,
        "sums": [
            {
                "currency": one.currency,
                "credit": one.is_credit,
                "for": one.purpose,
                "lines": one.lines,
                "given": rounded(one.given, one.currency),
                "taken": rounded(one.taken, one.currency),
            }
            for one in lines.sums_of(file)
        ],
    }


def seen_of(file: BulkFile) -> str:
    """Return the digest of what is agreed to: the page shows it, the vote brings it back."""
    return asking.payload_digest(payload_of(file))


def start(payload: Payload, *, request_id: int, actor: Actor, now: datetime) -> None:
    """Everybody agreed: the file runs, if its lines are still those that the approval names."""
    file = steps.locked(int(payload["file"]))
    if files.digest_of_rows(file.pk) != payload["lines_digest"]:
        raise NotWhatWasAgreed(_("the lines are not those that were agreed to"))
    steps.move(file, "start")
    file.started_at = now
    file.save(update_fields=["state", "started_at"])
    steps.emit(file, BulkStarted(file_id=file.pk), actor=actor, now=now)


def ended(
    payload: Payload, *, request_id: int, state: str, reason: str, actor: Actor, now: datetime
) -> None:
    """It was turned down, taken back, expired or void: the file is over, nothing was moved."""
    file = steps.locked(int(payload["file"]))
    if file.state == Bulk.WAITING:
        _cancelled(file, reason, actor=actor, now=now)


def describe(payload: Payload) -> Words:
    """Tell a file in words: what it is, and what its lines come to."""
    told = [(_("Bulk file"), f"F{payload['file']} · {payload['name']}")]
    for one in payload["sums"]:
        words = f"{one['lines']} × {_(PURPOSE_LABELS[one['for']])} · {one['currency']}"
        told.append((words, f"+{one['given']} / {one['taken']}"))
    told.append((_("SHA-256 of the file"), str(payload["digest"])))
    return told


def register() -> None:
    """Make the kind known; the file's own page shows it."""
    terms.register(
        Kind(
            code=KIND,
            label=noop("Bulk file of balance operations"),
            asks=PREPARE_BULK,
            decides=APPROVE_BULK,
            sees=SEE_BULK,
            describe=describe,
            execute=start,
            ended=ended,
            in_reach=about.in_reach_of("bulk_file", BulkFile),
            page="accounts:bulk-detail",
        )
    )


def _asked_for(file_id: int) -> BulkFile:
    file = BulkFile.objects.defer("body").get(pk=file_id)
    if file.approval_id is None:
        raise steps.NotPossible(_("Nobody asked for its approval yet."))
    return file


def _cancelled(file: BulkFile, reason: str, *, actor: Actor, now: datetime) -> None:
    steps.move(file, "cancel")
    file.closed_at, file.halted_because = now, reason[: steps.LONGEST]
    file.save(update_fields=["state", "closed_at", "halted_because"])
    steps.leave_out(file, file.halted_because)
    event = BulkClosed(file_id=file.pk, outcome=str(file.state), reason=file.halted_because)
    steps.emit(file, event, actor=actor, now=now)
