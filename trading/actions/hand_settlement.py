"""Settling by hand what machines could not decide: one person proposes, another one confirms.

Both look at MetaTrader when they press, and what each saw is kept. A record that is there cannot be
denied, one that is not there cannot be claimed, and PostgreSQL lets no command out of MANUAL
without a proposal that two people agreed on (trading/migrations/0006).
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.core import access, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Rejected
from backoffice.core.events import Event
from backoffice.identity.queries import people
from trading.actions import evidence, verdicts
from trading.actions.evidence import Evidence
from trading.events import (
    OperationConfirmed,
    OperationFoundUnmoved,
    SettlementConfirmed,
    SettlementDeclined,
    SettlementProposed,
)
from trading.models import BalanceOperation, HandSettlement
from trading.permissions import SETTLE_OPERATIONS
from trading.states import OPERATION, Operation, Outcome, Settling


class NotAllowed(Rejected):
    """Whoever acts lacks the right, or the operation is out of their reach."""


class SamePerson(Rejected):
    """Who proposed it cannot be the one who confirms it."""


class Contradicted(Rejected):
    """MetaTrader shows something else than the outcome says."""


class NothingToSettle(Conflict):
    """The operation does not wait for a person, or its proposal is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What became of the command, and why one can say so; `ticket` only where it moved."""

    outcome: Outcome
    ticket: int | None
    reason: str


def propose(
    *, operation_id: int, proposal: Proposal, actor: Actor, now: datetime
) -> HandSettlement:
    """Say what became of a command; nothing changes before a second person confirms it.

    Raises NotAllowed, NothingToSettle, Contradicted, NoAnswer. Call it with no transaction open.
    """
    _require_right(operation_id, actor)
    reason = proposal.reason.strip()[:300]
    if not reason:
        raise Rejected(_("Say why."))
    found = evidence.gather(operation_id=operation_id, now=now)
    with transaction.atomic():
        operation = _waiting(operation_id)
        _require_true(operation, proposal.outcome, proposal.ticket, found)
        if HandSettlement.objects.filter(operation=operation, state=Settling.PROPOSED).exists():
            raise NothingToSettle(_("A settlement is proposed already: confirm or decline it."))
        settlement = HandSettlement.objects.create(
            operation=operation,
            outcome=proposal.outcome,
            ticket=proposal.ticket if proposal.outcome is Outcome.MOVED else None,
            reason=reason,
            proposed_by=str(actor),
            proposed_at=now,
            seen=found.kept(),
        )
        event = SettlementProposed(
            **verdicts.names(operation),
            **verdicts.money(operation),
            settlement_id=settlement.pk,
            outcome=str(settlement.outcome),
            ticket=settlement.ticket,
            reason=reason,
        )
        _tell(operation, event, actor, now)
    return settlement


def look(*, operation_id: int, actor: Actor, now: datetime) -> Evidence:
    """Return what MetaTrader shows now; changes nothing. NotAllowed, NoAnswer."""
    _require_right(operation_id, actor)
    return evidence.gather(operation_id=operation_id, now=now, closing=False)


def confirm(*, settlement_id: int, actor: Actor, now: datetime) -> Operation:
    """Agree with what somebody else proposed, after a look of one's own; return the state after.

    Raises SamePerson, and whatever `propose` raises. Call it with no transaction open.
    """
    operation_id = _operation_of(settlement_id)
    _require_right(operation_id, actor)
    found = evidence.gather(operation_id=operation_id, now=now)
    with transaction.atomic():
        operation = _waiting(operation_id)
        settlement = _proposed(settlement_id)
        if settlement.proposed_by == str(actor):
            raise SamePerson(_("Four eyes: somebody else has to confirm it."))
        _require_true(operation, Outcome(settlement.outcome), settlement.ticket, found)
        settlement.state, settlement.decided_by = Settling.CONFIRMED, str(actor)
        settlement.decided_at, settlement.seen_again = now, found.kept()
        settlement.save()
        return _settled(operation, settlement, actor, now)


@transaction.atomic
def decline(*, settlement_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Say no to a proposal, or take one's own back; the operation waits for a person again."""
    operation_id = _operation_of(settlement_id)
    _require_right(operation_id, actor)
    if not reason.strip():
        raise Rejected(_("Say why."))
    operation = _waiting(operation_id)
    settlement = _proposed(settlement_id)
    settlement.state, settlement.decided_by = Settling.DECLINED, str(actor)
    settlement.decided_at, settlement.declined_because = now, reason.strip()[:300]
    settlement.save()
    event = SettlementDeclined(
        **verdicts.names(operation),
        settlement_id=settlement.pk,
        reason=settlement.declined_because,
    )
    _tell(operation, event, actor, now)


def _settled(
    operation: BalanceOperation, settlement: HandSettlement, actor: Actor, now: datetime
) -> Operation:
    """Move the operation to what two people found, and tell of it as of any other answer."""
    words = settlement.reason
    agreed = SettlementConfirmed(
        **verdicts.names(operation),
        settlement_id=settlement.pk,
        outcome=str(settlement.outcome),
        reason=words,
    )
    _tell(operation, agreed, actor, now)
    operation.changed_at = now  # the moment that the database compares with the decision's
    operation.reason = words
    if settlement.outcome == Outcome.MOVED and settlement.ticket is not None:
        operation.state = OPERATION.after(operation.state, "settle_moved")
        operation.ticket = settlement.ticket
        operation.save(update_fields=["state", "ticket", "reason", "changed_at"])
        event: Event = OperationConfirmed(
            **verdicts.names(operation), **verdicts.money(operation), ticket=settlement.ticket
        )
    else:
        operation.state = OPERATION.after(operation.state, "settle_unmoved")
        operation.save(update_fields=["state", "reason", "changed_at"])
        event = OperationFoundUnmoved(
            **verdicts.names(operation), **verdicts.money(operation), words=words
        )
    _tell(operation, event, actor, now)
    return Operation(operation.state)


def _require_true(
    operation: BalanceOperation, outcome: Outcome, ticket: int | None, found: Evidence
) -> None:
    """Raise Contradicted unless MetaTrader shows what the outcome says."""
    exact = {one.ticket for one in found.records if one.is_it}
    if outcome is Outcome.MOVED:
        if ticket is None or ticket not in exact:
            sentence = _("MetaTrader shows no record %(ticket)s of exactly this amount here.")
            raise Contradicted(sentence % {"ticket": ticket or "—"})
        same = BalanceOperation.objects.filter(account=operation.account_id, ticket=ticket)
        if same.exclude(pk=operation.pk).exists():
            sentence = _("Record %(ticket)s belongs to another operation of ours.")
            raise Contradicted(sentence % {"ticket": ticket})
        return
    marked = [
        one for one in found.records if one.is_it and one.comment.startswith(operation.marker)
    ]
    if marked:
        sentence = _("Record %(ticket)s carries its marker and its amount: it did move.")
        raise Contradicted(sentence % {"ticket": marked[0].ticket})
    if found.settles_at is not None and found.at <= found.settles_at:
        raise Contradicted(_("A record may still show up: look again in a minute."))


def _require_right(operation_id: int, actor: Actor) -> None:
    user = people.get_staff(int(actor.key)) if actor.kind == "staff" else None
    rows = BalanceOperation.objects.filter(pk=operation_id)
    if user is None or not access.restrict(rows, user, SETTLE_OPERATIONS).exists():
        raise NotAllowed(_("You may not settle this by hand."))


def _waiting(operation_id: int) -> BalanceOperation:
    operation = verdicts.locked(operation_id)
    if operation.state != Operation.MANUAL:
        raise NothingToSettle(_("It does not wait for a person any more."))
    return operation


def _operation_of(settlement_id: int) -> int:
    found = HandSettlement.objects.filter(pk=settlement_id).values_list("operation_id", flat=True)
    return found.get()


def _proposed(settlement_id: int) -> HandSettlement:
    rows = HandSettlement.objects.select_for_update(no_key=True)
    settlement = rows.filter(pk=settlement_id, state=Settling.PROPOSED).first()
    if settlement is None:
        raise NothingToSettle(_("This proposal is decided already."))
    return settlement


def _tell(operation: BalanceOperation, event: Event, actor: Actor, now: datetime) -> None:
    outbox.emit(event, actor=actor, subjects=verdicts.subjects(operation), now=now)
