"""Which operation of a payment waits for people, and what they proposed."""

from collections.abc import Iterable
from uuid import UUID

from accounts.models import PaymentOperation
from trading.queries import operations, settlements
from trading.queries.operations import OperationView
from trading.queries.settlements import SettlementView
from trading.states import Operation, Settling


def operation_to_settle(payment_id: int) -> OperationView | None:
    """Return the newest operation of a payment that machines could not decide, or None."""
    links = PaymentOperation.objects.filter(payment=payment_id).order_by("-id")
    return left_to_people(link.key for link in links)


def left_to_people(keys: Iterable[UUID]) -> OperationView | None:
    """Return the first of these operations that machines could not decide, or None."""
    named = list(keys)
    known = operations.operations_of(named)
    found = (known[key] for key in named if key in known)
    return next((one for one in found if one.state is Operation.MANUAL), None)


def proposed_of(operation: OperationView | None) -> SettlementView | None:
    """Return the proposal about an operation that waits for a second person, or None."""
    if operation is None:
        return None
    proposed = settlements.settlements_of(operation.operation_id)
    return next((one for one in proposed if one.state is Settling.PROPOSED), None)
