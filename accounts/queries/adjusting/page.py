"""Everything that the page of one adjustment shows: what may follow, what happened, who is who."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Adjustment
from accounts.permissions import ASK_ADJUSTMENT
from accounts.queries.acts import Act
from accounts.queries.adjusting import rows, targets
from accounts.queries.hands import names_of
from accounts.terms.adjustments import Adjustment as State
from accounts.terms.adjustments import AdjustmentKind
from backoffice.approvals.queries import requests, seats
from backoffice.approvals.queries.seats import SeatLine
from backoffice.core import access, records
from trading.permissions import SETTLE_OPERATIONS
from trading.queries import operations, settlements
from trading.queries.operations import OperationView
from trading.queries.settlements import SettlementView
from trading.states import Operation, Settling

LATEST = 60
#: verb → the right that it takes.
RIGHTS: dict[str, object] = {
    "give_up": ASK_ADJUSTMENT,
    "settle": SETTLE_OPERATIONS,
    "settle_confirm": SETTLE_OPERATIONS,
    "settle_decline": SETTLE_OPERATIONS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One event of the adjustment's own log, as people read it."""

    at: datetime
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentPage:
    """The page's content. `left` is what is left of a credit; `taken` what took from it."""

    adjustment: Adjustment
    seats: tuple[SeatLine, ...]
    acts: dict[str, Act]
    log: tuple[LogLine, ...]
    operation: OperationView | None
    proposal: SettlementView | None
    names: dict[str, str]
    left: Decimal | None
    taken: tuple[Adjustment, ...]
    may_reverse: bool


def get_page_for(user: Any, pk: int) -> AdjustmentPage:
    """Return the content of the page, or raise Http404."""
    adjustment = rows.get_adjustment_for(user, pk)
    operation = operations.get_operation(adjustment.key)
    proposal = _proposal(operation)
    views = records.for_subject("adjustment", adjustment.pk, limit=LATEST)
    hands = [adjustment.requested_by, *(str(view.actor) for view in views)]
    names = names_of([*hands, proposal.proposed_by] if proposal is not None else hands)
    history = requests.history_of("adjustment", adjustment.pk)
    is_credit = adjustment.kind == AdjustmentKind.CREDIT_IN and adjustment.state == State.DONE
    taken = Adjustment.objects.filter(credit=adjustment).order_by("id") if is_credit else ()
    can = {right: _reaches(user, adjustment, right) for right in set(RIGHTS.values())}
    is_reversible = adjustment.kind == AdjustmentKind.CORRECTION and adjustment.state == State.DONE
    return AdjustmentPage(
        adjustment=adjustment,
        seats=seats.lines_of(history),
        acts={
            verb: Act(
                verb=verb,
                is_offered=_is_offered(verb, adjustment, proposal),
                why_not=_why_not(verb, str(user.actor), adjustment, proposal, may=can[right]),
                is_yours=can[right],
            )
            for verb, right in RIGHTS.items()
        },
        log=tuple(
            LogLine(at=view.at, sentence=view.told_by(names[str(view.actor)])) for view in views
        ),
        operation=operation,
        proposal=proposal,
        names=names,
        left=targets.left_of(adjustment) if is_credit else None,
        taken=tuple(taken),
        may_reverse=is_reversible and can[ASK_ADJUSTMENT],
    )


def _reaches(user: Any, adjustment: Adjustment, right: object) -> bool:
    return access.reaches(adjustment, user, right)


def _proposal(operation: OperationView | None) -> SettlementView | None:
    if operation is None or operation.state is not Operation.MANUAL:
        return None
    proposed = settlements.settlements_of(operation.operation_id)
    return next((one for one in proposed if one.state is Settling.PROPOSED), None)


def _is_offered(verb: str, adjustment: Adjustment, proposal: SettlementView | None) -> bool:
    """Say whether the verb can follow on where the adjustment stands."""
    match verb:
        case "give_up":
            return adjustment.state == State.APPROVED and adjustment.approval_id is not None
        case "settle":
            return adjustment.needs_person and proposal is None
    return adjustment.needs_person and proposal is not None


def _why_not(
    verb: str, me: str, adjustment: Adjustment, proposal: SettlementView | None, *, may: bool
) -> str:
    """Return what stands against it; "" for nothing."""
    if not may:
        return _("Your role does not allow it.")
    mine = [adjustment.requested_by] if verb in ("settle", "settle_confirm") else []
    if verb == "settle_confirm" and proposal is not None:
        mine.append(proposal.proposed_by)
    return _("Four eyes: you had a hand in it already.") if me in mine else ""
