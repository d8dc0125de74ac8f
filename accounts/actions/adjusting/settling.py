"""Settling an adjustment by hand when MetaTrader left open what became of it: always two people.

The one way for all of them is by_hand/settling.py; adjustment and books follow the operation.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.actions.adjusting import steps
from accounts.actions.by_hand import settling
from accounts.actions.by_hand.settling import Matter, Told
from accounts.events import AdjustmentSettlingDecided, AdjustmentSettlingProposed
from accounts.models import Adjustment
from accounts.queries.adjusting import rows
from backoffice.core.actors import Actor
from trading.actions.evidence import Evidence
from trading.actions.hand_settlement import Proposal


def propose_settlement(
    *, adjustment_id: int, proposal: Proposal, actor: Actor, now: datetime
) -> None:
    """Say what became of the money, with evidence out of MetaTrader; a second person confirms it.

    Raises what `settling.propose` raises. Call it with no transaction open.
    """
    settling.propose(_matter(adjustment_id), proposal, actor=actor, now=now)


def confirm_settlement(*, adjustment_id: int, actor: Actor, now: datetime) -> None:
    """Agree with what somebody else proposed, after a look at MetaTrader of one's own."""
    settling.confirm(_matter(adjustment_id), actor=actor, now=now)


def decline_settlement(*, adjustment_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Say no to what was proposed, or take one's own back; it waits for a person again."""
    operation = rows.operation_to_settle(adjustment_id)
    settling.decline(operation, reason, actor=actor, now=now)


def look(*, adjustment_id: int, actor: Actor, now: datetime) -> Evidence:
    """Return what MetaTrader shows now about the money that waits for people. Changes nothing."""
    operation = rows.operation_to_settle(adjustment_id)
    return settling.look(operation, actor=actor, now=now)


@transaction.atomic
def follow_settlement(*, told: Told, actor: Actor, now: datetime) -> None:
    """Tell the adjustment's own log what people decided; once."""
    found = Adjustment.objects.filter(key=UUID(told.key)).values_list("pk", flat=True)
    number = found.first()
    if number is None or not settling.is_news(told, "adjustment:"):
        return
    adjustment = steps.locked(number)
    settling.note(adjustment, told, actor=actor)
    event = settling.retold(
        told, AdjustmentSettlingProposed, AdjustmentSettlingDecided, adjustment_id=adjustment.pk
    )
    steps.emit(adjustment, event, actor=actor, now=now)


def _matter(adjustment_id: int) -> Matter:
    adjustment = Adjustment.objects.get(pk=adjustment_id)
    return Matter(
        operation=rows.operation_to_settle(adjustment_id), hands=(adjustment.requested_by,)
    )
