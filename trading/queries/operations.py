"""Our money commands to MetaTrader: where each stands, and which wait for an answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from backoffice.core import compiled
from backoffice.core.compiled import Question
from trading.models import BalanceOperation
from trading.states import Operation
from trading.terms import MARKER_LENGTH

#: Which operations somebody has to look up until they are settled.
OPEN = (Operation.SENDING, Operation.UNCERTAIN)
#: An operation in one of these cannot move money any more, or never could.
OVER = (Operation.ABANDONED, Operation.REFUSED)
DENIED = """
SELECT o.account_id, r.ticket FROM trading_balanceoperation o
JOIN trading_balancerecord r ON r.account_id = o.account_id AND left(r.comment, %s) = o.marker
WHERE o.state = ANY(%s)
"""
BY_KEY = Question(lambda key: BalanceOperation.objects.filter(key=key), UUID)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationView:
    """One operation, as whoever asked for it needs to know it. `reason` says why it waits."""

    operation_id: int
    key: UUID
    account_id: int
    amount: Decimal
    currency: str
    state: Operation
    attempts: int
    ticket: int | None
    code: int | None
    reason: str
    marker: str
    deadline_at: datetime | None
    changed_at: datetime


def operations_of(keys: Iterable[UUID]) -> dict[UUID, OperationView]:
    """Return the operations that have these keys, in one query."""
    rows = BalanceOperation.objects.filter(key__in=list(keys))
    return {row.key: _view(row) for row in rows}


def get_operation(key: UUID) -> OperationView | None:
    """Return the operation of this key, or None."""
    row = BY_KEY.first(key)
    return None if row is None else _view(row)


def denied_by_metatrader() -> list[tuple[int, int]]:
    """Return account and ticket of what was refused or given up and is booked all the same."""
    rows = compiled.ask(DENIED, [MARKER_LENGTH, [str(one) for one in OVER]])
    return [(account_id, ticket) for account_id, ticket in rows]


def operations_to_chase(limit: int = 200) -> list[int]:
    """Return the numbers of operations that nobody answered yet, the oldest first."""
    rows = BalanceOperation.objects.filter(state__in=OPEN).order_by("changed_at", "id")
    return list(rows.values_list("id", flat=True)[:limit])


def _view(row: BalanceOperation) -> OperationView:
    return OperationView(
        operation_id=row.pk,
        key=row.key,
        account_id=row.account_id,
        amount=row.amount,
        currency=row.currency,
        state=Operation(row.state),
        attempts=row.attempts,
        ticket=row.ticket,
        code=row.code,
        reason=row.reason,
        marker=row.marker,
        deadline_at=row.deadline_at,
        changed_at=row.changed_at,
    )
