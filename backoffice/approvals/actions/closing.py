"""Ends without an act: taken back by who asked, expired, void because something changed."""

import json
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.approvals import terms
from backoffice.approvals.actions import asking, refusals
from backoffice.approvals.actions.refusals import NotYours, SamePerson
from backoffice.approvals.events import ApprovalClosed
from backoffice.approvals.models import ApprovalRequest
from backoffice.approvals.states import APPROVAL, Standing
from backoffice.core import locks
from backoffice.core.actors import Actor

LONGEST = 300


@transaction.atomic
def cancel(*, request_id: int, actor: Actor, now: datetime) -> ApprovalRequest:
    """Take back what one asked for oneself, while it waits; SamePerson for anybody else."""
    request = locked(request_id)
    if terms.kind_of(request.kind).is_decided_elsewhere:
        raise NotYours(_("This is decided on its own page."))
    if request.asked_by != str(actor):
        raise SamePerson(_("Only who asked can take it back; others turn it down."))
    return closed(request, "cancel", _("taken back by who asked"), actor=actor, now=now)


@transaction.atomic
def void(*, request_id: int, reason: str, actor: Actor, now: datetime) -> ApprovalRequest:
    """Let it not count any more, and say why; whoever may change what it is about, may do this."""
    return closed(locked(request_id), "void", reason, actor=actor, now=now)


@transaction.atomic
def expire(*, request_id: int, actor: Actor, now: datetime) -> ApprovalRequest:
    """Close what nobody decided in time; anything else stays as it is."""
    request = locked(request_id)
    is_late = request.deadline_at is not None and now > request.deadline_at
    if request.state != Standing.WAITING or not is_late:
        return request
    return closed(request, "expire", _("nobody decided in time"), actor=actor, now=now)


def closed(
    request: ApprovalRequest, verb: str, reason: str, *, actor: Actor, now: datetime
) -> ApprovalRequest:
    """Close a locked request and tell of it; a part of the caller's transaction."""
    close_quietly(request, verb, reason, actor=actor, now=now)
    event = ApprovalClosed(
        request_id=request.pk,
        kind=request.kind,
        state=request.state,
        reason=request.closed_reason,
    )
    asking.emit(request, event, actor=actor, now=now)
    tell_app(request, actor=actor, now=now)
    return request


def tell_app(request: ApprovalRequest, *, actor: Actor, now: datetime) -> None:
    """Tell the app whose act it is that it will not be carried out."""
    ended = terms.kind_of(request.kind).ended
    if ended is not None:
        ended(
            json.loads(request.payload),
            request_id=request.pk,
            state=request.state,
            reason=request.closed_reason,
            actor=actor,
            now=now,
        )


def close_quietly(
    request: ApprovalRequest, verb: str, reason: str, *, actor: Actor, now: datetime
) -> None:
    """Close a locked request and tell nothing: the caller's own event tells it."""
    request.state = APPROVAL.after(request.state, verb)
    request.closed_by, request.closed_at = str(actor), now
    request.closed_reason = reason.strip()[:LONGEST]
    with refusals.spoken():
        request.save(update_fields=["state", "closed_by", "closed_at", "closed_reason"])


def locked(request_id: int) -> ApprovalRequest:
    """Return the request, its row locked."""
    return locks.rows(ApprovalRequest.objects.filter(pk=request_id)).get()
