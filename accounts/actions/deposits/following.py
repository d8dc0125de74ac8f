"""Brings a deposit, and the books, to where its operation in MetaTrader stands.

The one path on which money reaches a client's funds. It looks at where the operation stands now, so
it may be called early, late and again: what was done is left alone.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import chart, results
from accounts.actions.deposits import approving, steps
from accounts.events import (
    DepositContradicted,
    DepositCredited,
    DepositNotArrived,
    DepositUncertain,
    DepositWaits,
)
from accounts.ledger import book
from accounts.models import Deposit, DepositOperation
from accounts.queries.books import books_of
from accounts.states import LedgerKind
from accounts.terms import Deposit as State
from accounts.terms import Review
from backoffice.approvals.actions import closing, executing
from backoffice.core import idempotency
from backoffice.core.actors import Actor
from backoffice.core.compiled import Question
from backoffice.core.money import rounded
from trading.queries import operations
from trading.queries.operations import OperationView
from trading.states import Operation

#: Waiting times before a proved-absent attempt is followed by the next.
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=5)
MOST_DOUBLINGS = 8

BY_KEY = Question(lambda key: DepositOperation.objects.filter(key=key), UUID)

Step = Callable[[Deposit, OperationView, Actor, datetime], None]


@transaction.atomic
def follow_operation(*, key: UUID, actor: Actor, now: datetime) -> None:
    """Follow the operation of this key; one that belongs to no deposit is passed over."""
    link = BY_KEY.first(key)
    if link is None:
        return
    deposit = steps.locked(link.deposit_id)
    operation = operations.get_operation(key)
    if operation is None or (operation.state in operations.OVER and not _is_newest(link)):
        return  # an operation that is over and was followed by another says nothing any more
    step = STEPS.get(operation.state)
    if step is not None:
        step(deposit, operation, actor, now)


def follow_deposit(*, deposit_id: int, actor: Actor, now: datetime) -> None:
    """Follow every operation of a deposit: for whatever an event was too early or too late for."""
    for link in DepositOperation.objects.filter(deposit_id=deposit_id).order_by("id"):
        follow_operation(key=link.key, actor=actor, now=now)


def credit_wallet(deposit: Deposit, *, actor: Actor, now: datetime) -> None:
    """Post what came to the client's wallet: nothing of it goes to MetaTrader.

    Part of crediting's transaction. What a rule stopped is carried out by this, and needs its
    complete approval: PostgreSQL looks.
    """
    if deposit.approval_id is not None:
        executing.mark(closing.locked(deposit.approval_id), now)
    wallet = chart.account_of(
        LedgerKind.CLIENT_WALLET,
        legal_entity_id=deposit.legal_entity_id,
        currency=deposit.currency,
        now=now,
        client_id=deposit.client_id,
    )
    amount = rounded(deposit.credit_amount or Decimal(0), deposit.currency)
    lines = [
        book.Line(account=steps.in_transit(deposit, now), amount=amount),
        book.Line(account=wallet, amount=-amount),
    ]
    book.post(act=steps.act_of(deposit, "credited", actor, now), lines=lines)
    _close(deposit, None, actor, now)


def _credited(deposit: Deposit, operation: OperationView, actor: Actor, now: datetime) -> None:
    if not steps.may(deposit, "credit"):
        _contradicted(deposit, operation, actor, now)
        return
    ticket, books = operation.ticket or 0, books_of(deposit.account_id)
    if books is None:
        books = results.open_books(account_id=deposit.account_id, actor=actor, now=now)
    lines = [
        book.Line(account=steps.in_transit(deposit, now), amount=operation.amount),
        book.Line(account=books.funds, amount=-operation.amount),
    ]
    entry = book.post(act=steps.act_of(deposit, "credited", actor, now), lines=lines)
    results.book_ticket(
        account_id=deposit.account_id,
        ticket=ticket,
        amount=operation.amount,
        entry=entry,
        now=now,
    )
    _close(deposit, operation.ticket, actor, now)


def _close(deposit: Deposit, ticket: int | None, actor: Actor, now: datetime) -> None:
    """Take our fee, and close it as CREDITED."""
    steps.post(
        deposit,
        "own_fee",
        (LedgerKind.IN_TRANSIT, deposit.own_fee),
        LedgerKind.FEES,
        actor=actor,
        now=now,
    )
    steps.move(deposit, "credit")
    steps.clear_doubt(deposit)
    deposit.waits_because, deposit.next_try_at = "", None
    deposit.ticket, deposit.credited_at, deposit.closed_at = ticket, now, now
    deposit.save()
    event = DepositCredited(
        deposit_id=deposit.pk,
        amount=rounded(deposit.credit_amount or Decimal(0), deposit.currency),
        currency=deposit.currency,
        ticket=ticket or 0,
    )
    steps.emit(deposit, event, actor=actor, now=now)


def _to_review(code: Review) -> Step:
    def stop(deposit: Deposit, operation: OperationView, actor: Actor, now: datetime) -> None:
        is_sent = deposit.state == State.IN_REVIEW and bool(deposit.accepted_by)
        if deposit.state in (State.RECEIVED, State.UNCERTAIN) or is_sent:
            words = operation.reason or str(operation.code or "")
            approving.send_to_review(deposit, code, words, actor=actor, now=now)

    return stop


def _lost(deposit: Deposit, operation: OperationView, actor: Actor, now: datetime) -> None:
    words, is_manual = operation.reason[:300], operation.state is Operation.MANUAL
    if deposit.state == State.UNCERTAIN:
        deposit.uncertain_words, deposit.needs_person = words, is_manual
        deposit.next_try_at = None
        if not is_manual:
            deposit.settling_by = ""
        deposit.save()
        return
    if not steps.may(deposit, "lose"):
        _contradicted(deposit, operation, actor, now)
        return
    steps.move(deposit, "lose")
    deposit.uncertain_since = now
    deposit.uncertain_words, deposit.needs_person = words, is_manual
    deposit.next_try_at, deposit.waits_because = None, ""
    deposit.save()
    event = DepositUncertain(deposit_id=deposit.pk, reason=words)
    steps.emit(deposit, event, actor=actor, now=now)


def _not_arrived(deposit: Deposit, operation: OperationView, actor: Actor, now: datetime) -> None:
    """Nothing moved: the same operation is tried again, from wherever the deposit stands."""
    if not (steps.may(deposit, "credit") or deposit.state == State.UNCERTAIN):
        return
    if not idempotency.once(f"absent:{operation.key}:{operation.attempts}"):
        return
    doublings = min(max(operation.attempts - 1, 0), MOST_DOUBLINGS)
    deposit.next_try_at = now + min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)
    deposit.needs_person, deposit.settling_by = False, ""
    deposit.save()
    event = DepositNotArrived(deposit_id=deposit.pk, attempt=operation.attempts)
    steps.emit(deposit, event, actor=actor, now=now)


def _by_hand(deposit: Deposit, operation: OperationView, actor: Actor, now: datetime) -> None:
    """A person books it in MetaTrader; until the mirror shows that, it stays where it is."""
    if not steps.may(deposit, "credit"):
        return
    deposit.next_try_at, deposit.waits_because = None, _("to be booked in MetaTrader by hand")
    deposit.save(update_fields=["next_try_at", "waits_because"])
    if idempotency.once(f"by_hand:{operation.key}"):
        event = DepositWaits(deposit_id=deposit.pk, reason=deposit.waits_because)
        steps.emit(deposit, event, actor=actor, now=now)


STEPS: dict[Operation, Step] = {
    Operation.BY_HAND: _by_hand,
    Operation.CONFIRMED: _credited,
    Operation.REFUSED: _to_review(Review.REFUSED),
    Operation.ABANDONED: _to_review(Review.UNMOVED),
    Operation.UNCERTAIN: _lost,
    Operation.MANUAL: _lost,
    Operation.ABSENT: _not_arrived,
}


def _contradicted(deposit: Deposit, operation: OperationView, actor: Actor, now: datetime) -> None:
    """What has ended never changes: what MetaTrader says against it goes to a person, once."""
    if deposit.ticket is not None and deposit.ticket == operation.ticket:
        return
    if idempotency.once(f"late:{operation.key}:{operation.state}"):
        words = operation.reason or _("MetaTrader booked ticket %(ticket)s") % {
            "ticket": operation.ticket
        }
        event = DepositContradicted(deposit_id=deposit.pk, state=str(deposit.state), words=words)
        steps.emit(deposit, event, actor=actor, now=now)


def _is_newest(link: DepositOperation) -> bool:
    later = DepositOperation.objects.filter(deposit=link.deposit_id, pk__gt=link.pk)
    return not later.exists()
