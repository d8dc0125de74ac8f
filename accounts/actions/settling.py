"""Settling a withdrawal by hand when MetaTrader left open what became of it: always two people.

The payment and the books do not move here: they follow what becomes of the operation, by the same
path as any answer of MetaTrader (following.py).
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import steps
from accounts.events import SettlingDecided, SettlingProposed
from accounts.models import BookedTicket, Payment, PaymentOperation
from accounts.queries import settlements
from backoffice.core import idempotency, outbox
from backoffice.core.actors import Actor
from backoffice.core.events import Event
from trading.actions import hand_settlement
from trading.actions.evidence import Evidence
from trading.actions.hand_settlement import Contradicted, Proposal
from trading.events import SettlementConfirmed, SettlementDeclined, SettlementProposed
from trading.queries.settlements import SettlementView
from trading.states import Settling

Told = SettlementProposed | SettlementConfirmed | SettlementDeclined


def propose_settlement(*, payment_id: int, proposal: Proposal, actor: Actor, now: datetime) -> None:
    """Say what became of the money, with evidence out of MetaTrader; a second person confirms it.

    Raises SamePerson for whoever asked for the withdrawal, and what `hand_settlement.propose`
    raises. Call it with no transaction open.
    """
    payment = Payment.objects.get(pk=payment_id)
    steps.require_another(actor, payment.requested_by)
    operation = settlements.operation_to_settle(payment_id)
    if operation is None:
        raise steps.NotPossible(_("It does not wait for a person any more."))
    _require_unbooked(payment, proposal.ticket)
    hand_settlement.propose(
        operation_id=operation.operation_id, proposal=proposal, actor=actor, now=now
    )


def confirm_settlement(*, payment_id: int, actor: Actor, now: datetime) -> None:
    """Agree with what somebody else proposed, after a look at MetaTrader of one's own.

    Raises SamePerson for who proposed it or asked for the withdrawal. Call it with no transaction
    open.
    """
    payment = Payment.objects.get(pk=payment_id)
    steps.require_another(actor, payment.requested_by)
    standing = _standing(payment_id)
    _require_unbooked(payment, standing.ticket)
    hand_settlement.confirm(settlement_id=standing.settlement_id, actor=actor, now=now)


def decline_settlement(*, payment_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Say no to what was proposed, or take one's own back; it waits for a person again."""
    words = steps.require_reason(reason)
    settlement_id = _standing(payment_id).settlement_id
    hand_settlement.decline(settlement_id=settlement_id, reason=words, actor=actor, now=now)


def look(*, payment_id: int, actor: Actor, now: datetime) -> Evidence:
    """Return what MetaTrader shows now about the money that waits for people. Changes nothing.

    Raises NotPossible, NoAnswer, NotAllowed. Call it with no transaction open.
    """
    operation = settlements.operation_to_settle(payment_id)
    if operation is None:
        raise steps.NotPossible(_("It does not wait for a person any more."))
    return hand_settlement.look(operation_id=operation.operation_id, actor=actor, now=now)


@transaction.atomic
def follow_settlement(*, told: Told, actor: Actor, now: datetime) -> None:
    """Tell the payment's own log what people decided, and the queue whose turn it is; once."""
    link = PaymentOperation.objects.filter(key=UUID(told.key)).first()
    if link is None or not idempotency.once(f"{told.name}:{told.settlement_id}"):
        return
    payment = steps.locked(link.payment_id)
    if payment.needs_person:
        payment.settling_by = str(actor) if isinstance(told, SettlementProposed) else ""
        payment.save(update_fields=["settling_by"])
    event = _own(payment, told)
    outbox.emit(event, actor=actor, subjects=[("payment", payment.pk)], now=now)


def _own(payment: Payment, told: Told) -> Event:
    """Return the payment's own event of what was told about its operation."""
    if isinstance(told, SettlementProposed):
        return SettlingProposed(
            payment_id=payment.pk, outcome=told.outcome, ticket=told.ticket, reason=told.reason
        )
    agreed = isinstance(told, SettlementConfirmed)
    decision = Settling.CONFIRMED if agreed else Settling.DECLINED
    return SettlingDecided(payment_id=payment.pk, decision=str(decision), reason=told.reason)


def _standing(payment_id: int) -> SettlementView:
    standing = settlements.standing_of(payment_id)
    if standing is None:
        raise steps.NotPossible(_("Nothing is proposed: somebody else was first."))
    return standing


def _require_unbooked(payment: Payment, ticket: int | None) -> None:
    """Raise when the books have the record already, as money that somebody moved without us."""
    if ticket is None:
        return
    if BookedTicket.objects.filter(books=payment.account_id, ticket=ticket).exists():
        sentence = _("The books have record %(ticket)s already: it is not this withdrawal's.")
        raise Contradicted(sentence % {"ticket": ticket})
