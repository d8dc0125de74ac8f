"""Settling a deposit by hand when MetaTrader left open what became of it: always two people.

The one way for all of them is by_hand/settling.py; deposit and books follow the operation.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.actions.by_hand import settling
from accounts.actions.by_hand.settling import Matter, Told
from accounts.actions.deposits import steps
from accounts.events import DepositSettlingDecided, DepositSettlingProposed
from accounts.models import Deposit, DepositOperation
from accounts.queries import deposits
from backoffice.core.actors import Actor
from trading.actions.evidence import Evidence
from trading.actions.hand_settlement import Proposal


def propose_settlement(*, deposit_id: int, proposal: Proposal, actor: Actor, now: datetime) -> None:
    """Say what became of the money, with evidence out of MetaTrader; a second person confirms it.

    Raises what `settling.propose` raises. Call it with no transaction open.
    """
    settling.propose(_matter(deposit_id), proposal, actor=actor, now=now)


def confirm_settlement(*, deposit_id: int, actor: Actor, now: datetime) -> None:
    """Agree with what somebody else proposed, after a look at MetaTrader of one's own."""
    settling.confirm(_matter(deposit_id), actor=actor, now=now)


def decline_settlement(*, deposit_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Say no to what was proposed, or take one's own back; it waits for a person again."""
    operation = deposits.operation_to_settle(deposit_id)
    settling.decline(operation, reason, actor=actor, now=now)


def look(*, deposit_id: int, actor: Actor, now: datetime) -> Evidence:
    """Return what MetaTrader shows now about the money that waits for people. Changes nothing."""
    operation = deposits.operation_to_settle(deposit_id)
    return settling.look(operation, actor=actor, now=now)


@transaction.atomic
def follow_settlement(*, told: Told, actor: Actor, now: datetime) -> None:
    """Tell the deposit's own log what people decided; once."""
    link = DepositOperation.objects.filter(key=UUID(told.key)).first()
    if link is None or not settling.is_news(told, "deposit:"):
        return
    deposit = steps.locked(link.deposit_id)
    settling.note(deposit, told, actor=actor)
    event = settling.retold(
        told, DepositSettlingProposed, DepositSettlingDecided, deposit_id=deposit.pk
    )
    steps.emit(deposit, event, actor=actor, now=now)


def _matter(deposit_id: int) -> Matter:
    deposit = Deposit.objects.get(pk=deposit_id)
    return Matter(operation=deposits.operation_to_settle(deposit_id), hands=(deposit.started_by,))
