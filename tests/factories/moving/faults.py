"""What goes wrong once in MetaTrader or on the way, the chase that looks, and where it stands."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from accounts.actions import execution, reconciliation
from accounts.models import Discrepancy, Payment
from accounts.states import Withdrawal
from backoffice.core import clock
from tests.factories.agents import Script, a_record
from tests.factories.payments import SYSTEM, Till, work_done
from trading.actions import looking_up
from trading.gateway.agent.engine import LinkError
from trading.models import BalanceOperation
from trading.states import Operation

LATER = timedelta(minutes=5)
AMOUNT = Decimal("-70.00")
DEBITED = (Withdrawal.DEBITED, Operation.CONFIRMED)
UNCERTAIN = (Withdrawal.UNCERTAIN, Operation.UNCERTAIN)
MANUAL = (Withdrawal.UNCERTAIN, Operation.MANUAL)


def standing(payment: Payment) -> tuple[str, str]:
    """Where the payment and its operation stand."""
    operation = BalanceOperation.objects.get()
    return str(Payment.objects.get(pk=payment.pk).state), str(operation.state)


def once(script: Script, act: Callable[[], None]) -> Callable[[], None]:
    """Something that happens at the first booking only."""

    def happen() -> None:
        script.before = script.after = lambda: None
        act()

    return happen


def lose() -> None:
    """The line breaks."""
    raise LinkError("the line broke")


def settled(payment: Payment, *, looks: int = 3) -> tuple[str, str]:
    """Look as the chase does, follow, and say where it stands."""
    for seconds in range(looks):
        (operation,) = BalanceOperation.objects.all()
        try:
            looking_up.look_up(
                operation_id=operation.pk,
                actor=SYSTEM,
                now=clock.now() + LATER + timedelta(seconds=seconds),
            )
        except looking_up.StillUnknown:
            continue
    work_done(later=2 * LATER)
    return standing(payment)


def sent_again(till: Till, payment: Payment) -> tuple[str, str]:
    """What is absent goes out as the next attempt."""
    till.see()
    execution.execute_withdrawal(payment_id=payment.pk, actor=SYSTEM, now=clock.now())
    work_done()
    return standing(payment)


def moved_once(till: Till, script: Script) -> bool:
    """MetaTrader has one record, and the books agree with it to the cent."""
    till.mirror_as_booked()
    return [one.profit for one in script.booked] == [AMOUNT] and till.agrees()


def gaps(till: Till, *, later: timedelta = LATER) -> set[str]:
    """What reconciliation says of the account."""
    reconciliation.reconcile_account(
        account_id=till.account.pk, actor=SYSTEM, now=clock.now() + later
    )
    return set(Discrepancy.objects.values_list("gap", flat=True))


def late_booking(till: Till, script: Script) -> Payment:
    """A withdrawal whose command left and was not applied yet."""
    script.before = once(script, lose)
    payment = till.approved()
    work_done()
    assert standing(payment) == UNCERTAIN
    return payment


def a_booking(operation: BalanceOperation, **changes: Any) -> Any:
    """What MetaTrader books of an operation."""
    record = a_record(
        41, login=7, profit=operation.amount, comment=operation.marker, opened_at=clock.now()
    )
    return replace(record, **changes)
