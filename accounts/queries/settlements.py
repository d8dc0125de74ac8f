"""Which operation of a payment waits for people, and what they proposed."""

from accounts.models import PaymentOperation
from trading.queries import operations, settlements
from trading.queries.operations import OperationView
from trading.queries.settlements import SettlementView
from trading.states import Operation, Settling


def operation_to_settle(payment_id: int) -> OperationView | None:
    """Return the newest operation of a payment that machines could not decide, or None."""
    links = PaymentOperation.objects.filter(payment=payment_id).order_by("-id")
    known = operations.operations_of(link.key for link in links)
    found = [known[link.key] for link in links if link.key in known]
    return next((one for one in found if one.state is Operation.MANUAL), None)


def standing_of(payment_id: int) -> SettlementView | None:
    """Return the proposal that waits for a second person, or None."""
    operation = operation_to_settle(payment_id)
    if operation is None:
        return None
    proposed = settlements.settlements_of(operation.operation_id)
    return next((one for one in proposed if one.state is Settling.PROPOSED), None)
