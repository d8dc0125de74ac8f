"""Settling a deposit by hand when MetaTrader left open what became of it: always two people.

As accounts/actions/settling.py does for withdrawals: deposit and books follow the operation.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.deposits import steps
from accounts.events import DepositSettlingDecided, DepositSettlingProposed
from accounts.models import BookedTicket, Deposit, DepositOperation
from accounts.queries import deposits
from backoffice.core import idempotency
from backoffice.core.actors import Actor
from backoffice.core.events import Event
from trading.actions import hand_settlement
from trading.actions.evidence import Evidence
from trading.actions.hand_settlement import Contradicted, Proposal
from trading.events import SettlementConfirmed, SettlementDeclined, SettlementProposed
from trading.queries.settlements import SettlementView
from trading.states import Settling

Told = SettlementProposed | SettlementConfirmed | SettlementDeclined


def propose_settlement(*, deposit_id: int, proposal: Proposal, actor: Actor, now: datetime) -> None:
    """Say what became of the money, with evidence out of MetaTrader; a second person confirms it.

    Raises what `hand_settlement.propose` raises. Call it with no transaction open.
    """
    deposit = Deposit.objects.get(pk=deposit_id)
    steps.require_another(actor, deposit.started_by)
    operation = deposits.operation_to_settle(deposit_id)
    if operation is None:
        raise steps.NotPossible(_("It does not wait for a person any more."))
    _require_unbooked(deposit, proposal.ticket)
    hand_settlement.propose(
        operation_id=operation.operation_id, proposal=proposal, actor=actor, now=now
    )


def confirm_settlement(*, deposit_id: int, actor: Actor, now: datetime) -> None:
    """Agree with what somebody else proposed, after a look at MetaTrader of one's own."""
    deposit = Deposit.objects.get(pk=deposit_id)
    steps.require_another(actor, deposit.started_by)
    standing = _standing(deposit_id)
    _require_unbooked(deposit, standing.ticket)
    hand_settlement.confirm(settlement_id=standing.settlement_id, actor=actor, now=now)


def decline_settlement(*, deposit_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Say no to what was proposed, or take one's own back; it waits for a person again."""
    words = steps.require_reason(reason)
    settlement_id = _standing(deposit_id).settlement_id
    hand_settlement.decline(settlement_id=settlement_id, reason=words, actor=actor, now=now)


def look(*, deposit_id: int, actor: Actor, now: datetime) -> Evidence:
    """Return what MetaTrader shows now about the money that waits for people. Changes nothing."""
    operation = deposits.operation_to_settle(deposit_id)
    if operation is None:
        raise steps.NotPossible(_("It does not wait for a person any more."))
    return hand_settlement.look(operation_id=operation.operation_id, actor=actor, now=now)


@transaction.atomic
def follow_settlement(*, told: Told, actor: Actor, now: datetime) -> None:
    """Tell the deposit's own log what people decided; once."""
    link = DepositOperation.objects.filter(key=UUID(told.key)).first()
    if link is None or not idempotency.once(f"deposit:{told.name}:{told.settlement_id}"):
        return
    deposit = steps.locked(link.deposit_id)
    if deposit.needs_person:
        deposit.settling_by = str(actor) if isinstance(told, SettlementProposed) else ""
        deposit.save(update_fields=["settling_by"])
    steps.emit(deposit, _own(deposit, told), actor=actor, now=now)


def _own(deposit: Deposit, told: Told) -> Event:
    if isinstance(told, SettlementProposed):
        return DepositSettlingProposed(
            deposit_id=deposit.pk, outcome=told.outcome, ticket=told.ticket, reason=told.reason
        )
    agreed = isinstance(told, SettlementConfirmed)
    decision = Settling.CONFIRMED if agreed else Settling.DECLINED
    return DepositSettlingDecided(deposit_id=deposit.pk, decision=str(decision), reason=told.reason)


def _standing(deposit_id: int) -> SettlementView:
    standing = deposits.standing_of(deposit_id)
    if standing is None:
        raise steps.NotPossible(_("Nothing is proposed: somebody else was first."))
    return standing


def _require_unbooked(deposit: Deposit, ticket: int | None) -> None:
    """Raise when the books have the record already, as money that somebody moved without us."""
    if ticket is None:
        return
    if BookedTicket.objects.filter(books=deposit.account_id, ticket=ticket).exists():
        sentence = _("The books have record %(ticket)s already: it is not this deposit's.")
        raise Contradicted(sentence % {"ticket": ticket})
