"""What money does by itself: payments go out, answers are followed, books are compared."""

import contextlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from celery import shared_task

from accounts.actions import approving, execution, following, settling
from accounts.actions.adjusting import approving as adjusting_approving
from accounts.actions.adjusting import carrying as adjusting_carrying
from accounts.actions.adjusting import ending as adjusting_ending
from accounts.actions.adjusting import following as adjusting_following
from accounts.actions.adjusting import settling as adjusting_settling
from accounts.actions.bank import importing
from accounts.actions.bulk import approving as bulk_approving
from accounts.actions.bulk import carrying as bulk_carrying
from accounts.actions.deposits import approving as deposits_approving
from accounts.actions.deposits import callbacks, charging, crediting, returning
from accounts.actions.deposits import following as deposits_following
from accounts.actions.deposits import settling as deposits_settling
from accounts.actions.disputes import opening as disputes_opening
from accounts.actions.letters import writing
from accounts.actions.reconciling import agreeing, comparing
from accounts.actions.settlement import comparing as settled
from accounts.actions.transfers import approving as transfers_approving
from accounts.actions.transfers import carrying as transfers_carrying
from accounts.actions.transfers import following as transfers_following
from accounts.actions.transfers import settling as transfers_settling
from accounts.actions.transfers import waiting as transfers_waiting
from accounts.actions.ways import agreeing as method_terms
from accounts.actions.ways import promise
from accounts.calc import letters
from accounts.events import (
    AdjustmentApproved,
    BankFileKept,
    CallbackStored,
    DepositAccepted,
    DepositCharging,
    DepositCredited,
    DepositReceived,
    DepositReturning,
    DepositStarted,
    TransferApproved,
    TransferDebited,
    TransferReturnAllowed,
    TransferReversing,
    WithdrawalApproved,
    WithdrawalDebited,
    WithdrawalReturning,
)
from accounts.queries import books, deposits, payments
from accounts.queries.adjusting import rows as adjustments
from accounts.queries.bulk import files as bulk_files
from accounts.queries.reconciling import differences
from accounts.queries.transfers import standing
from accounts.queries.ways import promises
from backoffice.core import clock, locks, work
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Later
from backoffice.core.events import Event
from backoffice.core.work import reacts_to
from trading.events import (
    OperationAbsent,
    OperationByHand,
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
POST = Actor.system("post")
#: In this order; each looks for itself whether there is anything to do.
DEPOSIT_STEPS = (
    deposits_following.follow_deposit,
    charging.unpark_deposit,
    charging.charge_deposit,
    charging.look_up_charge,
    crediting.credit_deposit,
    returning.send_deposit_back,
)
TURN_SECONDS = 5
#: How long one file is carried on end; shorter than Celery lets a task run.
BULK_TURN = timedelta(seconds=60)
#: A line causes two; what else is due was rung for, and others do it as well.
PIECES_A_LINE = 4
COMPARE_SECONDS = 300
COMPARED_AT_ONCE = 500
approving.register()
deposits_approving.register()
transfers_approving.register()
transfers_waiting.register()
agreeing.register()
adjusting_approving.register()
bulk_approving.register()
method_terms.register()

Answered = (
    OperationConfirmed
    | OperationRefused
    | OperationUncertain
    | OperationAbsent
    | OperationHandedOver
    | OperationByHand
    | OperationFoundUnmoved
)

Carried = TransferApproved | TransferDebited | TransferReversing | TransferReturnAllowed


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
@reacts_to(OperationByHand)
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
    deposits_settling.follow_settlement(told=event, actor=actor, now=now)
    transfers_settling.follow_settlement(told=event, actor=actor, now=now)
    adjusting_settling.follow_settlement(told=event, actor=actor, now=now)


@reacts_to(AdjustmentApproved)
def carry_adjustment(event: AdjustmentApproved, *, actor: Actor, now: datetime) -> None:
    """Carry it into MetaTrader."""
    adjusting_carrying.carry_adjustment(adjustment_id=event.adjustment_id, actor=CASHIER, now=now)


@reacts_to(DepositStarted)
@reacts_to(DepositCharging)
def charge_deposit(event: DepositStarted | DepositCharging, *, actor: Actor, now: datetime) -> None:
    """Have the provider open a charge, unless it is parked or has one."""
    charging.charge_deposit(deposit_id=event.deposit_id, actor=CASHIER, now=now)


@reacts_to(CallbackStored)
def judge_callback(event: CallbackStored, *, actor: Actor, now: datetime) -> None:
    """Take a signed callback at its word."""
    callbacks.judge_callback(callback_id=event.callback_id, actor=CASHIER, now=now)


@reacts_to(DepositReceived)
@reacts_to(DepositAccepted)
def credit_deposit(
    event: DepositReceived | DepositAccepted, *, actor: Actor, now: datetime
) -> None:
    """Carry it into MetaTrader, unless a person has to look first."""
    crediting.credit_deposit(deposit_id=event.deposit_id, actor=CASHIER, now=now)


@reacts_to(DepositReturning)
def send_deposit_back(event: DepositReturning, *, actor: Actor, now: datetime) -> None:
    """Ask the provider to send it back."""
    returning.send_deposit_back(deposit_id=event.deposit_id, actor=CASHIER, now=now)


@reacts_to(TransferApproved)
@reacts_to(TransferDebited)
@reacts_to(TransferReversing)
@reacts_to(TransferReturnAllowed)
def carry_transfer(event: Carried, *, actor: Actor, now: datetime) -> None:
    """Bring it a leg further: out of its source, into its target, or back."""
    transfers_carrying.carry_transfer(transfer_id=event.transfer_id, actor=CASHIER, now=now)


@reacts_to(BankFileKept)
def judge_bank_file(event: BankFileKept, *, actor: Actor, now: datetime) -> None:
    """Take a bank's file into the books or refuse it, where nobody has done so at once."""
    importing.judge_file(file_id=event.file_id, actor=actor, now=now)


def write_to_client(event: Event, *, actor: Actor, now: datetime) -> None:
    """Write to the client what is theirs to know."""
    writing.write_to_client(event=event, number=work.cause(), actor=POST, now=now)


for told in (*letters.OF_WITHDRAWALS, *letters.OF_DEPOSITS, *letters.OF_TRANSFERS):
    reacts_to(told)(write_to_client)


@shared_task(name="accounts.tasks.push_deposits")
def push_deposits() -> None:
    """Give every deposit that waits its turn; one that hangs delays no other."""
    for deposit_id in deposits.deposits_to_push(clock.now()):
        push_deposit.apply_async((deposit_id,), expires=TURN_SECONDS)


@shared_task(name="accounts.tasks.push_deposit")
def push_deposit(deposit_id: int) -> None:
    """Bring one a step further, whichever is due; each step looks for itself whether it is."""
    with contextlib.suppress(Later):
        for step in DEPOSIT_STEPS:
            step(deposit_id=deposit_id, actor=CASHIER, now=clock.now())


@shared_task(name="accounts.tasks.push_bulk")
def push_bulk() -> None:
    """Give every running file that nobody carries its turn."""
    for file_id in bulk_files.files_to_carry(clock.now()):
        push_bulk_file.apply_async((file_id,), expires=TURN_SECONDS)


@shared_task(name="accounts.tasks.push_bulk_file")
def push_bulk_file(file_id: int) -> None:
    """Carry a file out for a while, line by line; the next turn goes on where this one ended."""
    carrier, ends_at = uuid4(), clock.now() + BULK_TURN
    with contextlib.suppress(Later):
        while carry_bulk_line(file_id, carrier) and clock.now() <= ends_at:
            pass
    bulk_carrying.let_go(file_id=file_id, carrier=carrier, actor=CASHIER, now=clock.now())


def carry_bulk_line(file_id: int, carrier: UUID) -> bool:
    """Carry the next line out and do what it causes; return whether there may be more to do now.

    Ringing for other workers twice a line takes longer than what they would be rung for.
    """
    with work.in_hand():
        told: dict[str, Any] = {"file_id": file_id, "carrier": carrier, "actor": CASHIER}
        goes_on = bulk_carrying.carry_next(now=clock.now(), **told)
    work.run_due(clock.now(), limit=PIECES_A_LINE)
    return goes_on


@shared_task(name="accounts.tasks.push_adjustments")
def push_adjustments() -> None:
    """Give every adjustment that waits for MetaTrader its turn; one that hangs delays no other."""
    for adjustment_id in adjustments.adjustments_to_push(clock.now()):
        push_adjustment.apply_async((adjustment_id,), expires=TURN_SECONDS)


@shared_task(name="accounts.tasks.push_adjustment")
def push_adjustment(adjustment_id: int) -> None:
    """Follow what MetaTrader answered, and send what may be sent."""
    with contextlib.suppress(Later):
        now = clock.now()
        adjusting_following.follow_adjustment(adjustment_id=adjustment_id, actor=CASHIER, now=now)
        adjusting_carrying.carry_adjustment(adjustment_id=adjustment_id, actor=CASHIER, now=now)


@shared_task(name="accounts.tasks.end_credits")
def end_credits() -> None:
    """Give every credit whose time is over its turn; one that hangs delays no other."""
    for credit_id in adjustments.credits_to_end(clock.now()):
        end_credit.apply_async((credit_id,), expires=COMPARE_SECONDS)


@shared_task(name="accounts.tasks.end_credit")
def end_credit(credit_id: int) -> None:
    """Take out what is left of one."""
    with contextlib.suppress(Later, Conflict):
        adjusting_ending.end_credit(credit_id=credit_id, actor=CASHIER, now=clock.now())


@reacts_to(WithdrawalDebited)
def burn_credits(event: WithdrawalDebited, *, actor: Actor, now: datetime) -> None:
    """A withdrawal left: what was given as credit ends with it, where the policy says so."""
    adjusting_ending.burn_credits(payment_id=event.payment_id, actor=CASHIER, now=now)


@reacts_to(DepositCredited)
def suspect_dispute(event: DepositCredited, *, actor: Actor, now: datetime) -> None:
    """Begin a case where the policy fears that the money will be called back."""
    disputes_opening.suspect_dispute(deposit_id=event.deposit_id, actor=CASHIER, now=now)


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


@shared_task(name="accounts.tasks.tell_promises")
def tell_promises() -> None:
    """Tell staff of every withdrawal that passed a mark of its promise; one that hangs waits."""
    for payment_id in promises.promises_to_tell(clock.now()):
        with contextlib.suppress(Later):
            promise.tell_staff(payment_id=payment_id, actor=CASHIER, now=clock.now())


@shared_task(name="accounts.tasks.push_transfers")
def push_transfers() -> None:
    """Give every transfer that waits its turn; one that hangs delays no other."""
    for transfer_id in standing.transfers_to_push(clock.now()):
        push_transfer.apply_async((transfer_id,), expires=TURN_SECONDS)


@shared_task(name="accounts.tasks.push_transfer")
def push_transfer(transfer_id: int) -> None:
    """Follow what MetaTrader answered, and carry on what may be."""
    with contextlib.suppress(Later):
        transfers_following.follow_transfer(transfer_id=transfer_id, actor=CASHIER, now=clock.now())
        transfers_carrying.carry_transfer(transfer_id=transfer_id, actor=CASHIER, now=clock.now())


@shared_task(name="accounts.tasks.reconcile_all")
def reconcile_all() -> None:
    """Give every client's account its turn of the comparison, some hundreds at a time."""
    account_ids = differences.accounts_to_compare()
    for start in range(0, len(account_ids), COMPARED_AT_ONCE):
        some = account_ids[start : start + COMPARED_AT_ONCE]
        compare_accounts.apply_async((some,), expires=COMPARE_SECONDS)
    compare_settlements.apply_async(expires=COMPARE_SECONDS)


@shared_task(name="accounts.tasks.compare_settlements")
def compare_settlements() -> None:
    """Compare what providers settled with the books."""
    settled.compare_all(actor=AUDITOR, now=clock.now())


@shared_task(name="accounts.tasks.compare_accounts")
def compare_accounts(account_ids: list[int]) -> None:
    """Compare the money records of some accounts with their books."""
    comparing.compare_accounts(account_ids=account_ids, actor=AUDITOR, now=clock.now())


@shared_task(name="accounts.tasks.compare_moved")
def compare_moved() -> None:
    """Compare at once where the stream brought money, the books moved, or something differs."""
    now = clock.now()
    with locks.alone("accounts:compare-moved") as ours:
        if ours:
            moved = differences.accounts_moved(now)
            comparing.compare_accounts(account_ids=moved, actor=AUDITOR, now=now)


@shared_task(name="accounts.tasks.reconcile_day")
def reconcile_day() -> None:
    """Once a day: compare every settlement and account, and keep how much was found."""
    with locks.alone("accounts:reconcile-day") as ours:
        if ours:
            settled.compare_all(actor=AUDITOR, now=clock.now())
            comparing.reconcile_day(actor=AUDITOR, now=clock.now())


@shared_task(name="accounts.tasks.find_denied")
def find_denied() -> None:
    """Compare at once where MetaTrader booked what it had refused; no comparison is waited for."""
    for account_id in books.accounts_denied():
        reconcile_account(account_id)


@shared_task(name="accounts.tasks.reconcile_account")
def reconcile_account(account_id: int) -> None:
    """Compare one account's money records with the books."""
    with contextlib.suppress(Later):
        comparing.reconcile(account_id=account_id, actor=AUDITOR, now=clock.now())
