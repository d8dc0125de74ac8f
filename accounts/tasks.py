"""What money does by itself: payments go out, answers are followed, books are compared."""

import contextlib
from datetime import datetime
from uuid import UUID

from celery import shared_task

from accounts.actions import execution, following, reconciliation, settling
from accounts.events import WithdrawalApproved, WithdrawalReturning
from accounts.queries import books, payments
from backoffice.core import clock
from backoffice.core.actors import Actor
from backoffice.core.errors import Later
from backoffice.core.work import reacts_to
from trading.events import (
    OperationAbsent,
    OperationConfirmed,
    OperationFoundUnmoved,
    OperationHandedOver,
    OperationRefused,
    OperationUncertain,
    SettlementConfirmed,
    SettlementDeclined,
    SettlementProposed,
)

CASHIER = Actor.system("cashier")
AUDITOR = Actor.system("reconciliation")
TURN_SECONDS = 5
COMPARE_SECONDS = 300

Answered = (
    OperationConfirmed
    | OperationRefused
    | OperationUncertain
    | OperationAbsent
    | OperationHandedOver
    | OperationFoundUnmoved
)


@reacts_to(WithdrawalApproved)
def execute_withdrawal(event: WithdrawalApproved, *, actor: Actor, now: datetime) -> None:
    """Carry it into MetaTrader."""
    execution.execute_withdrawal(payment_id=event.payment_id, actor=CASHIER, now=now)


@reacts_to(WithdrawalReturning)
def execute_return(event: WithdrawalReturning, *, actor: Actor, now: datetime) -> None:
    """Carry the money back into MetaTrader."""
    execution.execute_return(payment_id=event.payment_id, actor=CASHIER, now=now)


@reacts_to(OperationConfirmed)
@reacts_to(OperationRefused)
@reacts_to(OperationUncertain)
@reacts_to(OperationAbsent)
@reacts_to(OperationHandedOver)
@reacts_to(OperationFoundUnmoved)
def follow_operation(event: Answered, *, actor: Actor, now: datetime) -> None:
    """Bring the payment, and the books, to where MetaTrader stands."""
    following.follow_operation(key=UUID(event.key), actor=CASHIER, now=now)


@reacts_to(SettlementProposed)
@reacts_to(SettlementConfirmed)
@reacts_to(SettlementDeclined)
def follow_settlement(event: settling.Told, *, actor: Actor, now: datetime) -> None:
    """Tell the payment what people decided about its operation."""
    settling.follow_settlement(told=event, actor=actor, now=now)


@shared_task(name="accounts.tasks.push_payments")
def push_payments() -> None:
    """Give every payment that waits for MetaTrader its turn; one that hangs delays no other."""
    for payment_id in payments.payments_to_push(clock.now()):
        push_payment.apply_async((payment_id,), expires=TURN_SECONDS)


@shared_task(name="accounts.tasks.push_payment")
def push_payment(payment_id: int) -> None:
    """Follow what MetaTrader answered, and send what may be sent."""
    with contextlib.suppress(Later):
        following.follow_payment(payment_id=payment_id, actor=CASHIER, now=clock.now())
        execution.execute_withdrawal(payment_id=payment_id, actor=CASHIER, now=clock.now())
        execution.execute_return(payment_id=payment_id, actor=CASHIER, now=clock.now())


@shared_task(name="accounts.tasks.reconcile_all")
def reconcile_all() -> None:
    """Give every client's account its turn of the comparison."""
    for account_id in payments.accounts_to_reconcile():
        reconcile_account.apply_async((account_id,), expires=COMPARE_SECONDS)


@shared_task(name="accounts.tasks.find_denied")
def find_denied() -> None:
    """Compare at once where MetaTrader booked what it had refused; no comparison is waited for."""
    for account_id in books.accounts_denied():
        reconcile_account(account_id)


@shared_task(name="accounts.tasks.reconcile_account")
def reconcile_account(account_id: int) -> None:
    """Compare one account's money records with the books."""
    with contextlib.suppress(Later):
        reconciliation.reconcile_account(account_id=account_id, actor=AUDITOR, now=clock.now())
