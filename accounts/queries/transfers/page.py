"""Everything that the page of one transfer shows: stages, both legs, what may follow, the log."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Transfer, TransferOperation
from accounts.permissions import REQUEST_TRANSFER, RETURN_TRANSFER
from accounts.queries.acts import Act
from accounts.queries.transfers import rows
from accounts.terms import TRANSFER_LEG_LABELS
from accounts.terms import Transfer as State
from backoffice.approvals.queries import requests, seats
from backoffice.approvals.queries.seats import SeatLine
from backoffice.core import access, records
from backoffice.core.actors import Actor
from backoffice.core.records import EventView
from backoffice.identity.queries import people
from trading.permissions import SETTLE_OPERATIONS
from trading.queries import operations, settlements, trading_accounts
from trading.queries.operations import OperationView
from trading.queries.settlements import SettlementView
from trading.states import Operation, Settling

LATEST = 60
#: verb → the right that it takes.
RIGHTS: dict[str, object] = {
    "cancel": REQUEST_TRANSFER,
    "return": RETURN_TRANSFER,
    "settle": SETTLE_OPERATIONS,
    "settle_confirm": SETTLE_OPERATIONS,
    "settle_decline": SETTLE_OPERATIONS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One event of the transfer's own log, as people read it."""

    at: Any
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegView:
    """One operation in MetaTrader and which leg it carries, in words."""

    label: str
    operation: OperationView


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferPage:
    """The page's content. `proposal` waits for a second person, if there is one."""

    transfer: Transfer
    acts: dict[str, Act]
    legs: tuple[LegView, ...]
    log: tuple[LogLine, ...]
    seats: tuple[SeatLine, ...]
    proposal: SettlementView | None
    names: dict[str, str]
    sees_target: bool


def get_transfer_page_for(user: Any, pk: int) -> TransferPage:
    """Return the content of the page, or raise Http404."""
    transfer = rows.get_transfer_for(user, pk)
    links = list(TransferOperation.objects.filter(transfer=transfer).order_by("id"))
    known = operations.operations_of(link.key for link in links)
    legs = tuple(
        LegView(label=_(TRANSFER_LEG_LABELS[link.leg]), operation=known[link.key])
        for link in links
        if link.key in known
    )
    proposal = _proposal(legs)
    views = records.for_subject("transfer", transfer.pk, limit=LATEST)
    names = _names(transfer, proposal, views)
    is_asked = transfer.approval_id is not None
    return TransferPage(
        transfer=transfer,
        acts=_acts(user, transfer, proposal),
        legs=legs,
        log=tuple(
            LogLine(at=view.at, sentence=view.told_by(names[str(view.actor)])) for view in views
        ),
        seats=seats.lines_of(requests.history_of("transfer", transfer.pk)) if is_asked else (),
        proposal=proposal,
        names=names,
        sees_target=_sees_target(user, transfer),
    )


def _sees_target(user: Any, transfer: Transfer) -> bool:
    """Say whether the target's page opens to this person: another client may be out of reach."""
    if not transfer.is_to_another:
        return True
    number = transfer.target_account_id
    return number is not None and trading_accounts.is_in_reach(user, number)


def _proposal(legs: tuple[LegView, ...]) -> SettlementView | None:
    found = [one.operation for one in reversed(legs)]
    manual = next((one for one in found if one.state is Operation.MANUAL), None)
    if manual is None:
        return None
    proposed = settlements.settlements_of(manual.operation_id)
    return next((one for one in proposed if one.state is Settling.PROPOSED), None)


def _acts(user: Any, transfer: Transfer, proposal: SettlementView | None) -> dict[str, Act]:
    """Return every button with the reason why it is shut, if it is."""
    mine = Transfer.objects.filter(pk=transfer.pk)
    reached: dict[object, bool] = {}
    acts = {}
    for verb, right in RIGHTS.items():
        is_offered = _is_offered(verb, transfer, proposal)
        if is_offered and right not in reached:
            reached[right] = access.restrict(mine, user, right).exists()
        why_not = _("Your role does not allow it.")
        if reached.get(right):
            why_not = _objection(verb, str(user.actor), transfer, proposal)
        is_yours = reached.get(right, False)
        acts[verb] = Act(verb=verb, why_not=why_not, is_offered=is_offered, is_yours=is_yours)
    return acts


def _is_offered(verb: str, transfer: Transfer, proposal: SettlementView | None) -> bool:
    """Say whether the verb can follow on where the transfer stands."""
    state = State(transfer.state)
    match verb:
        case "cancel":
            return state in (State.REQUESTED, State.APPROVED)
        case "return":
            hangs = state is State.REVERSING and transfer.next_try_at is None
            return hangs or (state is State.IN_TRANSIT and bool(transfer.waits_because))
        case "settle":
            return transfer.needs_person and proposal is None
    return transfer.needs_person and proposal is not None


def _objection(verb: str, me: str, transfer: Transfer, proposal: SettlementView | None) -> str:
    """Return what stands against it for somebody who holds the right; "" for nothing."""
    hands = {transfer.requested_by} if verb not in ("cancel", "settle_decline") else set()
    if verb == "settle_confirm" and proposal is not None:
        hands.add(proposal.proposed_by)
    return _("Four eyes: you had a hand in it already.") if me in hands else ""


def _names(
    transfer: Transfer, proposal: SettlementView | None, views: list[EventView]
) -> dict[str, str]:
    hands = [transfer.requested_by, transfer.approved_by, transfer.rejected_by]
    hands += [transfer.cancelled_by, transfer.return_allowed_by, transfer.settling_by]
    hands += [proposal.proposed_by if proposal is not None else ""]
    actors = [Actor.parse(hand) for hand in hands if hand] + [view.actor for view in views]
    known = people.names_of({int(one.key) for one in actors if one.kind != "system"})
    return {str(actor): _name(actor, known) for actor in actors}


def _name(actor: Actor, known: dict[int, str]) -> str:
    if actor.kind != "system":
        return known.get(int(actor.key), str(actor))
    return _("The system (%(part)s)") % {"part": actor.key}
