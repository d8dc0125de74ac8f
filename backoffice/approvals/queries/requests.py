"""Requests for approval: which wait for whom, who may see which, what stands against a vote."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import django_filters
from django.db import models
from django.db.models import Case, Count, Exists, F, Func, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from backoffice.approvals import terms
from backoffice.approvals.models import ApprovalRequest, ApprovalVote, VoteDelegation
from backoffice.approvals.models.refusal import sentence_of
from backoffice.approvals.permissions import SEE_ALL
from backoffice.approvals.states import LIVE, STANDING_LABELS, Standing, Verdict
from backoffice.approvals.terms import Kind
from backoffice.core import clock
from backoffice.core.actors import NOWHERE, Origin
from backoffice.identity.queries import people

#: The least time left first; what has no deadline after it.
QUEUE = ("-id",)
COUNTED = 1000
LATE = 500


class View:
    """The tabs of the queue."""

    TODO = "todo"
    MINE = "mine"
    REVIEW = "review"
    OPEN = "open"
    ALL = "all"


VIEWS = (
    (View.TODO, _("Waits for me")),
    (View.REVIEW, _("To review")),
    (View.MINE, _("Asked by me")),
    (View.OPEN, _("Open")),
    (View.ALL, _("All")),
)


class Objection(Func):
    """What PostgreSQL's guard would say to this person's vote: '' when nothing is against it."""

    function = "approvals_objection_to"
    output_field = models.TextField()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many requests stand under each tab."""

    todo: int
    mine: int
    review: int
    open: int


class RequestFilter(django_filters.FilterSet):
    """What narrows the queue. Needs the request, for whose to do it is."""

    view = django_filters.ChoiceFilter(choices=VIEWS, method="by_view", label=_("View"))
    q = django_filters.CharFilter(method="by_number", label=_("Search"), max_length=20)
    kind = django_filters.MultipleChoiceFilter(
        choices=lambda: [(kind.code, _(kind.label)) for kind in terms.kinds()],
        label=_("Kind"),
        distinct=False,
    )
    state = django_filters.MultipleChoiceFilter(
        choices=[(state, _(label)) for state, label in STANDING_LABELS.items()],
        label=_("State"),
        distinct=False,
    )

    class Meta:
        model = ApprovalRequest
        fields: tuple[str, ...] = ()

    def by_view(self, rows: Any, name: str, view: str) -> Any:
        """Narrow to one tab."""
        return viewed(rows, self.request.user, view, now=clock.now())

    def by_number(self, rows: Any, name: str, text: str) -> Any:
        """Match a request's own number, or its subject's key."""
        plain = text.strip().lstrip("#")
        is_number = plain.isascii() and plain.isdecimal() and len(plain) <= 18
        return rows.filter(Q(pk=int(plain)) | Q(subject_key=plain)) if is_number else rows.none()


def list_requests_for(user: Any) -> QuerySet[ApprovalRequest]:
    """Return the requests that the user may see: their own, and those within their reach."""
    seen = Q(asked_by=str(user.actor))
    for kind in terms.kinds():
        seen |= _within(user, kind, kind.sees) | _within(user, kind, SEE_ALL)
    return ApprovalRequest.objects.filter(seen)


def get_request_for(user: Any, pk: int) -> ApprovalRequest:
    """Return one request, or raise Http404: out of reach looks like absent."""
    found = list_requests_for(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def find_by_key(key: UUID, kind: str) -> tuple[int, dict[str, Any]] | None:
    """Return the number and the payload of what a form asked for already, or None."""
    found = ApprovalRequest.objects.filter(key=key, kind=kind).first()
    return None if found is None else (found.pk, json.loads(found.payload))


def viewed(
    rows: QuerySet[ApprovalRequest], user: Any, view: str, *, now: datetime
) -> QuerySet[ApprovalRequest]:
    """Narrow requests to one tab for this user."""
    match view:
        case View.TODO:
            return _open_to(rows.filter(state=Standing.WAITING), user, now, reviews=False)
        case View.REVIEW:
            return _open_to(_unreviewed(rows), user, now, reviews=True)
        case View.MINE:
            return rows.filter(asked_by=str(user.actor))
        case View.OPEN:
            return rows.filter(Q(state__in=LIVE) | Q(review_at__isnull=False, reviewed_at=None))
    return rows


def counts_for(user: Any, *, now: datetime) -> Counts:
    """Return the numbers of the tabs, each a thousand and one at most."""
    rows = list_requests_for(user).order_by()
    waits = Q(state=Standing.WAITING)
    told = rows.filter(state__in=LIVE).aggregate(
        mine=Count("id", filter=Q(asked_by=str(user.actor))), open=Count("id", filter=waits)
    )
    return Counts(
        todo=count_todo_for(user, now=now),
        review=viewed(rows, user, View.REVIEW, now=now)[: COUNTED + 1].count(),
        mine=told["mine"],
        open=told["open"],
    )


def count_todo_for(user: Any, *, now: datetime) -> int:
    """Count what this very person can decide now: the number beside the menu's word."""
    rows = list_requests_for(user).order_by()
    return viewed(rows, user, View.TODO, now=now)[: COUNTED + 1].count()


def objection_to(
    request_id: int,
    user: Any,
    *,
    origin: Origin = NOWHERE,
    now: datetime,
    reviews: bool = False,
) -> str:
    """Return why this person may not vote, in words; "" when nothing is against it."""
    rows = ApprovalRequest.objects.filter(pk=request_id)
    asked = _objection(user, now, origin=origin, reviews=reviews)
    return sentence_of(rows.annotate(flaw=asked).values_list("flaw", flat=True).get())


def in_reach_of(
    user: Any, request_id: int, *, now: datetime
) -> tuple[ApprovalRequest | None, int | None]:
    """Return the request if the user decides within their reach, or stands in for one who does.

    The second part is whom they stand in for, when their own right does not reach it.
    """
    request = ApprovalRequest.objects.filter(pk=request_id).first()
    if request is None or reaches(user, request):
        return request, None
    for absent_id in delegators_of(user.pk, now):
        absent = people.get_staff(absent_id)
        if absent is not None and reaches(absent, request):
            return request, absent_id
    return None, None


def reaches(user: Any, request: ApprovalRequest) -> bool:
    """Say whether the user's right to decide reaches this request."""
    kind = terms.kind_of(request.kind)
    rows = ApprovalRequest.objects.filter(pk=request.pk)
    return rows.filter(_within(user, kind, kind.decides)).exists()


def holders_of(request: ApprovalRequest) -> list[int]:
    """Return whose right the votes of this round rest on: voters, or whom they stood in for."""
    votes = ApprovalVote.objects.filter(
        request=request, round=request.round, verdict=Verdict.AGREE
    ).annotate(holder=Coalesce(F("for_user_id"), F("voter_id")))
    return list(votes.order_by("id").values_list("holder", flat=True))


def list_votes_of(request: ApprovalRequest) -> list[ApprovalVote]:
    """Return every vote about a request, the first one first."""
    votes = ApprovalVote.objects.filter(request=request).select_related("voter", "for_user")
    return list(votes.order_by("id"))


def history_of(subject_kind: str, subject_key: int | str) -> list[ApprovalRequest]:
    """Return every request about something, the first one first, each with its votes in order."""
    votes = ApprovalVote.objects.select_related("voter", "for_user").order_by("id")
    rows = ApprovalRequest.objects.filter(subject_kind=subject_kind, subject_key=str(subject_key))
    return list(rows.order_by("id").prefetch_related(models.Prefetch("votes", queryset=votes)))


def is_voided(kind: str, subject_kind: str) -> Exists:
    """Return what is asked of the caller's rows: had they an approval that counts no more?

    Row by row, by the index of what was ever void.
    """
    key = Cast(OuterRef("pk"), models.CharField())
    about = ApprovalRequest.objects.filter(subject_kind=subject_kind, subject_key=key)
    rows = about.filter(kind=kind)
    return Exists(rows.filter(Q(state=Standing.VOIDED) | Q(round__gt=1)))


def ids_open_to(user: Any, kind: str = "", *, now: datetime | None = None) -> Any:
    """Return the waiting requests, of a kind or of all, with a seat for this person.

    Reach, and that nobody decides about what they asked for, are the caller's to see.
    """
    text = models.TextField()
    by_people = ~Q(asked_by__startswith="machine:")
    plain = When(by_people & Q(seats=[[]]), then=Value("", text))
    asked = _objection(user, now or clock.now(), origin=NOWHERE, reviews=False)
    flaw = Case(plain, default=asked, output_field=text)
    rows = ApprovalRequest.objects.filter(state=Standing.WAITING)
    rows = rows.filter(kind=kind) if kind else rows
    return rows.annotate(flaw=flaw).filter(flaw="").values("pk")


def delegators_of(user_id: int, now: datetime) -> list[int]:
    """Return who lets this person vote in their place now."""
    rows = VoteDelegation.objects.filter(to_user_id=user_id, ended_at=None)
    in_force = rows.filter(starts_at__lte=now, ends_at__gt=now).order_by("id")
    return list(in_force.values_list("from_user_id", flat=True))


def late_ids(now: datetime) -> list[int]:
    """Return the requests whose time is over, the oldest first."""
    rows = ApprovalRequest.objects.filter(state=Standing.WAITING, deadline_at__lt=now)
    return list(rows.order_by("deadline_at", "id").values_list("id", flat=True)[:LATE])


def _unreviewed(rows: QuerySet[ApprovalRequest]) -> QuerySet[ApprovalRequest]:
    return rows.filter(review_at__isnull=False, reviewed_at=None)


def _open_to(
    rows: QuerySet[ApprovalRequest], user: Any, now: datetime, *, reviews: bool
) -> QuerySet[ApprovalRequest]:
    within = Q(pk__in=())
    for kind in terms.kinds():
        within |= _within(user, kind, kind.sees)
    asked = _objection(user, now, origin=NOWHERE, reviews=reviews)
    return rows.filter(within).annotate(flaw=asked).filter(flaw="")


def _objection(user: Any, now: datetime, *, origin: Origin, reviews: bool) -> Objection:
    at = Value(now, models.DateTimeField())
    session, device = (
        Value(word, models.TextField()) for word in (origin.session_digest, origin.device_digest)
    )
    person = Value(user.pk, models.BigIntegerField())
    return Objection(F("pk"), person, session, device, at, Value(reviews))


def _within(user: Any, kind: Kind, permission: object) -> Q:
    """Return the condition on requests of a kind that a person's reach by a permission sets."""
    if not user.may(permission):
        return Q(pk__in=())
    reach = kind.in_reach(user, permission)
    return Q(kind=kind.code) if reach is None else Q(kind=kind.code) & reach
