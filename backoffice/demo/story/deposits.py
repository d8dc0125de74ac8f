"""The broker's deposits by card: begun by staff, paid by clients at the provider's own page.

The provider tells of them when the pages stand, and the worker carries them into MetaTrader: here
nobody but the client presses anything.
"""

import random
import urllib.error
import urllib.parse
import urllib.request
from contextlib import suppress
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from accounts.actions.deposits import charging, starting
from accounts.queries import deposits
from accounts.queries.payment_methods import list_methods_on_offer
from accounts.states import Direction, MethodKind
from backoffice.core.actors import Actor
from backoffice.core.clock import now
from backoffice.core.errors import Rejected
from backoffice.demo import asking
from backoffice.demo.broker import Broker

CASHIER = Actor.system("cashier")
#: Where twelve deposits go: the name on the card, or what the bank says.
FATES = ("paid", "paid", "paid", "paid", "stranger", "paid", "declined", "open", "paid",
         "parked", "paid", "paid")  # fmt: skip
MOST = 60


def pay_in(entity_id: int, broker: Broker, maker: Any) -> None:
    """Make one deposit for every fifteen clients, sixty at most."""
    used: set[int] = set()
    for number in range(min(broker.clients // 15, MOST)):
        chance = random.Random(f"deposit {broker.seed} {number}")
        with suppress(Rejected, asking.NobodyLeft):
            purse = asking.a_calm_purse(chance, used)
            used.add(purse.account_id)
            key = uuid5(NAMESPACE_URL, f"demo deposit {broker.seed} {number}")
            _make(entity_id, purse, FATES[number % len(FATES)], key, maker, chance)


def _make(
    entity_id: int, purse: asking.Purse, fate: str, key: Any, maker: Any, chance: random.Random
) -> None:
    offered = list_methods_on_offer(entity_id, direction=Direction.IN, currency=purse.currency)
    method = next((one for one in offered if one.kind == MethodKind.CARD), None)
    if method is None:
        return
    step = Decimal(asking.SMALLEST[purse.currency]) / 2
    amount = step * (chance.randint(100, 200) if fate == "parked" else chance.randint(1, 18))
    request = starting.Request(
        key=key, account_id=purse.account_id, amount=amount, method_id=method.pk
    )
    deposit = starting.start_deposit(request=request, actor=maker.actor, now=now())
    charging.charge_deposit(deposit_id=deposit.pk, actor=CASHIER, now=now())
    page = deposits.page_of(deposit.pk)
    if not page or fate in ("open", "parked"):
        return
    holder = purse.client_name if fate != "stranger" else "Somebody Else"
    _press(page, act="decline" if fate == "declined" else "pay", holder=holder)


def _press(page: str, **typed: str) -> None:
    """Press a button of the provider's page, as the client does."""
    body = urllib.parse.urlencode({"card": "visa", **typed}).encode()
    opener = urllib.request.build_opener(_Stay())
    with suppress(urllib.error.URLError):
        opener.open(page, data=body, timeout=10).close()


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows nothing: the way back leads to our own pages, which may not stand yet."""

    def redirect_request(self, *told: Any) -> None:
        """Say that there is nowhere to go."""
        return
