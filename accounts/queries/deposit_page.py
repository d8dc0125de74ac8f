"""Everything that the page of one deposit shows: what may follow, what happened, who is who."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import ChainMove, Deposit, DepositOperation, Handover, ProviderCallback
from accounts.permissions import DECIDE_DEPOSIT, RECORD_HANDOVER, SEND_PAYOUT, START_DEPOSIT
from accounts.queries import deposit_review, deposits
from accounts.queries.acts import Act
from accounts.queries.ways import moves
from accounts.terms import DEPOSIT
from accounts.terms import Deposit as State
from accounts.terms.chains import BY_HAND
from backoffice.approvals.queries import requests, seats
from backoffice.approvals.queries.seats import SeatLine
from backoffice.core import access, records
from backoffice.core.actors import NOWHERE, Actor, Origin
from backoffice.core.records import EventView
from backoffice.identity.queries import people
from trading.permissions import SETTLE_OPERATIONS
from trading.queries import operations, settlements
from trading.queries.operations import OperationView
from trading.queries.settlements import SettlementView
from trading.states import Operation, Settling

LATEST = 60
#: verb → the right that it takes.
RIGHTS: dict[str, object] = {
    "accept": DECIDE_DEPOSIT,
    "return": DECIDE_DEPOSIT,
    "reject": DECIDE_DEPOSIT,
    "cancel": START_DEPOSIT,
    "arrived": RECORD_HANDOVER,
    "screen": RECORD_HANDOVER,
    "record_return": SEND_PAYOUT,
    "settle": SETTLE_OPERATIONS,
    "settle_confirm": SETTLE_OPERATIONS,
    "settle_decline": SETTLE_OPERATIONS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One event of the deposit's own log, as people read it."""

    at: Any
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositPage:
    """The page's content. `proposal` waits for a second person, if there is one.

    `seen` goes into the form of a decision and comes back with it.
    """

    deposit: Deposit
    seats: tuple[SeatLine, ...]
    seen: str
    acts: dict[str, Act]
    log: tuple[LogLine, ...]
    callbacks: tuple[ProviderCallback, ...]
    operations: tuple[OperationView, ...]
    late: tuple[Deposit, ...]
    proposal: SettlementView | None
    names: dict[str, str]
    chain: ChainMove | None
    handover: Handover | None


def get_deposit_page_for(
    user: Any, pk: int, *, origin: Origin = NOWHERE, now: datetime
) -> DepositPage:
    """Return the content of the page, or raise Http404."""
    deposit = deposits.get_deposit_for(user, pk)
    links = list(DepositOperation.objects.filter(deposit=deposit).order_by("id"))
    known = operations.operations_of(link.key for link in links)
    found = tuple(known[link.key] for link in links if link.key in known)
    proposal = _proposal(found)
    views = records.for_subject("deposit", deposit.pk, limit=LATEST)
    names = _names(deposit, proposal, views)
    is_asked = deposit.state == State.IN_REVIEW and deposit.approval_id is not None
    objection = ""
    if is_asked and not deposit.accepted_by and user.may(DECIDE_DEPOSIT):
        objection = requests.objection_to(deposit.approval_id or 0, user, origin=origin, now=now)
    return DepositPage(
        deposit=deposit,
        seats=seats.lines_of(requests.history_of("deposit", deposit.pk)),
        seen=deposit_review.seen_of(deposit) if is_asked else "",
        acts=_acts(user, deposit, proposal, objection),
        log=tuple(_line(view, names) for view in views),
        callbacks=tuple(deposits.callbacks_of(deposit)),
        operations=found,
        late=tuple(deposits.late_ones_of(deposit)),
        proposal=proposal,
        names=names,
        chain=moves.chain_of_deposit(deposit.pk) if deposit.method.is_crypto else None,
        handover=moves.handover_of_deposit(deposit.pk) if deposit.method.is_handed else None,
    )


def _proposal(found: tuple[OperationView, ...]) -> SettlementView | None:
    manual = next((one for one in reversed(found) if one.state is Operation.MANUAL), None)
    if manual is None:
        return None
    proposed = settlements.settlements_of(manual.operation_id)
    return next((one for one in proposed if one.state is Settling.PROPOSED), None)


def _acts(
    user: Any, deposit: Deposit, proposal: SettlementView | None, objection: str
) -> dict[str, Act]:
    """Return every button with the reason why it is shut, if it is."""
    against = _objections(str(user.actor), deposit, proposal, objection)
    mine = Deposit.objects.filter(pk=deposit.pk)
    reached: dict[object, bool] = {}
    acts = {}
    for verb, right in RIGHTS.items():
        is_offered = _is_offered(verb, deposit, proposal)
        if is_offered and right not in reached:
            reached[right] = access.restrict(mine, user, right).exists()
        why_not = against[verb] if reached.get(right) else _("Your role does not allow it.")
        is_yours = reached.get(right, False)
        acts[verb] = Act(verb=verb, why_not=why_not, is_offered=is_offered, is_yours=is_yours)
    return acts


def _is_offered(verb: str, deposit: Deposit, proposal: SettlementView | None) -> bool:
    """Say whether the verb can follow on where the deposit stands."""
    state = State(deposit.state)
    match verb:
        case "accept":
            return state is State.IN_REVIEW and not deposit.accepted_by
        case "arrived":
            return state is State.PENDING and deposit.method.provider in BY_HAND
        case "screen":
            is_undecided = state is State.IN_REVIEW and not deposit.accepted_by
            return deposit.method.is_crypto and is_undecided
        case "record_return":
            return state is State.RETURNING and deposit.next_try_at is None
        case "settle":
            return deposit.needs_person and proposal is None
        case "settle_confirm" | "settle_decline":
            return deposit.needs_person and proposal is not None
    return (state, verb) in DEPOSIT.moves


def _objections(
    me: str, deposit: Deposit, proposal: SettlementView | None, objection: str
) -> dict[str, str]:
    """Return verb → what stands against it for somebody who holds the right; "" for nothing."""
    four = _("Four eyes: you had a hand in it already.")
    began = four if deposit.started_by == me else ""
    sent = four if me in (deposit.started_by, deposit.returned_by) else ""
    proposed = four if proposal is not None and proposal.proposed_by == me else ""
    other = ""
    if deposit.received_currency not in ("", deposit.currency):
        other = _("Another currency came: it can only be sent back.")
    return {
        "accept": began or objection or other,
        "return": began or objection,
        "reject": began,
        "cancel": "",
        "arrived": began,
        "screen": began,
        "record_return": sent,
        "settle": began,
        "settle_confirm": began or proposed,
        "settle_decline": "",
    }


def _names(
    deposit: Deposit, proposal: SettlementView | None, views: list[EventView]
) -> dict[str, str]:
    hands = [deposit.started_by, deposit.accepted_by, deposit.rejected_by, deposit.returned_by]
    hands += [deposit.cancelled_by, proposal.proposed_by if proposal is not None else ""]
    actors = [Actor.parse(hand) for hand in hands if hand] + [view.actor for view in views]
    known = people.names_of({int(one.key) for one in actors if one.kind != "system"})
    return {str(actor): _name(actor, known) for actor in actors}


def _name(actor: Actor, known: dict[int, str]) -> str:
    if actor.kind != "system":
        return known.get(int(actor.key), str(actor))
    return _("The system (%(part)s)") % {"part": actor.key}


def _line(view: EventView, names: dict[str, str]) -> LogLine:
    return LogLine(at=view.at, sentence=view.told_by(names[str(view.actor)]))
