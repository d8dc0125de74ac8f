"""What a client's accounts took in and paid out, own moves between places left out.

MetaTrader books a leg of a transfer like a deposit or a withdrawal; it is neither.
"""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from django.db.models import Q

from accounts.models import TransferOperation
from accounts.terms import TransferLeg
from trading.queries import money, operations
from trading.queries.money import Moved
from trading.states import Operation


def moved_of(client_id: int) -> list[Moved]:
    """Return what came and went by currency, without the legs of transfers that the mirror shows.

    A leg that was confirmed a moment ago may not be in the mirror yet: nothing falls below nothing.
    """
    found = money.moved_by_client(client_id)
    legs = _legs_of(client_id)
    return [_without(one, legs.get(one.currency, [])) for one in found] if legs else found


def _legs_of(client_id: int) -> dict[str, list[Decimal]]:
    """Return the amounts of a client's own legs that MetaTrader booked, by currency."""
    theirs = Q(transfer__client=client_id, leg__in=(TransferLeg.DEBIT, TransferLeg.RETURN))
    theirs |= Q(transfer__to_client=client_id, leg=TransferLeg.CREDIT)
    keys = list(TransferOperation.objects.filter(theirs).values_list("key", flat=True))
    legs: dict[str, list[Decimal]] = defaultdict(list)
    for one in operations.operations_of(keys).values() if keys else ():
        if one.state is Operation.CONFIRMED:
            legs[one.currency].append(one.amount)
    return dict(legs)


def _without(moved: Moved, legs: list[Decimal]) -> Moved:
    came, went = [one for one in legs if one > 0], [one for one in legs if one < 0]
    return replace(
        moved,
        deposits=max(Decimal(0), moved.deposits - sum(came, Decimal(0))),
        deposits_count=max(0, moved.deposits_count - len(came)),
        withdrawals=min(Decimal(0), moved.withdrawals - sum(went, Decimal(0))),
        withdrawals_count=max(0, moved.withdrawals_count - len(went)),
    )
