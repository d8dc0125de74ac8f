"""A client's own payments, methods and accounts: found by the client's number, or not at all."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from accounts.calc import checks, requisites
from accounts.calc.closed_loop import Line
from accounts.models import Deposit, Payment, PaymentMethod
from accounts.queries import checks as looking
from accounts.queries.own import stages
from accounts.queries.own.stages import OwnDeposit, OwnWithdrawal
from accounts.queries.payment_methods import list_methods_on_offer
from accounts.states import Direction
from trading.queries import trading_accounts

LATEST = 50
RELATED = ("account__server", "method")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where an amount would go, and how much could go at most; none while figures are missing."""

    lines: tuple[Line, ...]
    free: Decimal | None
    currency: str


def list_withdrawals_of(client_id: int) -> QuerySet[Payment]:
    """Return a client's own withdrawals, the newest first."""
    rows = Payment.objects.filter(client_id=client_id).select_related(*RELATED)
    return rows.order_by("-id")[:LATEST]


def list_deposits_of(client_id: int) -> QuerySet[Deposit]:
    """Return a client's own deposits, the newest first."""
    rows = Deposit.objects.filter(client_id=client_id).select_related(*RELATED)
    return rows.order_by("-id")[:LATEST]


def get_withdrawal_of(client_id: int, pk: int, *, now: datetime) -> OwnWithdrawal:
    """Return one of the client's own withdrawals; Http404 for any other, as if there were none."""
    rows = Payment.objects.filter(client_id=client_id).select_related(*RELATED)
    return stages.of_withdrawal(get_object_or_404(rows, pk=pk), now=now)


def get_deposit_of(client_id: int, pk: int) -> OwnDeposit:
    """Return one of the client's own deposits; Http404 for any other, as if there were none."""
    rows = Deposit.objects.filter(client_id=client_id).select_related(*RELATED)
    return stages.of_deposit(get_object_or_404(rows, pk=pk))


def methods_of(
    legal_entity_id: int, currencies: set[str], direction: Direction
) -> list[PaymentMethod]:
    """Return what a client is offered: methods of their legal entity for their accounts."""
    offer = list_methods_on_offer(legal_entity_id, direction=direction)
    takes = [one for one in offer if one.currency in currencies]
    return [one for one in takes if one.provider] if direction is Direction.IN else takes


def way_of(client: Any, wish: Any, *, now: datetime) -> Way | None:
    """Return where a client's wish would go; None where it is of no account of theirs.

    The wish has account_id, from_wallet, amount, requisite.
    """
    mine = {one.pk: one for one in trading_accounts.list_accounts_of(client.pk)}
    account = mine.get(wish.account_id)
    if account is None:
        return None
    asked = looking.Asked(
        payment_id=None,
        client_id=client.pk,
        account_id=account.pk,
        requisite_key=requisites.key_of(wish.requisite),
        amount=wish.amount,
        currency=account.currency,
        holder=client.full_name,
        method_id=int(wish.method_id),
        from_wallet=wish.from_wallet,
    )
    looked = looking.look(asked, now=now)
    return Way(lines=looked.lines, free=_free(looked.facts), currency=account.currency)


def _free(facts: checks.Facts) -> Decimal | None:
    """Return what could be asked for now, other requests counted in; None while it is not known."""
    free = None if facts.figures is None else checks.free_funds(facts.figures)
    if free is None:
        return None
    left = free - sum((other.amount for other in facts.others), Decimal(0))
    if facts.audit is not None:  # the books, once they are open
        left = min(left, facts.audit.available)
    return max(left, Decimal(0))
