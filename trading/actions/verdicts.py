"""What became of an attempt, recorded: one short transaction, guarded by the state, then the event.

Each verdict answers the state that holds afterwards. A verdict about an attempt that is not the
latest one, or that comes when the operation has moved on, changes no state: it is kept with its
attempt, and where it contradicts what stands, somebody is told.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from backoffice.core import compiled, locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.compiled import Question
from backoffice.core.events import Event
from trading.events import (
    OperationAbandoned,
    OperationAbsent,
    OperationByHand,
    OperationConfirmed,
    OperationContradicted,
    OperationHandedOver,
    OperationRefused,
    OperationUncertain,
)
from trading.gateway.errors import NotSent, Refused
from trading.models import AbsenceEvidence, BalanceAttempt, BalanceOperation
from trading.states import OPERATION, Ending, Operation

#: After these answers the attempt can never leave any more: they are proof by themselves.
NEVER_LEFT = frozenset({"deadline", "breaker"})
UNTOLD = ("", Ending.UNCERTAIN, Ending.SILENT)
WHOLE = ("account__server__sending_terms",)
LOCKED = Question(
    lambda number: locks.rows(BalanceOperation.objects.filter(pk=number).select_related(*WHOLE)),
    int,
)
ANSWER = """
UPDATE trading_balanceattempt SET ending = %s, code = %s, words = %s, answered_at = %s
WHERE id = %s AND ending = ANY(%s)
"""


def locked(operation_id: int) -> BalanceOperation:
    """Return the operation with its account and server, its own row locked."""
    return LOCKED.one(operation_id)


def subjects(operation: BalanceOperation) -> list[tuple[str, int | str]]:
    """Return whom an event about the operation is about."""
    found: list[tuple[str, int | str]] = [
        ("operation", operation.pk),
        ("account", operation.account_id),
    ]
    if operation.account.client_id is not None:
        found.append(("client", operation.account.client_id))
    return found


def names(operation: BalanceOperation) -> dict[str, Any]:
    """Return the fields by which every event names the operation."""
    return {
        "operation_id": operation.pk,
        "key": str(operation.key),
        "account_id": operation.account_id,
    }


def money(operation: BalanceOperation) -> dict[str, Any]:
    """Return the fields that tell how much it is about."""
    return {"amount": operation.amount, "currency": operation.currency}


@transaction.atomic
def confirmed(
    *, attempt: BalanceAttempt, ticket: int, code: int | None, actor: Actor, now: datetime
) -> Operation:
    """MetaTrader booked it, and the record was read back under this ticket."""
    operation = _answered(attempt, Ending.DONE, code=code, words="", now=now)
    if _is_current(operation, attempt) and _move(
        operation, "confirm", now, ticket=ticket, code=code, reason=""
    ):
        event = OperationConfirmed(**names(operation), **money(operation), ticket=ticket)
        return _tell(operation, event, actor, now)
    if operation.ticket == ticket:
        return Operation(operation.state)
    return _contradicted(operation, attempt, f"booked under ticket {ticket}", actor, now)


@transaction.atomic
def refused(*, attempt: BalanceAttempt, answer: Refused, actor: Actor, now: datetime) -> Operation:
    """MetaTrader said a definite no."""
    words = answer.text[:300]
    operation = _answered(attempt, Ending.REFUSED, code=answer.code, words=words, now=now)
    if not _is_current(operation, attempt) or not _move(
        operation, "refuse", now, code=answer.code, reason=words
    ):
        return Operation(operation.state)
    event = OperationRefused(**names(operation), **money(operation), code=answer.code, words=words)
    return _tell(operation, event, actor, now)


@transaction.atomic
def not_sent(*, attempt: BalanceAttempt, answer: NotSent, actor: Actor, now: datetime) -> Operation:
    """The gate, or the way to it, kept the command back.

    Where the answer proves that the attempt never leaves, it is the proof of absence. The others
    (busy, clock, end of day, unreachable) change nothing: it is closed and looked up first.
    """
    words = str(answer)[:300]
    operation = _answered(attempt, Ending.NOT_SENT, code=None, words=words, now=now)
    if answer.reason in NEVER_LEFT:
        facts = {"answer": answer.reason, "words": words, "at": now.isoformat()}
        return absent(attempt=attempt, facts=facts, words=words, actor=actor, now=now)
    if _is_current(operation, attempt):
        operation.reason = words
        operation.save(update_fields=["reason"])
    return Operation(operation.state)


@transaction.atomic
def lost(*, attempt: BalanceAttempt, words: str, actor: Actor, now: datetime) -> Operation:
    """No clear answer came; from here on it is looked up, never repeated."""
    return _uncertain(attempt, Ending.UNCERTAIN, words[:300], actor, now)


@transaction.atomic
def silent(*, attempt: BalanceAttempt, actor: Actor, now: datetime) -> Operation:
    """Whoever sent it is gone, and its deadline has passed."""
    return _uncertain(attempt, Ending.SILENT, "Nobody was left to hear the answer", actor, now)


@transaction.atomic
def absent(
    *, attempt: BalanceAttempt, facts: Mapping[str, object], words: str, actor: Actor, now: datetime
) -> Operation:
    """The attempt is proved never to have arrived; the proof is kept, and the next try names it."""
    operation = locked(attempt.operation_id)
    if not _is_current(operation, attempt) or not _move(
        operation, "prove_absent", now, reason=words[:300]
    ):
        return Operation(operation.state)
    AbsenceEvidence.objects.create(attempt=attempt, proved_at=now, facts=dict(facts))
    event = OperationAbsent(**names(operation), attempt=attempt.number, words=words[:300])
    return _tell(operation, event, actor, now)


@transaction.atomic
def handed_over(
    *, operation: BalanceOperation, words: str, actor: Actor, now: datetime
) -> Operation:
    """Machines cannot decide: a person has to."""
    operation = locked(operation.pk)
    if not _move(operation, "hand_over", now, reason=words[:300]):
        return Operation(operation.state)
    event = OperationHandedOver(**names(operation), **money(operation), words=words[:300])
    return _tell(operation, event, actor, now)


@transaction.atomic
def asked_by_hand(*, operation_id: int, actor: Actor, now: datetime) -> Operation:
    """We may not write there: from now on a person books it, and no attempt can begin any more."""
    operation = locked(operation_id)
    if not _move(operation, "ask_by_hand", now, reason=""):
        return Operation(operation.state)
    event = OperationByHand(**names(operation), **money(operation))
    return _tell(operation, event, actor, now)


@transaction.atomic
def booked_by_hand(*, operation_id: int, ticket: int, actor: Actor, now: datetime) -> Operation:
    """A person booked it, and the mirror shows it under this ticket; only from BY_HAND."""
    operation = locked(operation_id)
    if operation.state != Operation.BY_HAND:
        return Operation(operation.state)
    _move(operation, "confirm", now, ticket=ticket, reason="")
    event = OperationConfirmed(**names(operation), **money(operation), ticket=ticket)
    return _tell(operation, event, actor, now)


@transaction.atomic
def abandoned(*, operation_id: int, words: str, actor: Actor, now: datetime) -> Operation:
    """Give an operation up; IllegalMove unless provably nothing of it is on its way.

    It locks the row that the start of an attempt locks, so one of the two comes first.
    """
    operation = locked(operation_id)
    if operation.state == Operation.ABANDONED:
        return Operation.ABANDONED
    operation.state = OPERATION.after(operation.state, "abandon")
    operation.reason, operation.changed_at = words[:300], now
    operation.save(update_fields=["state", "reason", "changed_at"])
    event = OperationAbandoned(**names(operation), **money(operation), words=words[:300])
    return _tell(operation, event, actor, now)


def _uncertain(
    attempt: BalanceAttempt, ending: Ending, words: str, actor: Actor, now: datetime
) -> Operation:
    operation = _answered(attempt, ending, code=None, words=words, now=now)
    if not _is_current(operation, attempt) or not _move(operation, "lose", now, reason=words):
        return Operation(operation.state)
    event = OperationUncertain(**names(operation), **money(operation), words=words)
    return _tell(operation, event, actor, now)


def _contradicted(
    operation: BalanceOperation, attempt: BalanceAttempt, words: str, actor: Actor, now: datetime
) -> Operation:
    event = OperationContradicted(**names(operation), attempt=attempt.number, words=words)
    _tell(operation, event, actor, now)
    return handed_over(operation=operation, words=words, actor=actor, now=now)


def _answered(
    attempt: BalanceAttempt, ending: Ending, *, code: int | None, words: str, now: datetime
) -> BalanceOperation:
    """Lock the operation, keep the answer on its attempt, and return the operation."""
    operation = locked(attempt.operation_id)
    answer = [str(ending), code, words, now, attempt.pk, [str(one) for one in UNTOLD]]
    compiled.tell(ANSWER, answer)
    return operation


def _is_current(operation: BalanceOperation, attempt: BalanceAttempt) -> bool:
    return operation.attempts == attempt.number


def _move(operation: BalanceOperation, verb: str, now: datetime, **fields: object) -> bool:
    """Make the move if the table allows it; return whether it was made."""
    if (Operation(operation.state), verb) not in OPERATION.moves:
        return False
    operation.state = OPERATION.after(operation.state, verb)
    operation.changed_at = now
    for name, value in fields.items():
        setattr(operation, name, value)
    compiled.change(operation, "state", "changed_at", *fields)
    return True


def _tell(operation: BalanceOperation, event: Event, actor: Actor, now: datetime) -> Operation:
    outbox.emit(event, actor=actor, subjects=subjects(operation), now=now)
    return Operation(operation.state)
