"""Brings a transfer, and the books, to where its operations in MetaTrader stand.

It looks at where the operation stands now, so it may be called early, late and again: what was done
is left alone.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.transfers import moving, posting, steps
from accounts.events import (
    TransferContradicted,
    TransferNotArrived,
    TransferRefused,
    TransferReturnRefused,
    TransferUncertain,
    TransferWaits,
)
from accounts.models import Transfer, TransferOperation
from accounts.terms import TRANSFER_FINAL, TransferLeg
from accounts.terms import Transfer as State
from backoffice.core import idempotency
from backoffice.core.actors import Actor
from backoffice.core.compiled import Question
from trading.queries import operations
from trading.queries.operations import OperationView
from trading.states import Operation

#: Waiting times before a proved-absent attempt is followed by the next.
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=5)
MOST_DOUBLINGS = 8
DEBIT, CREDIT, RETURN = TransferLeg.DEBIT, TransferLeg.CREDIT, TransferLeg.RETURN

BY_KEY = Question(lambda key: TransferOperation.objects.filter(key=key), UUID)

Step = Callable[[Transfer, OperationView, Actor, datetime], None]


@transaction.atomic
def follow_operation(*, key: UUID, actor: Actor, now: datetime) -> None:
    """Follow the operation of this key; one that belongs to no transfer is passed over."""
    link = BY_KEY.first(key)
    if link is None:
        return
    transfer = steps.locked(link.transfer_id)
    operation = operations.get_operation(key)
    if operation is None or (operation.state in operations.OVER and not _is_newest(link)):
        return  # an operation that is over and was followed by another says nothing any more
    step = STEPS.get((TransferLeg(link.leg), operation.state))
    if step is not None:
        step(transfer, operation, actor, now)


def follow_transfer(*, transfer_id: int, actor: Actor, now: datetime) -> None:
    """Follow every operation of a transfer: for what an event was too early or too late for."""
    for link in TransferOperation.objects.filter(transfer_id=transfer_id).order_by("id"):
        follow_operation(key=link.key, actor=actor, now=now)


def _debited(transfer: Transfer, operation: OperationView, actor: Actor, now: datetime) -> None:
    if not steps.stands(transfer, DEBIT, "debit"):
        _late(transfer, operation, actor, now)
        return
    entry = posting.debit(transfer, actor=actor, now=now)
    moving.debited(transfer, entry, operation, actor=actor, now=now)


def _credited(transfer: Transfer, operation: OperationView, actor: Actor, now: datetime) -> None:
    if not steps.stands(transfer, CREDIT, "credit"):
        _late(transfer, operation, actor, now)
        return
    entry = posting.credit(transfer, actor=actor, now=now)
    moving.credited(transfer, entry, operation, actor=actor, now=now)


def _given_back(transfer: Transfer, operation: OperationView, actor: Actor, now: datetime) -> None:
    if not steps.stands(transfer, RETURN, "give_back"):
        _late(transfer, operation, actor, now)
        return
    entry = posting.give_back(transfer, actor=actor, now=now)
    moving.given_back(transfer, entry, operation, actor=actor, now=now)


def _debit_refused(
    transfer: Transfer, operation: OperationView, actor: Actor, now: datetime
) -> None:
    if not steps.stands(transfer, DEBIT, "refuse"):
        return
    steps.close_refused(transfer, _no(operation), actor=actor, now=now)
    event = TransferRefused(transfer_id=transfer.pk, reason=transfer.refused_because)
    steps.emit(transfer, event, actor=actor, now=now)


def _credit_refused(
    transfer: Transfer, operation: OperationView, actor: Actor, now: datetime
) -> None:
    if steps.stands(transfer, CREDIT, "reverse"):
        moving.reversing(transfer, _no(operation), actor=actor, now=now)


def _return_refused(
    transfer: Transfer, operation: OperationView, actor: Actor, now: datetime
) -> None:
    """The source does not take it back: it stays in transit, and a person looks."""
    if steps.stands(transfer, RETURN, "give_back_again"):
        steps.clear_doubt(transfer)
        steps.move(transfer, "give_back_again")
    elif transfer.state != State.REVERSING:
        return
    transfer.waits_because, transfer.next_try_at = _no(operation)[:300], None
    transfer.save()
    if idempotency.once(f"return_refused:{operation.key}"):
        event = TransferReturnRefused(transfer_id=transfer.pk, reason=transfer.waits_because)
        steps.emit(transfer, event, actor=actor, now=now)


def _lost(leg: TransferLeg, before: State) -> Step:
    def lose(transfer: Transfer, operation: OperationView, actor: Actor, now: datetime) -> None:
        words, is_manual = operation.reason[:300], operation.state is Operation.MANUAL
        if transfer.state == State.UNCERTAIN and transfer.uncertain_leg == leg:
            transfer.uncertain_words, transfer.needs_person = words, is_manual
            if not is_manual:
                transfer.settling_by = ""
            transfer.save()
            return
        if transfer.state != before:
            _late(transfer, operation, actor, now)
            return
        steps.move(transfer, "lose")
        transfer.uncertain_leg, transfer.uncertain_since = leg, now
        transfer.uncertain_words, transfer.needs_person = words, is_manual
        transfer.next_try_at, transfer.waits_because = None, ""
        transfer.save()
        event = TransferUncertain(transfer_id=transfer.pk, leg=str(leg), reason=words)
        steps.emit(transfer, event, actor=actor, now=now)

    return lose


def _not_arrived(leg: TransferLeg, verb: str, home: State) -> Step:
    def try_again(
        transfer: Transfer, operation: OperationView, actor: Actor, now: datetime
    ) -> None:
        if steps.stands(transfer, leg, verb):
            steps.clear_doubt(transfer)
            steps.move(transfer, verb)
        elif transfer.state != home:
            return
        # Each attempt is told once, and followed by the next after a while.
        if not idempotency.once(f"absent:{operation.key}:{operation.attempts}"):
            transfer.save()
            return
        doublings = min(max(operation.attempts - 1, 0), MOST_DOUBLINGS)
        transfer.next_try_at = now + min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)
        transfer.save()
        event = TransferNotArrived(
            transfer_id=transfer.pk, leg=str(leg), attempt=operation.attempts
        )
        steps.emit(transfer, event, actor=actor, now=now)

    return try_again


def _by_hand(transfer: Transfer, operation: OperationView, actor: Actor, now: datetime) -> None:
    """A person books it in MetaTrader; until the mirror shows that, it stays where it is."""
    if transfer.state not in (State.APPROVED, State.IN_TRANSIT, State.REVERSING):
        return
    transfer.next_try_at = now + LONGEST_WAIT
    transfer.waits_because = _("to be booked in MetaTrader by hand")
    transfer.save(update_fields=["next_try_at", "waits_because"])
    if idempotency.once(f"by_hand:{operation.key}"):
        event = TransferWaits(transfer_id=transfer.pk, reason=transfer.waits_because)
        steps.emit(transfer, event, actor=actor, now=now)


STEPS: dict[tuple[TransferLeg, Operation], Step] = {
    **{(leg, Operation.BY_HAND): _by_hand for leg in (DEBIT, CREDIT, RETURN)},
    (DEBIT, Operation.CONFIRMED): _debited,
    (DEBIT, Operation.REFUSED): _debit_refused,
    (DEBIT, Operation.ABANDONED): _debit_refused,
    (DEBIT, Operation.UNCERTAIN): _lost(DEBIT, State.APPROVED),
    (DEBIT, Operation.MANUAL): _lost(DEBIT, State.APPROVED),
    (DEBIT, Operation.ABSENT): _not_arrived(DEBIT, "try_again", State.APPROVED),
    (CREDIT, Operation.CONFIRMED): _credited,
    (CREDIT, Operation.REFUSED): _credit_refused,
    (CREDIT, Operation.ABANDONED): _credit_refused,
    (CREDIT, Operation.UNCERTAIN): _lost(CREDIT, State.IN_TRANSIT),
    (CREDIT, Operation.MANUAL): _lost(CREDIT, State.IN_TRANSIT),
    (CREDIT, Operation.ABSENT): _not_arrived(CREDIT, "credit_again", State.IN_TRANSIT),
    (RETURN, Operation.CONFIRMED): _given_back,
    (RETURN, Operation.REFUSED): _return_refused,
    (RETURN, Operation.ABANDONED): _return_refused,
    (RETURN, Operation.UNCERTAIN): _lost(RETURN, State.REVERSING),
    (RETURN, Operation.MANUAL): _lost(RETURN, State.REVERSING),
    (RETURN, Operation.ABSENT): _not_arrived(RETURN, "give_back_again", State.REVERSING),
}


def _no(operation: OperationView) -> str:
    """Return MetaTrader's no, or what two people found who settled it by hand."""
    words = operation.reason or str(operation.code or "")
    if operation.state is Operation.ABANDONED:
        return _("Nothing moved: %(words)s") % {"words": words}
    return _("MetaTrader refused: %(words)s") % {"words": words}


def _late(transfer: Transfer, operation: OperationView, actor: Actor, now: datetime) -> None:
    """What is past never changes: what MetaTrader says against it goes to a person, once."""
    tickets = (transfer.debit_ticket, transfer.credit_ticket, transfer.return_ticket)
    is_known = operation.ticket is not None and operation.ticket in tickets
    if is_known or State(transfer.state) not in TRANSFER_FINAL:
        return
    if idempotency.once(f"late:{operation.key}:{operation.state}"):
        words = operation.reason or f"ticket {operation.ticket}"
        event = TransferContradicted(
            transfer_id=transfer.pk, state=str(transfer.state), words=words
        )
        steps.emit(transfer, event, actor=actor, now=now)


def _is_newest(link: TransferOperation) -> bool:
    later = TransferOperation.objects.filter(
        transfer=link.transfer_id, leg=link.leg, pk__gt=link.pk
    )
    return not later.exists()
