"""Carries an approved withdrawal, or a return, to MetaTrader: looked at once more, planned, sent.

Call these with no transaction open. Nobody settles from what sending answers: the ledger moves when
trading tells of it (following.py).
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import approving, chart, steps
from accounts.actions.ways import from_wallet
from accounts.calc.checks import Answer
from accounts.events import WithdrawalRefused, WithdrawalWaits
from accounts.models import Payment, PaymentCheck, wording
from accounts.permissions import APPROVE_WITHDRAWAL
from accounts.queries import checks as looking
from accounts.queries.books import Stand
from accounts.states import Leg, Occasion, Verdict, Withdrawal
from backoffice.approvals.actions.refusals import OverAlready
from backoffice.core import compiled
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Later
from trading.actions import balance
from trading.queries.operations import OperationView
from trading.states import Operation

SENDABLE = (Operation.NOT_STARTED, Operation.ABSENT)
AGAIN = timedelta(seconds=5)
#: The checks of who asks and of where it goes: red since the decision, they send it back to it.
DECIDED_ON = (4, 5, 6, 7, 11, 13, 17, 19)
#: By then whoever sends has begun the attempt, or died; the sweep looks again.
LOOK_AGAIN = timedelta(seconds=10)


def execute_withdrawal(*, payment_id: int, actor: Actor, now: datetime) -> None:
    """Carry an approved withdrawal into MetaTrader; nothing happens to one in any other state.

    Too little free: REFUSED. Old figures, or MetaTrader out of reach: it stays APPROVED, says why,
    and is tried again.
    """
    try:
        operation_id = _prepare(payment_id=payment_id, actor=actor, now=now)
    except steps.BeingSent:
        return  # somebody else began to send while this one looked
    except OverAlready as fallen:
        _fall_back(payment_id, str(fallen), actor, now)
        return
    if operation_id is not None:
        _send(payment_id, operation_id, actor, now)


def execute_return(*, payment_id: int, actor: Actor, now: datetime) -> None:
    """Carry a planned return into MetaTrader; nothing happens to a payment in any other state."""
    with transaction.atomic():
        payment = steps.locked(payment_id)
        operation = steps.operation_of(payment, Leg.RETURN)
        is_due = payment.state == Withdrawal.RETURNING and operation is not None
        if not is_due or operation is None or operation.state not in SENDABLE:
            return
        payment.next_try_at = now + LOOK_AGAIN
        payment.save(update_fields=["next_try_at"])
    _send(payment_id, operation.operation_id, actor, now)


@transaction.atomic(durable=True)
def _prepare(*, payment_id: int, actor: Actor, now: datetime) -> int | None:
    """Decide once more, at live prices; return the operation to send, or None."""
    payment = steps.locked(payment_id)
    operation = steps.operation_of(payment, Leg.DEBIT)
    if payment.state != Withdrawal.APPROVED or not _is_sendable(operation):
        return None
    if not steps.has_right(Actor.parse(payment.approved_by), APPROVE_WITHDRAWAL, payment):
        words = _("whoever approved it does not hold the right any more")
        approving.ask_again(payment, words, actor=actor, now=now)
        return None
    chart.lock_money(payment.account_id)
    stand = from_wallet.stand_of(payment, actor=actor, now=now)
    answers = looking.look(looking.asked_by(payment), now=now, stand=stand).answers
    if (fallen := _fallen(payment, answers)) is not None:
        approving.ask_again(payment, steps.words_of(fallen), actor=actor, now=now)
        return None
    if (silent := _silent(answers)) is not None:
        _wait(payment, steps.words_of(silent), actor, now)
        return None
    if short := _short(stand, answers):
        _refuse(payment, answers, short, actor, now)
        return None
    if payment.from_wallet:
        _left_wallet(payment, answers, actor, now)
        return None
    return _planned(payment, operation, answers, actor, now)


def _left_wallet(
    payment: Payment, answers: tuple[Answer, ...], actor: Actor, now: datetime
) -> None:
    """Post it at once: there is no leg in MetaTrader to wait for."""
    steps.count_checks(payment)
    steps.keep_checks(payment, Occasion.EXECUTION, answers, now)
    from_wallet.debit(payment, actor=actor, now=now)


def _fallen(payment: Payment, answers: tuple[Answer, ...]) -> Answer | None:
    """Return what speaks against the client or the way of the money, and nobody agreed to.

    Not what prices and other requests move: those have answers of their own.
    """
    red = [one for one in answers if one.number in DECIDED_ON and one.verdict is Verdict.RED]
    if not red:
        return None
    seen = PaymentCheck.objects.filter(
        payment=payment, occasion=Occasion.APPROVAL, verdict=Verdict.RED
    )
    agreed = {row.number: row.facts for row in seen.order_by("run")}
    return next((one for one in red if _is_news(one, agreed)), None)


def _is_news(red: Answer, agreed: dict[int, dict[str, str]]) -> bool:
    """Say whether nobody who agreed saw this; of a split that is fixed only what is above it is."""
    return bool(red.facts["above"]) if red.number == 4 else agreed.get(red.number) != red.facts


def _silent(answers: tuple[Answer, ...]) -> Answer | None:
    """Return what cannot be said while figures are old or missing."""
    by_number = {one.number: one for one in answers}
    if by_number[16].verdict is Verdict.RED:
        return by_number[16]
    return by_number[1] if by_number[1].verdict is Verdict.UNKNOWN else None


def _short(stand: Stand | None, answers: tuple[Answer, ...]) -> str:
    """Return why the account, or (None) the wallet, cannot give it, in words; "" when it can."""
    if stand is not None and stand.market.money.is_demo:
        return wording.demo(stand.market.money.login)
    funds = next(one for one in answers if one.number == 1)
    return steps.words_of(funds) if funds.verdict is Verdict.RED else ""


def _is_sendable(operation: OperationView | None) -> bool:
    return operation is None or operation.state in SENDABLE


def _planned(
    payment: Payment,
    operation: OperationView | None,
    answers: tuple[Answer, ...],
    actor: Actor,
    now: datetime,
) -> int:
    if operation is None or operation.attempts:
        steps.count_checks(payment)
        steps.keep_checks(payment, Occasion.EXECUTION, answers, now)
    payment.next_try_at = now + LOOK_AGAIN
    compiled.change(payment, "latest_run", "next_try_at")
    if operation is not None:
        return operation.operation_id
    return steps.plan(payment, Leg.DEBIT, actor=actor, now=now)


def _send(payment_id: int, operation_id: int, actor: Actor, now: datetime) -> None:
    try:
        balance.send_operation(operation_id=operation_id, actor=actor, now=now)
    except Conflict:
        return  # it was sent, settled or given up by somebody else meanwhile
    except Later as reason:
        with transaction.atomic():
            payment = steps.locked(payment_id)
            if payment.state in (Withdrawal.APPROVED, Withdrawal.RETURNING):
                _wait(payment, str(reason), actor, now)


def _wait(payment: Payment, reason: str, actor: Actor, now: datetime) -> None:
    """Leave everything as it is, and say why; the same reason is told once."""
    payment.next_try_at = now + AGAIN
    is_news = payment.waits_because != reason[:300]
    payment.waits_because = reason[:300]
    payment.save(update_fields=["next_try_at", "waits_because"])
    if is_news:
        event = WithdrawalWaits(payment_id=payment.pk, reason=payment.waits_because)
        steps.emit(payment, event, actor=actor, now=now)


def _refuse(
    payment: Payment, answers: tuple[Answer, ...], reason: str, actor: Actor, now: datetime
) -> None:
    """Too little is free now: give the operation up, release the hold, say so."""
    steps.count_checks(payment)
    steps.keep_checks(payment, Occasion.EXECUTION, answers, now)
    steps.give_up_debit(payment, reason, actor=actor, now=now)
    steps.close_refused(payment, reason, actor=actor, now=now)
    event = WithdrawalRefused(**steps.money_of(payment), reason=reason)
    steps.emit(payment, event, actor=actor, now=now)


@transaction.atomic(durable=True)
def _fall_back(payment_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """The database saw no complete approval any more: one of several voters lost the right."""
    payment = steps.locked(payment_id)
    if payment.state == Withdrawal.APPROVED:
        approving.ask_again(payment, reason, actor=actor, now=now)
