"""Everything that somebody needs to decide about one request, as it is now. Writes nothing."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from backoffice.approvals import terms
from backoffice.approvals.models import ApprovalRequest
from backoffice.approvals.queries import requests, seats
from backoffice.approvals.queries.seats import SeatLine
from backoffice.approvals.states import Standing
from backoffice.core import canonical, records
from backoffice.core.actors import Actor, Origin
from backoffice.identity.queries import people

LOG = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One word of the page with what stood there and what stands there now; "" is nothing.

    Of what is asked for: what it replaces (the same where it replaces nothing), and what shall be.
    Of what the act hangs on: as it was when it was asked for, and as it is now.
    """

    word: str
    then: str
    now: str

    @property
    def is_changed(self) -> bool:
        """Whether it is not any more as it was."""
        return self.then != self.now


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One event about the request."""

    number: int
    at: datetime
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPage:
    """The page: what in words, facts then and now, seats, log, and what stands against a vote.

    `facts_now` and the payload's digest go into the form and come back with the vote.
    """

    request: ApprovalRequest
    label: str
    words: tuple[Line, ...]
    facts: tuple[Line, ...]
    facts_now: str
    asked_by: str
    seats: tuple[SeatLine, ...]
    log: tuple[LogLine, ...]
    objection: str
    is_mine: bool
    waits_for_review: bool

    @property
    def is_open(self) -> bool:
        """Whether somebody can still vote."""
        return self.request.state == Standing.WAITING


def get_page_for(user: Any, pk: int, *, origin: Origin, now: datetime) -> RequestPage:
    """Return the page of one request that the user may see; Http404 for any other."""
    request = requests.get_request_for(user, pk)
    kind = terms.kind_of(request.kind)
    payload = json.loads(request.payload)
    current = canonical.encode(kind.facts(payload)).decode()
    log = records.for_subject("approval", request.pk, limit=LOG)
    actors = [Actor.parse(request.asked_by), *(view.actor for view in log)]
    asked = {int(one.key) for one in actors if one.kind != "system"}
    names = people.names_of(asked.union(*(view.person_ids for view in log)))
    waits = request.review_at is not None and request.reviewed_at is None
    history = _with_votes(request)
    return RequestPage(
        request=request,
        label=_(kind.label),
        words=_words(kind, payload, request),
        facts=_facts(kind, request, current),
        facts_now=current,
        asked_by=_name(actors[0], names),
        seats=seats.lines_of(history),
        log=tuple(
            LogLine(
                number=view.number,
                at=view.at,
                sentence=view.told_by(
                    _name(view.actor, names), names, words={"kind": _(kind.label)}
                ),
            )
            for view in log
        ),
        objection=_objection(request, user, origin, now, reviews=waits),
        is_mine=request.asked_by == str(user.actor),
        waits_for_review=waits,
    )


def _with_votes(request: ApprovalRequest) -> list[ApprovalRequest]:
    history = requests.history_of(request.subject_kind, request.subject_key)
    return [one for one in history if one.pk == request.pk]


def _objection(
    request: ApprovalRequest, user: Any, origin: Origin, now: datetime, *, reviews: bool
) -> str:
    if request.state != Standing.WAITING and not reviews:
        return ""
    found, _for = requests.in_reach_of(user, request.pk, now=now)
    if found is None:
        return _("You may not decide about this.")
    return requests.objection_to(request.pk, user, origin=origin, now=now, reviews=reviews)


def _words(kind: terms.Kind, payload: terms.Payload, request: ApprovalRequest) -> tuple[Line, ...]:
    told = kind.describe(payload)
    before = dict(kind.tell_before(payload, _asked_facts(request)))
    if not before:
        return tuple(Line(word=word, then=value, now=value) for word, value in told)
    after = dict(told)
    return tuple(
        Line(word=word, then=before.get(word, ""), now=after.get(word, ""))
        for word in dict.fromkeys([*after, *before])
    )


def _asked_facts(request: ApprovalRequest) -> terms.Payload:
    """Return the facts when it was asked for; none where it is bound to a picture of its page."""
    return json.loads(request.asked_facts) if request.asked_facts.startswith("{") else {}


def _facts(kind: terms.Kind, request: ApprovalRequest, current: str) -> tuple[Line, ...]:
    if not request.asked_facts.startswith("{"):  # bound to a picture of its own page
        return ()
    then, now = _read(kind, request.asked_facts), _read(kind, current)
    words = list(dict.fromkeys([*then, *now]))
    return tuple(
        Line(word=word, then=then.get(word, "—"), now=now.get(word, "—")) for word in words
    )


def _read(kind: terms.Kind, text: str) -> dict[str, str]:
    return {word: str(value) for word, value in kind.tell_facts(json.loads(text))}


def _name(actor: Actor, names: dict[int, str]) -> str:
    if actor.kind == "system":
        return _("The system (%(part)s)") % {"part": actor.key}
    return names.get(int(actor.key), str(actor))
