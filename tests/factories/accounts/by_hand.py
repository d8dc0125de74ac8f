"""A money command that waits to be booked by a person."""

from decimal import Decimal
from uuid import uuid4

from backoffice.core import clock
from tests.factories.people import SETUP
from trading.actions import balance, verdicts
from trading.models import BalanceOperation, TradingAccount
from trading.states import Operation
from trading.terms import BalanceKind


def a_by_hand_of(account: TradingAccount) -> BalanceOperation:
    """The account's command that waits for a person; planned when it is first needed."""
    known = BalanceOperation.objects.filter(account=account, state=Operation.BY_HAND).first()
    if known is not None:
        return known
    operation = balance.plan_operation(
        key=uuid4(),
        account_id=account.pk,
        kind=BalanceKind.BALANCE,
        amount=Decimal("-70.00"),
        actor=SETUP,
        now=clock.now(),
    )
    verdicts.asked_by_hand(operation_id=operation.pk, actor=SETUP, now=clock.now())
    operation.refresh_from_db()
    return operation
