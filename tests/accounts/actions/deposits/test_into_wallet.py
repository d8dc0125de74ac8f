"""A deposit into the client's wallet: MetaTrader is not asked, and the books have it once."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.ledger import balances, proof
from accounts.models import Deposit, DepositOperation, LedgerAccount
from accounts.states import LedgerKind
from accounts.terms import Deposit as State
from tests.factories.incoming.deposits import accept, now_of, paid, standing, start, take
from tests.factories.payments import Till, work_done

pytestmark = pytest.mark.django_db


def wallet() -> Decimal:
    """What stands in the wallet; nothing while there is none."""
    account = LedgerAccount.objects.filter(kind=LedgerKind.CLIENT_WALLET).first()
    return Decimal(0) if account is None else balances.of(account).posted


def charged(till: Till, amount: str = "120.00") -> Deposit:
    """One that is with the provider."""
    deposit = start(till, amount, into_wallet=True)
    work_done()
    return now_of(deposit)


def test_it_is_posted_once_and_nothing_is_sent(till: Till) -> None:
    deposit = charged(till)
    for _ in range(2):
        take(paid(deposit))
        work_done()

    deposit = now_of(deposit)
    assert (deposit.state, deposit.ticket) == (State.CREDITED, None)
    assert wallet() == deposit.credit_amount == Decimal("120.00")
    assert standing(LedgerKind.IN_TRANSIT) == 0
    assert not DepositOperation.objects.exists()
    assert proof.findings() == []


def test_what_a_rule_stopped_needs_another_persons_yes(till: Till) -> None:
    deposit = charged(till)
    take(paid(deposit, "100.00"))
    work_done()
    assert (now_of(deposit).state, wallet()) == (State.IN_REVIEW, 0)

    accept(deposit, till.cashier)
    work_done()

    assert (now_of(deposit).state, wallet()) == (State.CREDITED, Decimal("100.00"))
    assert proof.findings() == []


def test_where_it_goes_never_changes(till: Till) -> None:
    deposit = charged(till)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Deposit.objects.filter(pk=deposit.pk).update(into_wallet=False)
