"""Settling a leg of a transfer by hand when MetaTrader left open what became of it: two people.

The one way for all of them is by_hand/settling.py; transfer and books follow the operation.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.actions.by_hand import settling
from accounts.actions.by_hand.settling import Matter, Told
from accounts.actions.transfers import steps
from accounts.events import TransferSettlingDecided, TransferSettlingProposed
from accounts.models import Transfer, TransferOperation
from accounts.queries.transfers import standing
from backoffice.core.actors import Actor
from trading.actions.evidence import Evidence
from trading.actions.hand_settlement import Proposal


def propose_settlement(
    *, transfer_id: int, proposal: Proposal, actor: Actor, now: datetime
) -> None:
    """Say what became of the money, with evidence out of MetaTrader; a second person confirms it.

    Raises what `settling.propose` raises. Call it with no transaction open.
    """
    settling.propose(_matter(transfer_id), proposal, actor=actor, now=now)


def confirm_settlement(*, transfer_id: int, actor: Actor, now: datetime) -> None:
    """Agree with what somebody else proposed, after a look at MetaTrader of one's own."""
    settling.confirm(_matter(transfer_id), actor=actor, now=now)


def decline_settlement(*, transfer_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Say no to what was proposed, or take one's own back; it waits for a person again."""
    operation = standing.operation_to_settle(transfer_id)
    settling.decline(operation, reason, actor=actor, now=now)


def look(*, transfer_id: int, actor: Actor, now: datetime) -> Evidence:
    """Return what MetaTrader shows now about the money that waits for people. Changes nothing."""
    operation = standing.operation_to_settle(transfer_id)
    return settling.look(operation, actor=actor, now=now)


@transaction.atomic
def follow_settlement(*, told: Told, actor: Actor, now: datetime) -> None:
    """Tell the transfer's own log what people decided; once."""
    link = TransferOperation.objects.filter(key=UUID(told.key)).first()
    if link is None or not settling.is_news(told, "transfer:"):
        return
    transfer = steps.locked(link.transfer_id)
    settling.note(transfer, told, actor=actor)
    event = settling.retold(
        told, TransferSettlingProposed, TransferSettlingDecided, transfer_id=transfer.pk
    )
    steps.emit(transfer, event, actor=actor, now=now)


def _matter(transfer_id: int) -> Matter:
    transfer = Transfer.objects.get(pk=transfer_id)
    return Matter(
        operation=standing.operation_to_settle(transfer_id), hands=(transfer.requested_by,)
    )
