"""The broker's wires: a bank account, clients told to pay, and the bank's first statement of them.

One row is sure, one doubtful, one nobody's, one came back: finance has something to press.
"""

import random
from contextlib import suppress
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from accounts.actions.bank import importing, opening
from accounts.actions.deposits import charging, starting
from accounts.calc.bank import writing
from accounts.queries.bank import playing, standing
from accounts.queries.payment_methods import list_methods_on_offer
from accounts.states import Direction, MethodKind
from backoffice.core.actors import Actor
from backoffice.core.clock import now
from backoffice.core.errors import Rejected
from backoffice.demo import asking
from backoffice.demo.broker import Broker

CASHIER = Actor.system("cashier")
NUMBER, CURRENCY = "DE02120300000000202051", "USD"
WIRES = 12


def wire_in(entity_id: int, broker: Broker, maker: Any) -> None:
    """Enter the bank account, begin some wires, import the statement that shows most of them."""
    offered = list_methods_on_offer(entity_id, direction=Direction.IN, currency=CURRENCY)
    method = next((one for one in offered if one.kind == MethodKind.BANK_WIRE), None)
    if method is None:
        return
    details = opening.Details(
        name="Linden Bank", holder="Linden Markets Ltd", number=NUMBER, bic="BYLADEM1001"
    )
    with suppress(opening.BankAccountKnown):
        opening.open_bank_account(method_id=method.pk, details=details, actor=CASHIER, now=now())
    used: set[int] = set()
    for number in range(WIRES):
        with suppress(Rejected, asking.NobodyLeft):
            _begin(method.pk, number, broker, maker, used)


def send_statement() -> None:
    """Have the bank send the statement of what came, once withdrawals are there to come back."""
    for account in standing.accounts_of_number(NUMBER):
        statement = playing.next_statement(account, now().date())
        upload = importing.Upload(
            bank_account_id=account.pk, name="linden-bank-1.xml", body=writing.camt(statement)
        )
        importing.take_file(upload=upload, actor=CASHIER, now=now())


def _begin(method_id: int, number: int, broker: Broker, maker: Any, used: set[int]) -> None:
    chance = random.Random(f"wire {broker.seed} {number}")
    purse = asking.a_calm_purse(chance, used)
    used.add(purse.account_id)
    if purse.currency != CURRENCY:
        return
    request = starting.Request(
        key=uuid5(NAMESPACE_URL, f"demo wire {broker.seed} {number}"),
        account_id=purse.account_id,
        amount=Decimal(chance.randint(2, 18) * 100),
        method_id=method_id,
    )
    deposit = starting.start_deposit(request=request, actor=maker.actor, now=now())
    charging.charge_deposit(deposit_id=deposit.pk, actor=CASHIER, now=now())
