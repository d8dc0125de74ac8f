"""Settling a withdrawal by hand when MetaTrader left open what became of it: always two people.

The one way for all of them is by_hand/settling.py; payment and books follow the operation.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.actions import steps
from accounts.actions.by_hand import settling
from accounts.actions.by_hand.settling import Matter, Told
from accounts.events import SettlingDecided, SettlingProposed
from accounts.models import Payment, PaymentOperation
from accounts.queries import settlements
from backoffice.core import outbox
from backoffice.core.actors import Actor
from trading.actions.evidence import Evidence
from trading.actions.hand_settlement import Proposal


def propose_settlement(*, payment_id: int, proposal: Proposal, actor: Actor, now: datetime) -> None:
    """Say what became of the money, with evidence out of MetaTrader; a second person confirms it.

    Raises what `settling.propose` raises. Call it with no transaction open.
    """
    settling.propose(_matter(payment_id), proposal, actor=actor, now=now)


def confirm_settlement(*, payment_id: int, actor: Actor, now: datetime) -> None:
    """Agree with what somebody else proposed, after a look at MetaTrader of one's own."""
    settling.confirm(_matter(payment_id), actor=actor, now=now)


def decline_settlement(*, payment_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Say no to what was proposed, or take one's own back; it waits for a person again."""
    operation = settlements.operation_to_settle(payment_id)
    settling.decline(operation, reason, actor=actor, now=now)


def look(*, payment_id: int, actor: Actor, now: datetime) -> Evidence:
    """Return what MetaTrader shows now about the money that waits for people. Changes nothing."""
    operation = settlements.operation_to_settle(payment_id)
    return settling.look(operation, actor=actor, now=now)


@transaction.atomic
def follow_settlement(*, told: Told, actor: Actor, now: datetime) -> None:
    """Tell the payment's own log what people decided; once."""
    link = PaymentOperation.objects.filter(key=UUID(told.key)).first()
    if link is None or not settling.is_news(told):
        return
    payment = steps.locked(link.payment_id)
    settling.note(payment, told, actor=actor)
    event = settling.retold(told, SettlingProposed, SettlingDecided, payment_id=payment.pk)
    outbox.emit(event, actor=actor, subjects=[("payment", payment.pk)], now=now)


def _matter(payment_id: int) -> Matter:
    payment = Payment.objects.get(pk=payment_id)
    return Matter(
        operation=settlements.operation_to_settle(payment_id), hands=(payment.requested_by,)
    )
