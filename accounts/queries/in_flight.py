"""Withdrawals on their way through MetaTrader: where each stands there, and do the books agree?"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts.models import Payment, PaymentOperation
from accounts.queries import books
from accounts.queries.payments import list_payments_for
from accounts.states import Leg, Withdrawal
from trading.queries import operations
from trading.queries.operations import OperationView

ON_THEIR_WAY = (Withdrawal.APPROVED, Withdrawal.UNCERTAIN, Withdrawal.RETURNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """One withdrawal, its operations in MetaTrader, and the gap of its account's books.

    `gap` is what MetaTrader has more than the books explain; None while no books are open.
    """

    payment: Payment
    debits: tuple[OperationView, ...]
    returns: tuple[OperationView, ...]
    gap: Decimal | None


def list_in_flight_for(user: Any, *, limit: int = 8) -> list[Flight]:
    """Return the newest withdrawals in reach that MetaTrader has to answer about."""
    rows = list_payments_for(user).filter(state__in=ON_THEIR_WAY).order_by("-id")
    return _flights(rows[:limit])


def list_flights_for(user: Any, payment_ids: Iterable[int]) -> dict[int, Flight]:
    """Return these withdrawals, those in reach, wherever they stand by now."""
    rows = list_payments_for(user).filter(pk__in=set(payment_ids))
    return {flight.payment.pk: flight for flight in _flights(rows)}


def newest_debit(payment_id: int) -> OperationView | None:
    """Return the latest operation by which a payment takes money out of MetaTrader, or None."""
    link = PaymentOperation.objects.filter(payment_id=payment_id, leg=Leg.DEBIT).last()
    return operations.get_operation(link.key) if link is not None else None


def _flights(payments: Iterable[Payment]) -> list[Flight]:
    found = list(payments)
    links = list(PaymentOperation.objects.filter(payment__in=found).order_by("id"))
    views = operations.operations_of(link.key for link in links)
    legs: dict[tuple[int, str], list[OperationView]] = defaultdict(list)
    for link in links:
        if link.key in views:
            legs[link.payment_id, link.leg].append(views[link.key])
    gaps = {number: _gap(number) for number in {payment.account_id for payment in found}}
    return [
        Flight(
            payment=payment,
            debits=tuple(legs[payment.pk, Leg.DEBIT]),
            returns=tuple(legs[payment.pk, Leg.RETURN]),
            gap=gaps[payment.account_id],
        )
        for payment in found
    ]


def _gap(account_id: int) -> Decimal | None:
    audit = books.audit_of(account_id)
    return None if audit is None else audit.gap
