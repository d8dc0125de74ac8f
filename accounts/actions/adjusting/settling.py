"""Settling an adjustment by hand when MetaTrader left open what became of it: always two people.

As accounts/actions/settling.py does for withdrawals: adjustment and books follow the operation.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.adjusting import steps
from accounts.events import AdjustmentSettlingDecided, AdjustmentSettlingProposed
from accounts.models import Adjustment, BookedTicket
from accounts.queries.adjusting import rows
from backoffice.approvals.actions.refusals import SamePerson
from backoffice.core import idempotency
from backoffice.core.actors import Actor
from backoffice.core.events import Event
from trading.actions import hand_settlement
from trading.actions.evidence import Evidence
from trading.actions.hand_settlement import Contradicted, Proposal
from trading.events import SettlementConfirmed, SettlementDeclined, SettlementProposed
from trading.queries.operations import OperationView
from trading.queries.settlements import SettlementView
from trading.states import Settling

Told = SettlementProposed | SettlementConfirmed | SettlementDeclined


def propose_settlement(
    *, adjustment_id: int, proposal: Proposal, actor: Actor, now: datetime
) -> None:
    """Say what became of it, with evidence out of MetaTrader; a second person confirms it.

    Raises SamePerson for who asked for it, and what `hand_settlement.propose` raises. Call it with
    no transaction open.
    """
    adjustment = _anothers(adjustment_id, actor)
    operation = _waiting(adjustment_id)
    _require_unbooked(adjustment, proposal.ticket)
    hand_settlement.propose(
        operation_id=operation.operation_id, proposal=proposal, actor=actor, now=now
    )


def confirm_settlement(*, adjustment_id: int, actor: Actor, now: datetime) -> None:
    """Agree with what somebody else proposed, after a look at MetaTrader of one's own."""
    adjustment = _anothers(adjustment_id, actor)
    standing = _standing(adjustment_id)
    _require_unbooked(adjustment, standing.ticket)
    hand_settlement.confirm(settlement_id=standing.settlement_id, actor=actor, now=now)


def decline_settlement(*, adjustment_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Say no to what was proposed, or take one's own back; it waits for a person again."""
    words = steps.require_reason(reason)
    settlement_id = _standing(adjustment_id).settlement_id
    hand_settlement.decline(settlement_id=settlement_id, reason=words, actor=actor, now=now)


def look(*, adjustment_id: int, actor: Actor, now: datetime) -> Evidence:
    """Return what MetaTrader shows now about it. Changes nothing."""
    operation = _waiting(adjustment_id)
    return hand_settlement.look(operation_id=operation.operation_id, actor=actor, now=now)


@transaction.atomic
def follow_settlement(*, told: Told, actor: Actor, now: datetime) -> None:
    """Tell the adjustment's own log what people decided; once."""
    number = Adjustment.objects.filter(key=UUID(told.key)).values_list("pk", flat=True).first()
    if number is None or not idempotency.once(f"adjustment:{told.name}:{told.settlement_id}"):
        return
    adjustment = steps.locked(number)
    if adjustment.needs_person:
        adjustment.settling_by = str(actor) if isinstance(told, SettlementProposed) else ""
        adjustment.save(update_fields=["settling_by"])
    steps.emit(adjustment, _own(adjustment, told), actor=actor, now=now)


def _own(adjustment: Adjustment, told: Told) -> Event:
    if isinstance(told, SettlementProposed):
        return AdjustmentSettlingProposed(
            adjustment_id=adjustment.pk,
            outcome=told.outcome,
            ticket=told.ticket,
            reason=told.reason,
        )
    agreed = isinstance(told, SettlementConfirmed)
    decision = Settling.CONFIRMED if agreed else Settling.DECLINED
    return AdjustmentSettlingDecided(
        adjustment_id=adjustment.pk, decision=str(decision), reason=told.reason
    )


def _anothers(adjustment_id: int, actor: Actor) -> Adjustment:
    """Return the adjustment; SamePerson when the actor asked for it."""
    adjustment = Adjustment.objects.get(pk=adjustment_id)
    if adjustment.requested_by == str(actor):
        raise SamePerson(_("Four eyes: somebody else has to do this."))
    return adjustment


def _waiting(adjustment_id: int) -> OperationView:
    operation = rows.operation_to_settle(adjustment_id)
    if operation is None:
        raise steps.NotPossible(_("It does not wait for a person any more."))
    return operation


def _standing(adjustment_id: int) -> SettlementView:
    standing = rows.standing_of(adjustment_id)
    if standing is None:
        raise steps.NotPossible(_("Nothing is proposed: somebody else was first."))
    return standing


def _require_unbooked(adjustment: Adjustment, ticket: int | None) -> None:
    """Raise when the books have the record already, as money that somebody moved without us."""
    if ticket is None:
        return
    if BookedTicket.objects.filter(books=adjustment.account_id, ticket=ticket).exists():
        sentence = _("The books have record %(ticket)s already: it is not this adjustment's.")
        raise Contradicted(sentence % {"ticket": ticket})
