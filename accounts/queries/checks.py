"""Gathers what the checks look at, and runs them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from accounts.calc import checks
from accounts.calc.checks import Answer, Facts, Figures, Other, RequisiteUse
from accounts.calc.picture import Picture
from accounts.models import Payment
from accounts.queries import books
from accounts.states import UNDECIDED, Withdrawal
from backoffice.core.money import rounded
from trading.queries import money
from trading.queries.money import AccountMoney

#: Until the debit is proved, the money of these is spoken for.
BEFORE_DEBIT = (*UNDECIDED, Withdrawal.APPROVED, Withdrawal.UNCERTAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for: of a payment that stands, or of one that is about to."""

    payment_id: int | None
    client_id: int
    account_id: int
    requisite_key: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was gathered, and what the checks say about it."""

    facts: Facts
    answers: tuple[Answer, ...]


def asked_by(payment: Payment) -> Asked:
    """Return what a payment asks for."""
    return Asked(
        payment_id=payment.pk,
        client_id=payment.client_id,
        account_id=payment.account_id,
        requisite_key=payment.requisite_key,
        amount=payment.amount,
        currency=payment.currency,
    )


def look(asked: Asked, *, now: datetime) -> Looked:
    """Gather the facts at this moment and run the checks on them."""
    facts = gather(asked, now=now)
    return Looked(facts=facts, answers=checks.run(facts))


def gather(asked: Asked, *, now: datetime) -> Facts:
    """Return what the checks look at."""
    known = money.account_money(asked.account_id)
    traded = money.traded_since_deposit(asked.account_id)
    return Facts(
        amount=asked.amount,
        currency=asked.currency,
        now=now,
        figures=figures_of(known),
        audit=books.audit_of(asked.account_id),
        others=_others(asked),
        requisite=_use(asked),
        trades=traded.trades,
        volume_hundredths=traded.volume_hundredths,
    )


def figures_of(known: AccountMoney | None) -> Figures | None:
    """Return the account's figures as the checks take them."""
    if known is None:
        return None
    return Figures(
        balance=known.balance,
        credit=known.credit,
        equity=known.equity,
        margin=known.margin,
        free_margin=known.free_margin,
        margin_call_percent=known.margin_call_percent,
        is_quiet=not known.has_positions,
        figures_at=known.figures_at,
    )


def picture_of(payment: Payment, answers: tuple[Answer, ...]) -> Picture:
    """Return what somebody decides on when they decide about this payment now."""
    payload = {
        "payment": payment.pk,
        "client": payment.client_id,
        "account": payment.account_id,
        "amount": rounded(payment.amount, payment.currency),
        "currency": payment.currency,
        "method": payment.method_id,
        "requisite": payment.requisite_key,
        "holder": payment.holder,
        "requested_by": payment.requested_by,
    }
    return Picture(payload=payload, answers=answers)


def _others(asked: Asked) -> tuple[Other, ...]:
    rows = Payment.objects.filter(account_id=asked.account_id, state__in=BEFORE_DEBIT)
    if asked.payment_id is not None:
        rows = rows.exclude(pk=asked.payment_id)
    return tuple(
        Other(payment_id=number, amount=amount)
        for number, amount in rows.order_by("id").values_list("id", "amount")
    )


def _use(asked: Asked) -> RequisiteUse:
    same = Payment.objects.filter(requisite_key=asked.requisite_key)
    paid = same.filter(client_id=asked.client_id, state=Withdrawal.PAID).count()
    others = same.exclude(client_id=asked.client_id).values("client_id").distinct().count()
    return RequisiteUse(paid=paid, other_clients=others)
