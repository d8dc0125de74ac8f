"""Ways whose money people see: a cash desk, a local agent, coins on the house's own wallet."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from accounts.actions.ways import handing, screening
from accounts.actions.ways.receipts import Receipt
from accounts.models import Deposit, PaymentMethod
from accounts.providers.port import OnChain
from accounts.terms.chains import Network, Screening
from backoffice.core import clock
from tests.factories.incoming.deposits import CODE, now_of, paid, start
from tests.factories.payments import Till, work_done

HOUSE = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
CLIENTS = "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"
HASH = "ab" * 32


def a_way(till: Till, code: str, kind: str, **changes: Any) -> PaymentMethod:
    """A method of this kind for both directions."""
    known: dict[str, Any] = {"name": code, "kind": kind, "currency": "USD", "direction": "both"}
    method, _ = PaymentMethod.objects.get_or_create(
        legal_entity=till.client.legal_entity, code=code, defaults=known | changes
    )
    return method


def a_desk(till: Till) -> PaymentMethod:
    """The cash desk."""
    return a_way(till, "desk", "cash_office", provider="cash-desk", instructions="High St 1")


def an_own_wallet(till: Till) -> PaymentMethod:
    """Bitcoin to the house's own wallet: three confirmations."""
    known = {"provider": "own-wallet", "network": Network.BITCOIN, "confirmations": 3}
    return a_way(till, "wallet", "crypto", **known)


def a_gateway(till: Till) -> PaymentMethod:
    """Bitcoin through a gateway that calls back: three confirmations."""
    known = {"provider": CODE, "network": Network.BITCOIN, "confirmations": 3}
    return a_way(till, "coins", "crypto", **known)


def pending(till: Till, method: PaymentMethod) -> Deposit:
    """A deposit by it that waits for its money."""
    deposit = start(till, method_id=method.pk)
    work_done()
    return now_of(deposit)


def handed(deposit: Deposit, user: Any, number: str = "R-1", amount: str = "200.00") -> Deposit:
    """A person says that it was handed over."""
    receipt = Receipt(number=number, person="Kim at desk 2", place="High St 1")
    told = {"deposit_id": deposit.pk, "actor": user.actor, "now": clock.now()}
    return handing.record_handover(amount=Decimal(amount), receipt=receipt, **told)


def sighted(deposit: Deposit, user: Any, seen: int = 3, **changes: Any) -> Deposit:
    """A person says that they see it on the house's wallet."""
    known: dict[str, Any] = {"address": HOUSE, "transaction": HASH, "confirmations": seen}
    sighting = handing.Sighting(**(known | changes))
    told = {"deposit_id": deposit.pk, "actor": user.actor, "now": clock.now()}
    return handing.record_sighting(amount=Decimal("200.00"), sighting=sighting, **told)


def found(result: Screening = Screening.CLEAN, case: str = "KYT-1") -> screening.Finding:
    """What a screening found."""
    return screening.Finding(result=result, case=case)


def over_chain(
    deposit: Deposit, seen: int, result: Screening = Screening.CLEAN, **changes: Any
) -> Any:
    """The gateway's word that it was paid, its transaction this deep."""
    chain = OnChain(
        network=Network.BITCOIN, address=HOUSE, transaction=HASH, confirmations=seen,
        screening=result, case="KYT-9",
    )  # fmt: skip
    return replace(paid(deposit), chain=replace(chain, **changes))
