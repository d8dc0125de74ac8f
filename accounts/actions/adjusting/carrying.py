"""Carries an adjustment that was agreed to into MetaTrader: looked at again, planned, sent.

Nobody settles from what sending answers: the ledger moves when trading tells of it (following.py).
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import chart, results
from accounts.actions.adjusting import checking, serverside, steps
from accounts.events import AdjustmentApproved, AdjustmentClosed, AdjustmentWaits
from accounts.ledger import book
from accounts.models import Adjustment, wording
from accounts.permissions import ASK_ADJUSTMENT
from accounts.terms.adjustments import OF_CREDIT, Cause
from accounts.terms.adjustments import Adjustment as State
from backoffice.approvals.actions import refusals
from backoffice.approvals.terms import Payload, Words
from backoffice.core import compiled, locks
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Later
from backoffice.core.money import rounded
from backoffice.core.states import IllegalMove
from trading.actions import balance, verdicts
from trading.queries import operations
from trading.queries.money import AccountMoney, Standing
from trading.states import Operation
from trading.terms import BalanceKind

SENDABLE = (Operation.NOT_STARTED, Operation.ABSENT)
AGAIN = timedelta(seconds=5)
#: By then whoever sends has begun the attempt, or died; the sweep looks again.
LOOK_AGAIN = timedelta(seconds=10)


def ready(payload: Payload, *, request_id: int, actor: Actor, now: datetime) -> None:
    """Everybody agreed: looked at once more and planned. Rejected voids the approval, and says why.

    A part of the engine's transaction; sending follows by itself.
    """
    adjustment = locks.rows(Adjustment.objects.filter(approval_id=request_id)).first()
    if adjustment is not None and adjustment.state == State.REQUESTED:
        approve_adjustment(adjustment, actor=actor, now=now)


def approve_adjustment(
    adjustment: Adjustment, *, actor: Actor, now: datetime, market: Standing | None = None
) -> Adjustment:
    """Approve an adjustment whose row is locked, and plan its operation, in one transaction.

    For whoever carries an approval out: of this one, or of a file with many. PostgreSQL lets it
    through by a complete approval that names it, or by a rule. `market` is what a caller who locked
    the account's money has just read of it. Raises BadRequest, NotCovered.
    """
    chart.lock_money(adjustment.account_id)
    account_id = adjustment.account_id
    stand = results.caught_up(account_id=account_id, actor=actor, now=now, market=market)
    checking.require_possible(adjustment, stand, now=now)
    if checking.needs_cover(adjustment):
        adjustment.reservation = book.reserve(
            act=steps.act_of(adjustment, "hold", actor, now),
            lines=steps.lines_of(adjustment, now),
        )
    steps.move(adjustment, "approve")
    adjustment.approved_at, adjustment.next_try_at = now, now
    with refusals.spoken():
        compiled.change(adjustment, "reservation", "state", "approved_at", "next_try_at")
    plan(adjustment, actor=actor, now=now)
    event = AdjustmentApproved(**steps.told(adjustment))
    steps.emit(adjustment, event, actor=actor, now=now)
    return adjustment


def plan(adjustment: Adjustment, *, actor: Actor, now: datetime) -> None:
    """Plan the operation under the adjustment's own key: there can be no second one."""
    balance.plan_operation(
        key=adjustment.key,
        account_id=adjustment.account_id,
        kind=BalanceKind.CREDIT if adjustment.is_of_credit else BalanceKind.BALANCE,
        amount=rounded(adjustment.amount, adjustment.currency),
        expires_at=adjustment.ends_at,
        actor=actor,
        now=now,
    )


def carry_adjustment(*, adjustment_id: int, actor: Actor, now: datetime) -> None:
    """Send an approved adjustment to MetaTrader; nothing happens to one in any other state.

    MetaTrader out of reach: it stays APPROVED, says why, and is tried again. Call it with no
    transaction open.
    """
    due = _due(adjustment_id, now)
    if due is None:
        return
    adjustment, operation_id = due
    try:
        if _is_taken_already(adjustment, actor, now):
            return
        balance.send_operation(operation_id=operation_id, actor=actor, now=now)
    except Conflict:
        return  # it was sent, settled or given up by somebody else meanwhile
    except Later as reason:
        _wait(adjustment_id, str(reason), actor, now)


def _is_taken_already(adjustment: Adjustment, actor: Actor, now: datetime) -> bool:
    """Give an end of a credit up where the server took it itself meanwhile; say whether it did."""
    credit = adjustment.credit if adjustment.cause == Cause.ENDED else None
    if credit is None:
        return False
    if not serverside.took(credit, now=now):
        return False
    words = _("the server took it at its value date")
    with transaction.atomic():
        operation = operations.get_operation(adjustment.key)
        if operation is not None:
            number = operation.operation_id
            verdicts.abandoned(operation_id=number, words=words, actor=actor, now=now)
        serverside.note_end(steps.locked(credit.pk), words, actor=actor, now=now)
    return True


@transaction.atomic
def give_up(*, adjustment_id: int, reason: str, actor: Actor, now: datetime) -> Adjustment:
    """Take back what is approved and provably not on its way; NotPossible when it may be."""
    words = steps.require_reason(reason)
    adjustment = steps.locked(adjustment_id)
    steps.require_right(actor, ASK_ADJUSTMENT, adjustment)
    if adjustment.state != State.APPROVED:
        raise steps.NotPossible(_("It does not wait for MetaTrader any more."))
    operation = operations.get_operation(adjustment.key)
    if operation is not None:
        number = operation.operation_id
        try:
            verdicts.abandoned(operation_id=number, words=words, actor=actor, now=now)
        except IllegalMove as error:
            sentence = _("It is on its way to MetaTrader: wait until that is settled.")
            raise steps.NotPossible(sentence) from error
    steps.move(adjustment, "cancel")
    steps.close(adjustment, words, actor=actor, now=now)
    adjustment.save()
    event = AdjustmentClosed(
        adjustment_id=adjustment.pk, state=str(adjustment.state), reason=adjustment.closed_because
    )
    steps.emit(adjustment, event, actor=actor, now=now)
    return adjustment


def foresight(account: AccountMoney, kind: str, amount: Any) -> Words:
    """Return what the account has now and after it, in words: balance, credit, free margin."""
    moved = Decimal(str(amount))
    pockets = (
        (_("Balance, now and after"), account.balance, kind not in OF_CREDIT),
        (_("Credit, now and after"), account.credit, kind in OF_CREDIT),
        (_("Free margin, now and after"), account.free_margin, True),
    )
    return [
        (word, _figures(have, moved if moves else Decimal(0), account.currency))
        for word, have, moves in pockets
    ]


def _figures(have: Decimal | None, moved: Decimal, currency: str) -> str:
    if have is None:
        return _("not known")
    after = have + moved
    told = f"{wording.money(have, currency)} → {wording.money(after, currency)}"
    return told if after >= 0 else _("%(figures)s, below zero") % {"figures": told}


@transaction.atomic(durable=True)
def _due(adjustment_id: int, now: datetime) -> tuple[Adjustment, int] | None:
    """Return the adjustment, and the operation to send; None: it is not this one's turn."""
    adjustment = steps.locked(adjustment_id)
    if adjustment.state != State.APPROVED:
        return None
    if adjustment.next_try_at is None or adjustment.next_try_at > now:
        return None
    operation = operations.get_operation(adjustment.key)
    if operation is None or operation.state not in SENDABLE:
        return None
    adjustment.next_try_at = now + LOOK_AGAIN
    compiled.change(adjustment, "next_try_at")
    return adjustment, operation.operation_id


@transaction.atomic
def _wait(adjustment_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Leave everything as it is, and say why; the same reason is told once."""
    adjustment = steps.locked(adjustment_id)
    if adjustment.state != State.APPROVED:
        return
    adjustment.next_try_at = now + AGAIN
    is_news = adjustment.waits_because != reason[:300]
    adjustment.waits_because = reason[:300]
    adjustment.save(update_fields=["next_try_at", "waits_because"])
    if is_news:
        event = AdjustmentWaits(adjustment_id=adjustment.pk, reason=adjustment.waits_because)
        steps.emit(adjustment, event, actor=actor, now=now)
