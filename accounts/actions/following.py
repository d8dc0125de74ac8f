"""Brings a payment, and the books, to where its operation in MetaTrader stands.

The one path on which the ledger moves. It looks at where the operation stands now, so it may be
called early, late and again: what was done is left alone.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import results, steps
from accounts.actions.adjusting import following as adjustments_following
from accounts.actions.deposits import following as deposits_following
from accounts.actions.transfers import following as transfers_following
from accounts.events import (
    LateAnswer,
    ReturnRefused,
    WithdrawalDebited,
    WithdrawalNotArrived,
    WithdrawalRefused,
    WithdrawalReturned,
    WithdrawalUncertain,
    WithdrawalWaits,
)
from accounts.ledger import book
from accounts.models import Entry, Payment, PaymentOperation
from accounts.states import FINAL, WITHDRAWAL, Leg, Withdrawal
from backoffice.core import compiled, idempotency
from backoffice.core.actors import Actor
from backoffice.core.compiled import Question
from trading.queries import operations
from trading.queries.operations import OperationView
from trading.states import Operation

#: Waiting times before a proved-absent attempt is followed by the next.
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=5)
MOST_DOUBLINGS = 8

BY_KEY = Question(lambda key: PaymentOperation.objects.filter(key=key), UUID)
#: What the debit changes on the payment's own row.
DEBITED = (
    "state", "ticket", "debited_at", "waits_because", "next_try_at", "uncertain_leg",
    "uncertain_since", "uncertain_words", "needs_person", "settling_by",
)  # fmt: skip

Step = Callable[[Payment, OperationView, Actor, datetime], None]


@transaction.atomic
def follow_operation(*, key: UUID, actor: Actor, now: datetime) -> None:
    """Follow the operation of this key, whosever it is; one that is nobody's is passed over."""
    link = BY_KEY.first(key)
    if link is None:
        deposits_following.follow_operation(key=key, actor=actor, now=now)
        adjustments_following.follow_operation(key=key, actor=actor, now=now)
        transfers_following.follow_operation(key=key, actor=actor, now=now)
        return
    payment = steps.locked(link.payment_id)
    operation = operations.get_operation(key)
    if operation is None or (operation.state in operations.OVER and not steps.is_newest(link)):
        return  # an operation that is over and was followed by another says nothing any more
    step = STEPS.get((Leg(link.leg), operation.state))
    if step is not None:
        step(payment, operation, actor, now)


def follow_payment(*, payment_id: int, actor: Actor, now: datetime) -> None:
    """Follow every operation of a payment: for whatever an event was too early or too late for."""
    links = PaymentOperation.objects.filter(payment_id=payment_id).order_by("id")
    for link in links:
        follow_operation(key=link.key, actor=actor, now=now)


def _debited(payment: Payment, operation: OperationView, actor: Actor, now: datetime) -> None:
    if not _stands(payment, Leg.DEBIT, "debit"):
        _late(payment, operation, actor, now)
        return
    ticket = operation.ticket or 0
    entry = book.settle(
        act=steps.act_of(payment, "settle", actor, now), reservation=payment.reservation
    )
    _book(payment, ticket, operation, entry, now)
    _clear(payment)
    steps.move(payment, "debit")
    payment.ticket, payment.debited_at = ticket, now
    compiled.change(payment, *DEBITED)
    event = WithdrawalDebited(**steps.money_of(payment), ticket=ticket)
    steps.emit(payment, event, actor=actor, now=now)


def _refused(payment: Payment, operation: OperationView, actor: Actor, now: datetime) -> None:
    if not _stands(payment, Leg.DEBIT, "refuse"):
        return
    reason = _("MetaTrader refused: %(words)s") % {"words": operation.reason or operation.code}
    steps.close_refused(payment, reason, actor=actor, now=now)
    event = WithdrawalRefused(**steps.money_of(payment), reason=reason)
    steps.emit(payment, event, actor=actor, now=now)


def _lost(leg: Leg) -> Step:
    before = Withdrawal.APPROVED if leg is Leg.DEBIT else Withdrawal.RETURNING

    def lose(payment: Payment, operation: OperationView, actor: Actor, now: datetime) -> None:
        words, is_manual = operation.reason[:300], operation.state is Operation.MANUAL
        if payment.state == Withdrawal.UNCERTAIN and payment.uncertain_leg == leg:
            payment.uncertain_words, payment.needs_person = words, is_manual
            payment.save(update_fields=["uncertain_words", "needs_person"])
            return
        if payment.state != before:
            _late(payment, operation, actor, now)
            return
        steps.move(payment, "lose")
        payment.uncertain_leg, payment.uncertain_since = leg, now
        payment.uncertain_words, payment.needs_person = words, is_manual
        payment.next_try_at, payment.waits_because = None, ""
        payment.save()
        event = WithdrawalUncertain(payment_id=payment.pk, leg=str(leg), reason=words)
        steps.emit(payment, event, actor=actor, now=now)

    return lose


def _not_arrived(leg: Leg, verb: str, home: Withdrawal) -> Step:
    def try_again(payment: Payment, operation: OperationView, actor: Actor, now: datetime) -> None:
        if _stands(payment, leg, verb):
            _clear(payment)
            steps.move(payment, verb)
        elif payment.state != home:
            return
        # Each attempt is told once, and followed by the next after a while.
        if not idempotency.once(f"absent:{operation.key}:{operation.attempts}"):
            payment.save()
            return
        payment.next_try_at = now + _waiting(operation.attempts)
        payment.save()
        event = WithdrawalNotArrived(
            payment_id=payment.pk, leg=str(leg), attempt=operation.attempts
        )
        steps.emit(payment, event, actor=actor, now=now)

    return try_again


def _returned(payment: Payment, operation: OperationView, actor: Actor, now: datetime) -> None:
    if not _stands(payment, Leg.RETURN, "credit"):
        return
    ticket = operation.ticket or 0
    settled = Entry.objects.get(of=payment.reservation, act="settle")
    entry = book.reverse(act=steps.act_of(payment, "return", actor, now), entry=settled)
    _book(payment, ticket, operation, entry, now)
    _clear(payment)
    steps.move(payment, "credit")
    payment.return_ticket, payment.closed_at = ticket, now
    payment.save()
    event = WithdrawalReturned(**steps.money_of(payment), ticket=ticket)
    steps.emit(payment, event, actor=actor, now=now)


def _return_refused(
    payment: Payment, operation: OperationView, actor: Actor, now: datetime
) -> None:
    if _stands(payment, Leg.RETURN, "return_again"):
        _clear(payment)
        steps.move(payment, "return_again")
    elif payment.state != Withdrawal.RETURNING:
        return
    reason = operation.reason or str(operation.code)
    payment.waits_because, payment.next_try_at = reason[:300], None
    payment.save()
    if idempotency.once(f"return_refused:{operation.key}"):
        event = ReturnRefused(payment_id=payment.pk, reason=reason)
        steps.emit(payment, event, actor=actor, now=now)


def _unmoved(payment: Payment, operation: OperationView, actor: Actor, now: datetime) -> None:
    """Two people found that the debit never moved: the hold is released, nothing is sent again."""
    if payment.state != Withdrawal.UNCERTAIN or payment.uncertain_leg != Leg.DEBIT:
        return
    reason = _("Settled by hand, nothing moved: %(words)s") % {"words": operation.reason}
    steps.close_refused(payment, reason, actor=actor, now=now)
    event = WithdrawalRefused(**steps.money_of(payment), reason=reason[:300])
    steps.emit(payment, event, actor=actor, now=now)


def _by_hand(payment: Payment, operation: OperationView, actor: Actor, now: datetime) -> None:
    """A person books it in MetaTrader; until the mirror shows that, it stays where it is."""
    if payment.state not in (Withdrawal.APPROVED, Withdrawal.RETURNING):
        return
    payment.next_try_at, payment.waits_because = None, _("to be booked in MetaTrader by hand")
    payment.save(update_fields=["next_try_at", "waits_because"])
    if idempotency.once(f"by_hand:{operation.key}"):
        event = WithdrawalWaits(payment_id=payment.pk, reason=payment.waits_because)
        steps.emit(payment, event, actor=actor, now=now)


STEPS: dict[tuple[Leg, Operation], Step] = {
    (Leg.DEBIT, Operation.BY_HAND): _by_hand,
    (Leg.RETURN, Operation.BY_HAND): _by_hand,
    (Leg.DEBIT, Operation.CONFIRMED): _debited,
    (Leg.DEBIT, Operation.REFUSED): _refused,
    (Leg.DEBIT, Operation.UNCERTAIN): _lost(Leg.DEBIT),
    (Leg.DEBIT, Operation.MANUAL): _lost(Leg.DEBIT),
    (Leg.DEBIT, Operation.ABANDONED): _unmoved,
    (Leg.DEBIT, Operation.ABSENT): _not_arrived(Leg.DEBIT, "try_again", Withdrawal.APPROVED),
    (Leg.RETURN, Operation.CONFIRMED): _returned,
    (Leg.RETURN, Operation.REFUSED): _return_refused,
    (Leg.RETURN, Operation.UNCERTAIN): _lost(Leg.RETURN),
    (Leg.RETURN, Operation.MANUAL): _lost(Leg.RETURN),
    (Leg.RETURN, Operation.ABANDONED): _return_refused,
    (Leg.RETURN, Operation.ABSENT): _not_arrived(Leg.RETURN, "return_again", Withdrawal.RETURNING),
}


def _stands(payment: Payment, leg: Leg, verb: str) -> bool:
    """Return whether this leg is what the payment waits for, and the verb is lawful now."""
    state = Withdrawal(payment.state)
    if state is Withdrawal.UNCERTAIN and payment.uncertain_leg != leg:
        return False
    return (state, verb) in WITHDRAWAL.moves


def _late(payment: Payment, operation: OperationView, actor: Actor, now: datetime) -> None:
    """A closed payment never changes: what MetaTrader says against it goes to a person, once."""
    is_done = payment.ticket is not None and payment.ticket == operation.ticket
    if Withdrawal(payment.state) not in FINAL or is_done:
        return
    if idempotency.once(f"late:{operation.key}:{operation.state}"):
        words = operation.reason or f"ticket {operation.ticket}"
        event = LateAnswer(payment_id=payment.pk, state=str(payment.state), words=words)
        steps.emit(payment, event, actor=actor, now=now)


def _book(
    payment: Payment, ticket: int, operation: OperationView, entry: Entry, now: datetime
) -> None:
    results.book_ticket(
        account_id=payment.account_id,
        ticket=ticket,
        amount=operation.amount,
        entry=entry,
        now=now,
    )


def _clear(payment: Payment) -> None:
    steps.clear_doubt(payment)
    payment.waits_because, payment.next_try_at = "", None


def _waiting(attempts: int) -> timedelta:
    return min(FIRST_WAIT * 2 ** min(max(attempts - 1, 0), MOST_DOUBLINGS), LONGEST_WAIT)
