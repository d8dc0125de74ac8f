"""Carrying out what was approved: looked at once more, exactly once, or void and it says why."""

import json
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.approvals import terms
from backoffice.approvals.actions import asking, closing, refusals
from backoffice.approvals.actions.refusals import OverAlready
from backoffice.approvals.events import ApprovalExecuted
from backoffice.approvals.models import ApprovalRequest
from backoffice.approvals.queries import requests
from backoffice.approvals.states import APPROVAL, Standing
from backoffice.approvals.terms import Kind
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from backoffice.identity.queries import people


@transaction.atomic
def execute(*, request_id: int, actor: Actor, now: datetime) -> ApprovalRequest:
    """Carry out a request that is GRANTED; any other stays as it is, so calling twice is harmless.

    Act and mark are one transaction. What changed since the votes, a voter who lost the right, or
    the act's own Rejected void it visibly. A kind that its app carries out itself stays GRANTED.
    """
    request = closing.locked(request_id)
    kind = terms.kind_of(request.kind)
    if request.state != Standing.GRANTED or kind.execute is None:
        return request
    why = _changed(request, kind)
    if not why:
        why = _done(request, kind, now)
    if why:
        return closing.closed(request, "void", why, actor=actor, now=now)
    event = ApprovalExecuted(request_id=request.pk, kind=request.kind)
    asking.emit(request, event, actor=actor, now=now)
    return request


def mark(request: ApprovalRequest, now: datetime) -> None:
    """Mark a locked request as carried out; OverAlready when the database sees no quorum any more.

    A part of the transaction that carries it out.
    """
    request.state, request.executed_at = APPROVAL.after(request.state, "execute"), now
    with refusals.spoken():
        request.save(update_fields=["state", "executed_at"])


def _changed(request: ApprovalRequest, kind: Kind) -> str:
    """Return why it cannot be carried out any more, or nothing."""
    if asking.facts_now(kind, json.loads(request.payload)) != request.facts:
        return _("what it hangs on changed after the votes")
    for voter_id in requests.holders_of(request):
        user = people.get_staff(voter_id)
        if user is None or not requests.reaches(user, request):
            return _("somebody who agreed may not decide about it any more")
    return ""


def _done(request: ApprovalRequest, kind: Kind, now: datetime) -> str:
    """Carry it out with its mark; return the act's own no, with nothing of it left behind."""
    assert kind.execute is not None  # noqa: S101  # seen by the caller
    payload, asker = json.loads(request.payload), Actor.parse(request.asked_by)
    try:
        with transaction.atomic():
            mark(request, now)
            kind.execute(payload, request_id=request.pk, actor=asker, now=now)
    except OverAlready:
        request.refresh_from_db()
        return _("somebody who agreed may not decide about it any more")
    except Rejected as no:
        request.refresh_from_db()
        return str(no)
    return ""
