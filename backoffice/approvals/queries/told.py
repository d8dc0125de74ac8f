"""What another app's own decision page shows of an approval: seats, deadline, review."""

from dataclasses import dataclass
from datetime import datetime

from backoffice.approvals.models import ApprovalRequest
from backoffice.approvals.queries import requests, seats
from backoffice.approvals.queries.seats import SeatLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The seats of one request as lines; until when it is open; the number of one to review."""

    seats: tuple[SeatLine, ...] = ()
    deadline_at: datetime | None = None
    review: int | None = None


def told_of(request_id: int | None) -> Told:
    """Return what stands about a request; nothing for what needs no approval."""
    if request_id is None:
        return Told()
    request = ApprovalRequest.objects.get(pk=request_id)
    history = requests.history_of(request.subject_kind, request.subject_key)
    waits = request.review_at is not None and request.reviewed_at is None
    return Told(
        seats=seats.lines_of(history),
        deadline_at=request.deadline_at,
        review=request.pk if waits else None,
    )
