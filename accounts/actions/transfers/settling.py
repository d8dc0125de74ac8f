"""Settling a leg of a transfer by hand when MetaTrader left open what became of it: two people.

As accounts/actions/settling.py does for withdrawals: transfer and books follow the operation.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.transfers import steps
from accounts.events import TransferSettlingDecided, TransferSettlingProposed
from accounts.models import BookedTicket, Transfer, TransferOperation
from accounts.queries.transfers import standing
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
    *, transfer_id: int, proposal: Proposal, actor: Actor, now: datetime
) -> None:
    """Say what became of the money, with evidence out of MetaTrader; a second person confirms it.

    Raises what `hand_settlement.propose` raises. Call it with no transaction open.
    """
    operation = _manual(transfer_id, actor)
    _require_unbooked(operation, proposal.ticket)
    hand_settlement.propose(
        operation_id=operation.operation_id, proposal=proposal, actor=actor, now=now
    )


def confirm_settlement(*, transfer_id: int, actor: Actor, now: datetime) -> None:
    """Agree with what somebody else proposed, after a look at MetaTrader of one's own."""
    operation = _manual(transfer_id, actor)
    proposed = _proposed(transfer_id)
    _require_unbooked(operation, proposed.ticket)
    hand_settlement.confirm(settlement_id=proposed.settlement_id, actor=actor, now=now)


def decline_settlement(*, transfer_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Say no to what was proposed, or take one's own back; it waits for a person again."""
    words = steps.require_reason(reason)
    settlement_id = _proposed(transfer_id).settlement_id
    hand_settlement.decline(settlement_id=settlement_id, reason=words, actor=actor, now=now)


def look(*, transfer_id: int, actor: Actor, now: datetime) -> Evidence:
    """Return what MetaTrader shows now about the money that waits for people. Changes nothing."""
    operation = standing.operation_to_settle(transfer_id)
    if operation is None:
        raise steps.NotPossible(_("It does not wait for a person any more."))
    return hand_settlement.look(operation_id=operation.operation_id, actor=actor, now=now)


@transaction.atomic
def follow_settlement(*, told: Told, actor: Actor, now: datetime) -> None:
    """Tell the transfer's own log what people decided; once."""
    link = TransferOperation.objects.filter(key=UUID(told.key)).first()
    if link is None or not idempotency.once(f"transfer:{told.name}:{told.settlement_id}"):
        return
    transfer = steps.locked(link.transfer_id)
    if transfer.needs_person:
        transfer.settling_by = str(actor) if isinstance(told, SettlementProposed) else ""
        transfer.save(update_fields=["settling_by"])
    steps.emit(transfer, _own(transfer, told), actor=actor, now=now)


def _own(transfer: Transfer, told: Told) -> Event:
    if isinstance(told, SettlementProposed):
        return TransferSettlingProposed(
            transfer_id=transfer.pk, outcome=told.outcome, ticket=told.ticket, reason=told.reason
        )
    agreed = isinstance(told, SettlementConfirmed)
    decision = Settling.CONFIRMED if agreed else Settling.DECLINED
    return TransferSettlingDecided(
        transfer_id=transfer.pk, decision=str(decision), reason=told.reason
    )


def _manual(transfer_id: int, actor: Actor) -> OperationView:
    transfer = Transfer.objects.get(pk=transfer_id)
    steps.require_another(actor, transfer.requested_by)
    operation = standing.operation_to_settle(transfer_id)
    if operation is None:
        raise steps.NotPossible(_("It does not wait for a person any more."))
    return operation


def _proposed(transfer_id: int) -> SettlementView:
    proposed = standing.standing_of(transfer_id)
    if proposed is None:
        raise steps.NotPossible(_("Nothing is proposed: somebody else was first."))
    return proposed


def _require_unbooked(operation: OperationView, ticket: int | None) -> None:
    """Raise when the books have the record already, as money that somebody moved without us."""
    if ticket is None:
        return
    if BookedTicket.objects.filter(books=operation.account_id, ticket=ticket).exists():
        sentence = _("The books have record %(ticket)s already: it is not this transfer's.")
        raise Contradicted(sentence % {"ticket": ticket})
