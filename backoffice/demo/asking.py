"""Staff of the demo at work on a withdrawal: whoever may ask asks, whoever may approve approves.

By the actions that the pages call; the story of the broker and the plug panel both work so.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from accounts.actions import withdrawals
from accounts.calc import checks, requisites
from accounts.queries import approval_page
from accounts.queries import checks as looking
from accounts.queries.payment_methods import list_methods_on_offer
from accounts.states import Direction, StatedReason
from backoffice.approvals import terms
from backoffice.approvals.actions import asking, executing, voting
from backoffice.approvals.queries import requests
from backoffice.approvals.terms import Ballot
from backoffice.core.actors import Actor
from backoffice.core.money import rounded
from backoffice.identity.queries import people
from crm.queries import known
from trading.queries import money

SMALLEST = {"USD": 100, "EUR": 100, "JPY": 15_000}
NOT_SERVED = withdrawals.NOT_SERVED
TRIES = 60
BALANCE_AUDIT = 2  # of the checks


class NobodyLeft(Exception):
    """No client of the demo has money that could be withdrawn now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """An account that money can be withdrawn from, whose it is, and how much of it is free."""

    account_id: int
    login: int
    client_id: int
    client_name: str
    country: str
    owner_id: int | None
    method_id: int
    currency: str
    free: Decimal
    has_positions: bool


def staff(email: str) -> Any:
    """Return one of the demo's staff; NobodyLeft when the broker is not made yet."""
    person = people.find_staff(email)
    if person is None:
        raise NobodyLeft(f"There is no {email}.")
    return person


def purse_of(account_id: int) -> Purse | None:
    """Return what can be withdrawn from an account; None where nothing can."""
    told = money.account_money(account_id)
    if told is None or told.client_id is None or told.currency not in SMALLEST:
        return None
    figures = looking.figures_of(told)
    free = None if figures is None else checks.free_funds(figures)
    client = known.get_client(told.client_id)
    if free is None or free < SMALLEST[told.currency] or client is None or not told.is_open:
        return None
    if client.status in NOT_SERVED:
        return None
    offered = list_methods_on_offer(
        client.legal_entity_id, direction=Direction.OUT, currency=told.currency
    ).first()
    if offered is None:
        return None
    return Purse(
        account_id=account_id,
        login=told.login,
        client_id=client.pk,
        client_name=client.full_name,
        country=client.country,
        owner_id=client.owner_id,
        method_id=offered.pk,
        currency=told.currency,
        free=free,
        has_positions=told.has_positions,
    )


def some_purse(chance: random.Random, account_ids: Sequence[int], used: set[int]) -> Purse:
    """Return an account by chance that money can be withdrawn from; NobodyLeft after many looks."""
    left = [number for number in account_ids if number not in used]
    for account_id in chance.sample(left, min(TRIES, len(left))):
        purse = purse_of(account_id)
        if purse is not None:
            return purse
    raise NobodyLeft("No client has money that could be withdrawn now: try again shortly.")


def a_calm_purse(chance: random.Random, used: set[int]) -> Purse:
    """Return one whose figures no price moves; anybody's when there is none.

    A busy machine values accounts late, and nobody may approve on old figures.
    """
    try:
        return some_purse(chance, money.bound_account_ids(quiet=True), used)
    except NobodyLeft:
        return some_purse(chance, money.bound_account_ids(), used)


def passes(purse: Purse, amount: Decimal, now: datetime) -> bool:
    """Return whether the back office could approve this now, with no right beyond its own.

    The audit of the balance does not count yet: the request itself brings the books up to date.
    """
    asked = looking.Asked(
        payment_id=None,
        client_id=purse.client_id,
        account_id=purse.account_id,
        requisite_key=requisites.key_of(requisite_of(purse)),
        amount=amount,
        currency=purse.currency,
        holder=purse.client_name,
    )
    looked = looking.look(asked, now=now).answers
    answers = [one for one in looked if one.number != BALANCE_AUDIT]
    return not checks.blocking(answers) and not checks.needs_override(answers)


def amount_of(chance: random.Random, purse: Purse, least: int = 4, most: int = 40) -> Decimal:
    """Return an amount as a person asks for it: a round share of what is free, in percent."""
    share = purse.free * chance.randint(least, most) / 100
    step = Decimal(SMALLEST[purse.currency]) / 10
    return rounded(max(step, share - share % step), purse.currency)


def requisite_of(purse: Purse) -> str:
    """Return a bank account that looks like one and leads nowhere: no IBAN has check digits 00."""
    digits = f"{random.Random(f'iban {purse.client_id}').randrange(10**16):016d}"
    spaced = " ".join(digits[at : at + 4] for at in range(0, 16, 4))
    return f"{purse.country or 'GB'}00 {spaced}"


def ask(
    purse: Purse, amount: Decimal, *, key: UUID, actor: Actor, now: datetime, why: StatedReason
) -> Any:
    """Ask for a withdrawal to the client's own bank account; the payment."""
    request = withdrawals.Request(
        key=key,
        account_id=purse.account_id,
        amount=amount,
        method_id=purse.method_id,
        requisite=requisite_of(purse),
        holder=purse.client_name,
        stated_reason=why,
    )
    return withdrawals.request_withdrawal(request=request, actor=actor, now=now)


def approve(payment_id: int, checker: Any, now: datetime) -> Any:
    """Approve what the page shows this person at this moment; the payment."""
    seen = approval_page.get_fingerprint_for(checker, payment_id, now=now)
    return withdrawals.approve_withdrawal(
        payment_id=payment_id, fingerprint=seen, actor=checker.actor, now=now
    )


def agree(request_id: int, checker: Any, now: datetime) -> None:
    """Agree to a request as it stands, as another person than who asked; it is carried out."""
    request = requests.get_request_for(checker, request_id)
    facts = asking.facts_now(terms.kind_of(request.kind), json.loads(request.payload))
    ballot = Ballot(payload_digest=request.payload_digest, facts=facts)
    voting.agree(request_id=request_id, ballot=ballot, actor=checker.actor, now=now)
    executing.execute(request_id=request_id, actor=Actor.system("demo"), now=now)
