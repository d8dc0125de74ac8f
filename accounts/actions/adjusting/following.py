"""Brings an adjustment, and the books, to where its operation in MetaTrader stands.

The one path on which its money moves in the ledger. It looks at where the operation stands now, so
it may be called early, late and again: what was done is left alone.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import results
from accounts.actions.adjusting import serverside, steps
from accounts.events import (
    AdjustmentClosed,
    AdjustmentContradicted,
    AdjustmentDone,
    AdjustmentNotArrived,
    AdjustmentUncertain,
    AdjustmentWaits,
)
from accounts.models import Adjustment
from accounts.queries.adjusting import targets
from accounts.terms.adjustments import BY_RULE
from accounts.terms.adjustments import Adjustment as State
from backoffice.core import compiled, idempotency
from backoffice.core.actors import Actor
from trading.queries import operations
from trading.queries.operations import OperationView
from trading.states import Operation

#: Waiting times before a proved-absent attempt is followed by the next.
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=5)
MOST_DOUBLINGS = 8

#: What it changes on the row that MetaTrader booked it.
DONE = (
    "state", "ticket", "entry", "closed_at", "waits_because", "next_try_at",
    "uncertain_since", "uncertain_words", "needs_person", "settling_by",
)  # fmt: skip

Step = Callable[[Adjustment, OperationView, Actor, datetime], None]


@transaction.atomic
def follow_operation(*, key: UUID, actor: Actor, now: datetime) -> None:
    """Follow the operation of this key; one that belongs to no adjustment is passed over."""
    adjustment = steps.locked_by_key(key)
    if adjustment is None:
        return
    operation = operations.get_operation(key)
    step = STEPS.get(operation.state) if operation is not None else None
    if operation is not None and step is not None:
        step(adjustment, operation, actor, now)


def follow_adjustment(*, adjustment_id: int, actor: Actor, now: datetime) -> None:
    """Follow its operation: for whatever an event was too early or too late for."""
    key = Adjustment.objects.values_list("key", flat=True).get(pk=adjustment_id)
    follow_operation(key=key, actor=actor, now=now)


def _done(adjustment: Adjustment, operation: OperationView, actor: Actor, now: datetime) -> None:
    if not steps.may(adjustment, "confirm"):
        _contradicted(adjustment, operation, actor, now)
        return
    ticket = operation.ticket or 0
    entry = steps.posted(adjustment, actor=actor, now=now)
    results.book_ticket(
        account_id=adjustment.account_id,
        ticket=ticket,
        amount=operation.amount,
        entry=entry,
        is_credit=adjustment.is_of_credit,
        now=now,
    )
    steps.move(adjustment, "confirm")
    steps.clear_doubt(adjustment)
    adjustment.waits_because, adjustment.next_try_at = "", None
    adjustment.ticket, adjustment.entry, adjustment.closed_at = ticket, entry, now
    compiled.change(adjustment, *DONE)
    event = AdjustmentDone(**steps.told(adjustment), kind=str(adjustment.kind), ticket=ticket)
    steps.emit(adjustment, event, actor=actor, now=now)
    if adjustment.credit_id is not None:
        _end_if_nothing_is_left(adjustment, actor, now)


def _end_if_nothing_is_left(adjustment: Adjustment, actor: Actor, now: datetime) -> None:
    """What a rule took ends the credit; what people took, when nothing is left of it."""
    credit = steps.locked(adjustment.credit_id or 0)
    if adjustment.cause in BY_RULE or targets.left_of(credit) <= 0:
        words = _("taken out by %(number)s") % {"number": adjustment}
        serverside.note_end(credit, words, actor=actor, now=now)


def _refused(adjustment: Adjustment, operation: OperationView, actor: Actor, now: datetime) -> None:
    if not steps.may(adjustment, "refuse"):
        return
    said = operation.reason or str(operation.code or "")
    words = (
        _("MetaTrader refused: %(words)s")
        if operation.state is Operation.REFUSED
        else _("Settled by hand, nothing moved: %(words)s")
    )
    steps.move(adjustment, "refuse")
    steps.close(adjustment, words % {"words": said}, actor=actor, now=now)
    adjustment.save()
    event = AdjustmentClosed(
        adjustment_id=adjustment.pk, state=str(adjustment.state), reason=adjustment.closed_because
    )
    steps.emit(adjustment, event, actor=actor, now=now)


def _lost(adjustment: Adjustment, operation: OperationView, actor: Actor, now: datetime) -> None:
    words, is_manual = operation.reason[:300], operation.state is Operation.MANUAL
    if adjustment.state == State.UNCERTAIN:
        adjustment.uncertain_words, adjustment.needs_person = words, is_manual
        if not is_manual:
            adjustment.settling_by = ""
        adjustment.save()
        return
    if not steps.may(adjustment, "lose"):
        _contradicted(adjustment, operation, actor, now)
        return
    steps.move(adjustment, "lose")
    adjustment.uncertain_since = now
    adjustment.uncertain_words, adjustment.needs_person = words, is_manual
    adjustment.next_try_at, adjustment.waits_because = None, ""
    adjustment.save()
    event = AdjustmentUncertain(adjustment_id=adjustment.pk, reason=words)
    steps.emit(adjustment, event, actor=actor, now=now)


def _not_arrived(
    adjustment: Adjustment, operation: OperationView, actor: Actor, now: datetime
) -> None:
    """Nothing moved: the same operation is tried again, under the same key."""
    if adjustment.state == State.UNCERTAIN:
        steps.move(adjustment, "try_again")
        steps.clear_doubt(adjustment)
    elif adjustment.state != State.APPROVED:
        return
    # Each attempt is told once, and followed by the next after a while.
    if not idempotency.once(f"absent:{operation.key}:{operation.attempts}"):
        adjustment.save()
        return
    doublings = min(max(operation.attempts - 1, 0), MOST_DOUBLINGS)
    adjustment.next_try_at = now + min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)
    adjustment.save()
    event = AdjustmentNotArrived(adjustment_id=adjustment.pk, attempt=operation.attempts)
    steps.emit(adjustment, event, actor=actor, now=now)


def _by_hand(adjustment: Adjustment, operation: OperationView, actor: Actor, now: datetime) -> None:
    """A person books it in MetaTrader; until the mirror shows that, it stays where it is."""
    if adjustment.state != State.APPROVED:
        return
    adjustment.next_try_at = None
    adjustment.waits_because = _("to be booked in MetaTrader by hand")
    adjustment.save(update_fields=["next_try_at", "waits_because"])
    if idempotency.once(f"by_hand:{operation.key}"):
        event = AdjustmentWaits(adjustment_id=adjustment.pk, reason=adjustment.waits_because)
        steps.emit(adjustment, event, actor=actor, now=now)


STEPS: dict[Operation, Step] = {
    Operation.BY_HAND: _by_hand,
    Operation.CONFIRMED: _done,
    Operation.REFUSED: _refused,
    Operation.ABANDONED: _refused,
    Operation.UNCERTAIN: _lost,
    Operation.MANUAL: _lost,
    Operation.ABSENT: _not_arrived,
}


def _contradicted(
    adjustment: Adjustment, operation: OperationView, actor: Actor, now: datetime
) -> None:
    """What has ended never changes: what MetaTrader says against it goes to a person, once."""
    if adjustment.ticket is not None and adjustment.ticket == operation.ticket:
        return
    if idempotency.once(f"late:{operation.key}:{operation.state}"):
        words = operation.reason or _("MetaTrader booked ticket %(ticket)s") % {
            "ticket": operation.ticket
        }
        event = AdjustmentContradicted(
            adjustment_id=adjustment.pk, state=str(adjustment.state), words=words
        )
        steps.emit(adjustment, event, actor=actor, now=now)
