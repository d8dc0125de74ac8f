"""Agreeing to what another asked for, turning it down, and looking at what was done alone."""

import json
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.approvals import terms
from backoffice.approvals.actions import asking, closing, refusals
from backoffice.approvals.actions.refusals import LookAgain, NotYours
from backoffice.approvals.events import ApprovalGranted, ApprovalVoted
from backoffice.approvals.models import ApprovalRequest, ApprovalVote
from backoffice.approvals.queries import requests
from backoffice.approvals.states import Verdict
from backoffice.approvals.terms import Ballot
from backoffice.core import compiled
from backoffice.core.actors import NOWHERE, Actor, Origin
from backoffice.core.errors import Rejected
from backoffice.identity.queries import people

LONGEST = 300


@transaction.atomic
def agree(
    *, request_id: int, ballot: Ballot, actor: Actor, origin: Origin = NOWHERE, now: datetime
) -> ApprovalVote:
    """Agree to exactly what the page showed; `completes` says that everybody has agreed by that.

    Raises NotYours, SamePerson, OverAlready, LookAgain. `executing.execute` follows.
    """
    request, for_user_id = _decidable(request_id, actor, now)
    kind = _decided_here(request)
    if ballot.facts != asking.facts_now(kind, json.loads(request.payload)):
        raise LookAgain(_("What this hangs on changed meanwhile: look again."))
    vote = cast(
        request_id=request_id,
        verdict=Verdict.AGREE,
        ballot=ballot,
        for_user_id=for_user_id,
        actor=actor,
        origin=origin,
        now=now,
    )
    _tell(request, vote, actor=actor, now=now)
    if vote.completes:
        granted = ApprovalGranted(request_id=request.pk, kind=request.kind)
        asking.emit(request, granted, actor=actor, now=now)
    return vote


@transaction.atomic
def refuse(
    *, request_id: int, ballot: Ballot, actor: Actor, origin: Origin = NOWHERE, now: datetime
) -> ApprovalVote:
    """Turn down what another asked for, with a reason: one no is enough."""
    request, for_user_id = _decidable(request_id, actor, now)
    _decided_here(request)
    vote = cast(
        request_id=request_id,
        verdict=Verdict.REFUSE,
        ballot=ballot,
        for_user_id=for_user_id,
        actor=actor,
        origin=origin,
        now=now,
    )
    _tell(request, vote, actor=actor, now=now)
    request.refresh_from_db()
    closing.tell_app(request, actor=actor, now=now)
    return vote


@transaction.atomic
def review(
    *,
    request_id: int,
    is_in_order: bool,
    ballot: Ballot,
    actor: Actor,
    origin: Origin = NOWHERE,
    now: datetime,
) -> ApprovalVote:
    """Say of what one person did alone whether it was in order; an objection needs its reason."""
    request, for_user_id = _decidable(request_id, actor, now)
    vote = cast(
        request_id=request_id,
        verdict=Verdict.IN_ORDER if is_in_order else Verdict.OBJECTION,
        ballot=ballot,
        for_user_id=for_user_id,
        actor=actor,
        origin=origin,
        now=now,
    )
    _tell(request, vote, actor=actor, now=now)
    return vote


def cast(
    *,
    request_id: int,
    verdict: Verdict,
    ballot: Ballot,
    for_user_id: int | None = None,
    actor: Actor,
    origin: Origin = NOWHERE,
    now: datetime,
) -> ApprovalVote:
    """Write a vote down in one statement and tell nothing: the caller's own event tells it.

    A part of the caller's transaction, who saw to the voter's reach and to the facts. PostgreSQL
    sees to everything else: who, from where, which seat, on which payload, in time, and counts it.
    """
    if actor.kind != "staff":
        raise NotYours(_("Only staff decide."))
    reason = ballot.reason.strip()[:LONGEST]
    if verdict in (Verdict.REFUSE, Verdict.OBJECTION) and not reason:
        raise Rejected(_("Say why."))
    vote = ApprovalVote(
        request_id=request_id,
        voter_id=int(actor.key),
        verdict=verdict,
        reason=reason,
        payload_digest=ballot.payload_digest,
        facts=ballot.facts,
        picture=dict(ballot.picture),
        session_digest=origin.session_digest,
        device_digest=origin.device_digest,
        stepped_up=origin.proof.is_fresh,
        proof=origin.proof.way,
        proved_at=origin.proof.at,
        cast_at=now,
    )
    if for_user_id is not None:
        vote.for_user_id = for_user_id
    with refusals.spoken():
        compiled.add(vote)
    return vote


def told_of(vote: ApprovalVote, kind: str) -> ApprovalVoted:
    """Return what is told of a vote, for whoever tells it in the record's own log."""
    return ApprovalVoted(
        request_id=vote.request_id,
        kind=kind,
        verdict=vote.verdict,
        reason=vote.reason,
        payload_digest=vote.payload_digest,
        facts_digest=vote.facts_digest,
        seat=vote.seat,
        for_user_id=vote.for_user_id,
        voids=vote.voids,
        proof=vote.proof,
    )


def for_whom(actor: Actor, reaches: Callable[[Actor], bool], *, now: datetime) -> int | None:
    """Return whom the actor votes for: None for themselves, else an absent one who lent the vote.

    `reaches` says whose right reaches the record. Raises NotYours where nobody's does.
    """
    if reaches(actor):
        return None
    for absent_id in requests.delegators_of(int(actor.key), now) if actor.kind == "staff" else ():
        if reaches(Actor.staff(absent_id)):
            return absent_id
    raise NotYours(_("You may not decide about this."))


def _decidable(request_id: int, actor: Actor, now: datetime) -> tuple[ApprovalRequest, int | None]:
    """Return the request in the voter's reach, and whom they stand in for when it is another's."""
    user = people.get_staff(int(actor.key)) if actor.kind == "staff" else None
    if user is None:
        raise NotYours(_("Only staff decide."))
    request, for_user_id = requests.in_reach_of(user, request_id, now=now)
    if request is None:
        raise NotYours(_("You may not decide about this."))
    return request, for_user_id


def _decided_here(request: ApprovalRequest) -> terms.Kind:
    """Return the kind; NotYours for one that its own page decides, with checks of its own."""
    kind = terms.kind_of(request.kind)
    if kind.is_decided_elsewhere:
        raise NotYours(_("This is decided on its own page."))
    return kind


def _tell(request: ApprovalRequest, vote: ApprovalVote, *, actor: Actor, now: datetime) -> None:
    asking.emit(request, told_of(vote, request.kind), actor=actor, now=now)
