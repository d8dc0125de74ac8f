"""The seats of requests as people read them: who sits there, what became of it, which are void."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from backoffice.approvals.models import ApprovalRequest, ApprovalVote
from backoffice.approvals.states import LIVE, PROOF_LABELS, Standing, Verdict
from backoffice.identity.queries import roles


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatLine:
    """One seat: for whom, how it stands (a badge's word), who took it, when, by what proof, why."""

    seat: str
    state: str
    who: str = ""
    at: datetime | None = None
    reason: str = ""
    proof: str = ""
    picture: dict[str, Any] = field(default_factory=dict)


def lines_of(history: Iterable[ApprovalRequest]) -> tuple[SeatLine, ...]:
    """Return the seats of requests about one thing, those that count no more included."""
    found = list(history)
    named = any(seat for request in found for seat in request.seats)
    names = {one.code: one.name for one in roles.list_roles()} if named else {}
    return tuple(line for request in found for line in _lines(request, names))


def who_of(seat: list[str], names: dict[str, str]) -> str:
    """Return for whom a seat is, in words."""
    return _(" or ").join(names.get(one, one) for one in seat) or _("Whoever may decide")


def _lines(request: ApprovalRequest, names: dict[str, str]) -> Iterable[SeatLine]:
    taken: set[int | None] = set()
    for vote in request.votes.all():
        counts = vote.round == request.round
        if counts and vote.verdict == Verdict.AGREE:
            taken.add(vote.seat)
        yield _voted(request, vote, names, counts=counts)
    if request.state == Standing.WAITING:
        for number, seat in enumerate(request.seats):
            if number not in taken:
                yield SeatLine(seat=who_of(seat, names), state=Standing.WAITING)
    elif request.state not in (*LIVE, Standing.EXECUTED, Standing.REFUSED) and not taken:
        yield SeatLine(
            seat=_("Nobody had decided"),
            state=request.state,
            at=request.closed_at,
            reason=request.closed_reason,
        )


def _voted(
    request: ApprovalRequest, vote: ApprovalVote, names: dict[str, str], *, counts: bool
) -> SeatLine:
    seat = request.seats[vote.seat] if vote.seat is not None else []
    who = vote.voter.full_name
    if vote.for_user is not None:
        who = _("%(voter)s for %(absent)s") % {"voter": who, "absent": vote.for_user.full_name}
    is_void = not counts or request.state == Standing.VOIDED
    reason = vote.reason
    if not counts:
        reason = _("what it hangs on changed")
    elif request.state == Standing.VOIDED:
        reason = request.closed_reason
    return SeatLine(
        seat=who_of(seat, names),
        state=Standing.VOIDED if is_void else vote.verdict,
        who=who,
        at=vote.cast_at,
        reason=reason,
        proof=_(PROOF_LABELS[vote.proof]) if vote.proof in PROOF_LABELS else "",
        picture=vote.picture,
    )
