"""Gathers what the checks look at, and runs them."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from accounts.calc import checks
from accounts.calc.checks import Answer, Facts, Figures, Other, RequisiteUse
from accounts.calc.picture import Picture
from accounts.models import Payment
from accounts.queries import books
from accounts.queries.books import Stand
from accounts.states import UNDECIDED, Withdrawal
from backoffice.core import compiled
from backoffice.core.money import rounded
from trading.queries import money
from trading.queries.money import AccountMoney

#: Until the debit is proved, the money of these is spoken for.
BEFORE_DEBIT = (*UNDECIDED, Withdrawal.APPROVED, Withdrawal.UNCERTAIN)


PAST = """
SELECT (SELECT coalesce(json_agg(json_build_array(id, amount::text) ORDER BY id), '[]')::text
          FROM accounts_payment
         WHERE account_id = %(account)s AND state = ANY(%(open)s)
           AND id IS DISTINCT FROM %(itself)s),
       (SELECT count(*) FROM accounts_payment
         WHERE requisite_key = %(requisite)s AND client_id = %(client)s AND state = %(paid)s),
       (SELECT count(DISTINCT client_id) FROM accounts_payment
         WHERE requisite_key = %(requisite)s AND client_id <> %(client)s)
"""


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
    money: AccountMoney | None


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


def look(asked: Asked, *, now: datetime, stand: Stand | None = None) -> Looked:
    """Gather the facts at this moment and run the checks on them.

    `stand` spares reading again what the caller has just read of books and MetaTrader.
    """
    market = stand.market if stand is not None else money.standing_of(asked.account_id)
    if stand is None and market is not None:
        stand = books.stand_of(asked.account_id, market)
    others, requisite = _past(asked)
    facts = Facts(
        amount=asked.amount,
        currency=asked.currency,
        now=now,
        figures=None if market is None else figures_of(market.money),
        audit=None if stand is None else books.audit(stand),
        others=others,
        requisite=requisite,
        trades=market.traded.trades if market is not None else 0,
        volume_hundredths=market.traded.volume_hundredths if market is not None else 0,
    )
    known = None if market is None else market.money
    return Looked(facts=facts, answers=checks.run(facts), money=known)


def figures_of(known: AccountMoney) -> Figures:
    """Return the account's figures as the checks take them."""
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


def _past(asked: Asked) -> tuple[tuple[Other, ...], RequisiteUse]:
    """Return the other open requests of the account, and the use of the requisite so far."""
    told = {
        "account": asked.account_id,
        "itself": asked.payment_id,
        "open": [str(state) for state in BEFORE_DEBIT],
        "requisite": asked.requisite_key,
        "client": asked.client_id,
        "paid": str(Withdrawal.PAID),
    }
    ((others, paid, clients),) = compiled.ask(PAST, told)
    found = tuple(
        Other(payment_id=number, amount=Decimal(amount)) for number, amount in json.loads(others)
    )
    return found, RequisiteUse(paid=paid, other_clients=clients)
