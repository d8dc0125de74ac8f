"""Asking for a dangerous act: what exactly, on which facts, why, from where."""

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.approvals import terms
from backoffice.approvals.actions import refusals
from backoffice.approvals.events import ApprovalAsked, ApprovalGranted
from backoffice.approvals.models import ApprovalRequest
from backoffice.approvals.states import Standing
from backoffice.approvals.terms import Kind, Wish
from backoffice.core import canonical, compiled, outbox
from backoffice.core.actors import NOWHERE, Actor, Origin
from backoffice.core.errors import Conflict, Rejected
from backoffice.core.events import Event

LONGEST = 300


@transaction.atomic
def ask(*, wish: Wish, actor: Actor, origin: Origin = NOWHERE, now: datetime) -> ApprovalRequest:
    """Ask, and tell of it. GRANTED at once where the policy lets one person act alone.

    Whether the actor may ask is the caller's to see; the policy's askers are the database's. The
    same key asks once. Raises NotAskable, AnotherWaits, Conflict for a key used for something else,
    Rejected without a reason.
    """
    known = ApprovalRequest.objects.filter(key=wish.key).first()
    if known is not None:
        return _same(known, wish)
    if not wish.reason.strip():
        raise Rejected(_("Say why."))
    request = open_request(wish=wish, actor=actor, origin=origin, now=now)
    event = ApprovalAsked(
        request_id=request.pk,
        kind=request.kind,
        payload_digest=request.payload_digest,
        seats=len(request.seats),
        reason=request.reason,
    )
    emit(request, event, actor=actor, now=now)
    if request.state == Standing.GRANTED:
        granted = ApprovalGranted(request_id=request.pk, kind=request.kind)
        emit(request, granted, actor=actor, now=now)
    return request


def open_request(
    *, wish: Wish, actor: Actor, origin: Origin = NOWHERE, now: datetime
) -> ApprovalRequest:
    """Write the request down in one statement and tell nothing: the caller's own event tells it.

    A part of the caller's transaction. PostgreSQL gives it policy, seats, deadline and state.
    """
    kind = terms.kind_of(wish.kind)
    payload = canonical.encode(wish.payload).decode()
    facts = wish.binds if wish.binds is not None else facts_now(kind, wish.payload)
    request = ApprovalRequest(
        key=wish.key,
        kind=wish.kind,
        subject_kind=wish.subject[0],
        subject_key=str(wish.subject[1]),
        client_id=wish.client_id,
        amount=wish.amount,
        currency=wish.currency,
        payload=payload,
        payload_digest=digest_of(payload),
        asked_facts=facts,
        picture=dict(wish.picture),
        facts=facts,
        facts_digest=digest_of(facts),
        reason=wish.reason.strip()[:LONGEST],
        asked_by=str(actor),
        asked_at=now,
        asked_session=origin.session_digest,
        asked_device=origin.device_digest,
    )
    with refusals.spoken():
        compiled.add(request)
    return request


def payload_digest(payload: terms.Payload) -> str:
    """Return the digest of a payload: what a vote names to say what it was about."""
    return digest_of(canonical.encode(payload).decode())


def facts_now(kind: Kind, payload: terms.Payload) -> str:
    """Return the facts that an act hangs on, as they are now, in their one text."""
    return canonical.encode(kind.facts(payload)).decode()


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text: the database reckons the same."""
    return hashlib.sha256(text.encode()).hexdigest()


def emit(request: ApprovalRequest, event: Event, *, actor: Actor, now: datetime) -> None:
    """Announce something about a request: to its own log, its subject's, its client's."""
    subjects: list[tuple[str, int | str]] = [
        ("approval", request.pk),
        (request.subject_kind, request.subject_key),
    ]
    if request.client_id is not None:
        subjects.append(("client", request.client_id))
    outbox.emit(event, actor=actor, subjects=subjects, now=now)


def _same(known: ApprovalRequest, wish: Wish) -> ApprovalRequest:
    said: Any = (wish.kind, canonical.encode(wish.payload).decode())
    if said != (known.kind, known.payload):
        raise Conflict(_("This form was used for another request."))
    return known
