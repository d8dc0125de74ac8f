"""Carries money that came in to MetaTrader: planned, sent. Call it with no transaction open.

Nobody settles from what sending answers: the ledger moves when trading tells of it (following.py).
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import results
from accounts.actions.deposits import approving, following, steps
from accounts.events import DepositWaits
from accounts.models import Deposit
from accounts.queries import deposit_review
from accounts.queries.books import books_of
from accounts.terms import Deposit as State
from accounts.terms import Review
from backoffice.approvals.actions import refusals
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Later
from trading.actions import balance
from trading.queries.operations import OperationView
from trading.states import Operation

SENDABLE = (Operation.NOT_STARTED, Operation.ABSENT)
AGAIN = timedelta(seconds=5)
#: By then whoever sends has begun the attempt, or died; the sweep looks again.
LOOK_AGAIN = timedelta(seconds=10)


def credit_deposit(*, deposit_id: int, actor: Actor, now: datetime) -> None:
    """Carry a received deposit into MetaTrader; nothing happens to one that is not to be sent.

    MetaTrader out of reach: it stays where it is, says why, and is tried again.
    """
    operation_id = _prepare(deposit_id=deposit_id, actor=actor, now=now)
    if operation_id is None:
        return
    try:
        balance.send_operation(operation_id=operation_id, actor=actor, now=now)
    except Conflict:
        return  # it was sent, settled or given up by somebody else meanwhile
    except Later as reason:
        _wait(deposit_id=deposit_id, reason=str(reason), actor=actor, now=now)


@transaction.atomic(durable=True)
def _prepare(*, deposit_id: int, actor: Actor, now: datetime) -> int | None:
    """Return the operation to send, planned before if there is none yet; None: nothing to send."""
    deposit = steps.locked(deposit_id)
    if not _is_due(deposit) or deposit.next_try_at is None or deposit.next_try_at > now:
        return None
    operation = steps.newest_operation(deposit)
    if operation is not None:
        return _known(deposit, operation, now)
    if deposit.state == State.UNCERTAIN:
        return None
    if not deposit_review.is_served(deposit):
        approving.send_to_review(deposit, Review.ACCOUNT, "", actor=actor, now=now)
        return None
    if deposit.into_wallet:
        _into_wallet(deposit, actor, now)
        return None
    if books_of(deposit.account_id) is None:
        results.open_books(account_id=deposit.account_id, actor=actor, now=now)
    deposit.next_try_at = now + LOOK_AGAIN
    deposit.save(update_fields=["next_try_at"])
    return _planned(deposit, actor, now)


def _into_wallet(deposit: Deposit, actor: Actor, now: datetime) -> None:
    """Post it to the wallet; what a rule stopped, only while its approval stands."""
    try:
        with transaction.atomic():
            following.credit_wallet(deposit, actor=actor, now=now)
    except refusals.OverAlready as no:
        deposit.refresh_from_db()
        code = Review(deposit.review_code)
        approving.send_to_review(deposit, code, str(no), actor=actor, now=now)


def _planned(deposit: Deposit, actor: Actor, now: datetime) -> int | None:
    """Plan it; what a rule stopped, only while its approval stands: else it is asked for again."""
    try:
        with transaction.atomic():
            return steps.plan(deposit, actor=actor, now=now)
    except refusals.OverAlready as no:
        code = Review(deposit.review_code)
        approving.send_to_review(deposit, code, str(no), actor=actor, now=now)
        return None


def _known(deposit: Deposit, operation: OperationView, now: datetime) -> int | None:
    if operation.state not in SENDABLE:
        return None
    deposit.next_try_at = now + LOOK_AGAIN
    deposit.save(update_fields=["next_try_at"])
    return operation.operation_id


def _is_due(deposit: Deposit) -> bool:
    is_accepted = deposit.state == State.IN_REVIEW and bool(deposit.accepted_by)
    return deposit.state in (State.RECEIVED, State.UNCERTAIN) or is_accepted


@transaction.atomic
def _wait(*, deposit_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Leave everything as it is, and say why; the same reason is told once."""
    deposit = steps.locked(deposit_id)
    if not _is_due(deposit):
        return
    deposit.next_try_at = now + AGAIN
    is_news = deposit.waits_because != reason[:300]
    deposit.waits_because = reason[:300] or _("MetaTrader is not ready")
    deposit.save(update_fields=["next_try_at", "waits_because"])
    if is_news:
        event = DepositWaits(deposit_id=deposit.pk, reason=deposit.waits_because)
        steps.emit(deposit, event, actor=actor, now=now)
