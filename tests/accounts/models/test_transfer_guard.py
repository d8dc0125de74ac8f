"""What PostgreSQL itself refuses about transfers and wallets, whatever code asks for it."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.actions import chart
from accounts.ledger import balances, book
from accounts.models import Transfer, TransferOperation
from accounts.states import LedgerKind
from accounts.terms import TRANSFER, TRANSFER_FINAL
from accounts.terms import Transfer as State
from backoffice.core import clock
from tests.factories.moving.transfers import Pair, a_pair, fill_wallet, now_of
from tests.factories.payments import SYSTEM
from tests.factories.people import SETUP
from trading.actions import trading_accounts

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(db: None) -> Pair:
    return a_pair()


def refused(transfer: Transfer, **changes: Any) -> str:
    """The name of the guard that refuses a change."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Transfer.objects.filter(pk=transfer.pk).update(**changes)
    diagnosis = getattr(caught.value.__cause__, "diag", None)
    return str(getattr(diagnosis, "constraint_name", ""))


def test_the_lawful_moves_are_those_of_the_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT before, after FROM accounts_lawful_transfer_move")
        known = set(cursor.fetchall())
    assert known == {(str(before), str(after)) for (before, _), after in TRANSFER.moves.items()}
    assert not {before for before, _ in known} & {str(state) for state in TRANSFER_FINAL}


def test_every_state_can_be_reached() -> None:
    assert {State.REQUESTED, *TRANSFER.moves.values()} == set(State)


def test_what_was_asked_and_the_rate_never_change(pair: Pair) -> None:
    transfer = pair.ask()

    assert refused(transfer, state=State.DONE) == "accounts_transfer_lawful"
    assert refused(transfer, amount=Decimal(5)) == "accounts_transfer_fixed"
    assert refused(transfer, target_account=None) == "accounts_transfer_fixed"
    assert refused(transfer, rate=Decimal(2)) == "accounts_transfer_rate_fixed"
    with pytest.raises(DatabaseError), transaction.atomic():
        transfer.delete()
    assert now_of(transfer).state == State.APPROVED
    assert not TransferOperation.objects.exists()


def test_both_owners_stay_while_it_is_open(pair: Pair) -> None:
    pair.ask()
    for account in (pair.till.account, pair.other):
        with pytest.raises(trading_accounts.MoneyUnderWay):
            trading_accounts.unbind_account(
                account_id=account.pk, reason="sold", actor=SETUP, now=clock.now()
            )


def test_no_act_takes_a_wallet_below_nothing(pair: Pair) -> None:
    wallet = fill_wallet(pair.till.client, "10.00")
    entity = {"legal_entity_id": wallet.legal_entity_id, "currency": "USD", "now": clock.now()}
    other = chart.account_of(LedgerKind.SUSPENSE, **entity)
    act = chart.act_of("x", purpose="test", reference="test:2", actor=SYSTEM, now=clock.now())
    lines = [
        book.Line(account=wallet, amount=Decimal("10.01")),
        book.Line(account=other, amount=Decimal("-10.01")),
    ]
    with pytest.raises(book.NotCovered), transaction.atomic():
        book.post(act=act, lines=lines)
    assert balances.of(wallet).posted == Decimal("10.00")
