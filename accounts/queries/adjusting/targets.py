"""What can be taken back: the record that a reversal undoes, what is left of a credit."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from accounts.models import Adjustment, Deposit
from accounts.terms import Deposit as Incoming
from accounts.terms.adjustments import UNMOVED, AdjustmentKind
from accounts.terms.adjustments import Adjustment as State

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A record in MetaTrader by a confirmed operation of ours; `name` is what people call it."""

    ticket: int
    amount: Decimal
    currency: str
    name: str


def reversible(account_id: int, ticket: int) -> Target | None:
    """Return what stands under a ticket of an account and can be reversed, or None.

    That is a credited deposit, or a correction that was booked. A withdrawal is returned by its own
    way, and a credit is taken out again.
    """
    corrected = Adjustment.objects.filter(
        account_id=account_id,
        ticket=ticket,
        kind=AdjustmentKind.CORRECTION,
        state=State.DONE,
    ).first()
    if corrected is not None:
        return Target(
            ticket=ticket,
            amount=corrected.amount,
            currency=corrected.currency,
            name=str(corrected),
        )
    deposit = Deposit.objects.filter(
        account_id=account_id, ticket=ticket, state=Incoming.CREDITED
    ).first()
    if deposit is None or deposit.credit_amount is None:
        return None
    return Target(
        ticket=ticket,
        amount=deposit.credit_amount,
        currency=deposit.currency,
        name=str(deposit),
    )


def left_of(credit: Adjustment) -> Decimal:
    """Return what is left of a credit that was given, less what was or is being taken of it."""
    return credit.amount + _taken(Adjustment.objects.filter(credit=credit))


def is_being_taken(credit: Adjustment) -> bool:
    """Say whether something of a credit is on its way out, asked for or approved."""
    under_way = (State.REQUESTED, State.APPROVED, State.UNCERTAIN)
    return Adjustment.objects.filter(credit=credit, state__in=under_way).exists()


def going_out(account_id: int) -> Decimal:
    """Return how much credit of an account is on its way out: approved, and not yet booked."""
    rows = Adjustment.objects.filter(
        account_id=account_id,
        kind=AdjustmentKind.CREDIT_OUT,
        state__in=(State.APPROVED, State.UNCERTAIN),
    )
    return -_taken(rows)


def _taken(rows: object) -> Decimal:
    alive = rows.exclude(state__in=UNMOVED)  # type: ignore[attr-defined]
    total: Decimal | None = alive.aggregate(total=Sum("amount"))["total"]
    return total or NOTHING
