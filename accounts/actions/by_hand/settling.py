"""One way to settle by hand, for all that moves money: always two people, each with a look.

Record and books do not move here: they follow what becomes of the operation, by the same path as
any answer of MetaTrader. Call the acts with no transaction open.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.actions import steps
from accounts.models import BookedTicket
from accounts.queries import settlements
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
Make = Callable[..., Event]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What waits for people: its operation, while it does, and whose hands were in it before."""

    operation: OperationView | None
    hands: tuple[str, ...]


def propose(matter: Matter, proposal: Proposal, *, actor: Actor, now: datetime) -> None:
    """Say what became of it, with evidence out of MetaTrader; a second person confirms it.

    Raises SamePerson for whoever had a hand in it, by an integration too, NotPossible, Contradicted
    and what `hand_settlement.propose` raises.
    """
    steps.require_another(actor, *matter.hands)
    operation = _waiting(matter.operation)
    _require_unbooked(operation, proposal.ticket)
    hand_settlement.propose(
        operation_id=operation.operation_id, proposal=proposal, actor=actor, now=now
    )


def confirm(matter: Matter, *, actor: Actor, now: datetime) -> None:
    """Agree with what somebody else proposed, after a look at MetaTrader of one's own.

    Raises SamePerson for who proposed it or had a hand in it, NotPossible, Contradicted.
    """
    steps.require_another(actor, *matter.hands)
    standing = _standing(matter.operation)
    _require_unbooked(_waiting(matter.operation), standing.ticket)
    hand_settlement.confirm(settlement_id=standing.settlement_id, actor=actor, now=now)


def decline(operation: OperationView | None, reason: str, *, actor: Actor, now: datetime) -> None:
    """Say no to what was proposed, or take one's own back; it waits for a person again."""
    words = steps.require_reason(reason)
    settlement_id = _standing(operation).settlement_id
    hand_settlement.decline(settlement_id=settlement_id, reason=words, actor=actor, now=now)


def look(operation: OperationView | None, *, actor: Actor, now: datetime) -> Evidence:
    """Return what MetaTrader shows now about it. Changes nothing.

    Raises NotPossible, NoAnswer, NotAllowed.
    """
    operation_id = _waiting(operation).operation_id
    return hand_settlement.look(operation_id=operation_id, actor=actor, now=now)


def is_news(told: Told, of: str = "") -> bool:
    """Say whether this is told about such a record for the first time."""
    return idempotency.once(f"{of}{told.name}:{told.settlement_id}")


def note(record: Any, told: Told, *, actor: Actor) -> None:
    """Note on a locked record who proposed, or that nothing is proposed any more."""
    if record.needs_person:
        record.settling_by = str(actor) if isinstance(told, SettlementProposed) else ""
        record.save(update_fields=["settling_by"])


def retold(told: Told, proposed: Make, decided: Make, **of: int) -> Event:
    """Return the record's own event (`of` names it) of what was told about its operation."""
    if isinstance(told, SettlementProposed):
        return proposed(**of, outcome=told.outcome, ticket=told.ticket, reason=told.reason)
    agreed = isinstance(told, SettlementConfirmed)
    decision = Settling.CONFIRMED if agreed else Settling.DECLINED
    return decided(**of, decision=str(decision), reason=told.reason)


def _waiting(operation: OperationView | None) -> OperationView:
    if operation is None:
        raise steps.NotPossible(_("It does not wait for a person any more."))
    return operation


def _standing(operation: OperationView | None) -> SettlementView:
    standing = settlements.proposed_of(operation)
    if standing is None:
        raise steps.NotPossible(_("Nothing is proposed: somebody else was first."))
    return standing


def _require_unbooked(operation: OperationView, ticket: int | None) -> None:
    """Raise when the books have the record already, as money that somebody moved without us."""
    if ticket is None:
        return
    if BookedTicket.objects.filter(books=operation.account_id, ticket=ticket).exists():
        sentence = _("The books have record %(ticket)s already: it is another's.")
        raise Contradicted(sentence % {"ticket": ticket})
