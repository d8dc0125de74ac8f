"""A withdrawal out of a wallet: the same states and people, no MetaTrader, never below nothing."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from accounts.actions import approving, execution, payouts, withdrawals
from accounts.actions.withdrawals import NotEnough
from accounts.ledger import balances
from accounts.models import LedgerAccount, Payment, PaymentOperation
from accounts.queries.approval_page import get_approval_page_for
from accounts.queries.own.payments import get_withdrawal_of
from accounts.states import LedgerKind, Withdrawal
from backoffice.core import clock
from backoffice.core.errors import Conflict
from tests.factories.agents import Script
from tests.factories.incoming.deposits import a_card, balanced, paid, standing, start, take
from tests.factories.payments import SYSTEM, Till, told, work_done

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(till: Till) -> Till:
    """A till whose client has 200.00 in the wallet."""
    deposit = start(till, method_id=a_card(till).pk, into_wallet=True)
    work_done()
    take(paid(deposit))
    work_done()
    assert purse().posted == 200
    return till


def purse() -> balances.Balance:
    return balances.of(LedgerAccount.objects.get(kind=LedgerKind.CLIENT_WALLET))


def test_it_is_held_approved_taken_and_paid(full: Till) -> None:
    payment = full.ask("150.00", from_wallet=True)
    assert (purse().available, purse().posted) == (50, 200)
    words = dict(approving.describe(json.loads(payment.approval.payload)))
    assert words["Out of"] == "wallet USD"
    full.approve(payment)
    work_done()
    payment.refresh_from_db()
    assert (payment.state, payment.ticket) == (Withdrawal.DEBITED, None)
    assert payment.debited_at is not None
    assert PaymentOperation.objects.count() == 0
    assert full.script.booked == []
    assert purse().posted == 50
    whose: dict[str, Any] = {"payment_id": payment.pk, "now": clock.now()}
    payouts.send_payout(bank_reference="FT-1", actor=full.cashier.actor, **whose)
    assert payouts.confirm_payout(actor=full.second.actor, **whose).state == Withdrawal.PAID
    assert standing(LedgerKind.PAYOUTS_DUE) == 0
    assert balanced()
    assert "withdrawal.left_wallet" in told(payment)


def test_its_page_speaks_of_the_wallet_and_not_of_the_account_beside_it(full: Till) -> None:
    first, second = (full.ask(amount, from_wallet=True) for amount in ("50.00", "60.00"))
    beside = full.ask("70.00")
    page = get_approval_page_for(full.approver, first.pk, now=clock.now())
    assert (page.margin, page.others) == (None, (second,))
    page = get_approval_page_for(full.approver, beside.pk, now=clock.now())
    assert page.margin is not None
    assert page.others == ()


def test_no_more_than_is_there(full: Till) -> None:
    full.ask("150.00", from_wallet=True)
    with pytest.raises(NotEnough, match=r"50\.00"):
        full.ask("50.01", from_wallet=True)
    full.ask("50.00", from_wallet=True)
    with pytest.raises(NotEnough):
        full.ask("0.01", from_wallet=True)
    assert purse().available == 0
    full.ask("70.00")  # the account beside it has its own


def test_rejected_or_cancelled_it_is_free_again(full: Till) -> None:
    payment = full.ask("150.00", from_wallet=True)
    withdrawals.cancel_withdrawal(
        payment_id=payment.pk, reason="No more", actor=full.asker.actor, now=clock.now()
    )
    assert purse().available == 200


def test_returned_by_two_it_is_back_in_the_wallet(full: Till) -> None:
    payment = full.approve(full.ask("150.00", from_wallet=True))
    work_done()
    whose: dict[str, Any] = {"payment_id": payment.pk, "now": clock.now()}
    payouts.ask_return(reason="It bounced", actor=full.cashier.actor, **whose)
    back = payouts.return_payout(actor=full.second.actor, **whose)
    assert back.state == Withdrawal.RETURNED
    work_done()
    assert (purse().posted, purse().available) == (200, 200)
    own = get_withdrawal_of(full.client.pk, payment.pk, now=clock.now())
    assert own.words == "Back in your wallet"
    assert standing(LedgerKind.PAYOUTS_DUE) == 0
    assert balanced()
    with pytest.raises(Conflict):
        payouts.return_payout(actor=full.second.actor, **whose)


def test_executed_again_it_leaves_once(full: Till) -> None:
    payment = full.approve(full.ask("150.00", from_wallet=True))
    for _again in range(3):
        execution.execute_withdrawal(payment_id=payment.pk, actor=SYSTEM, now=clock.now())
    work_done()
    assert purse().posted == 50
    assert balanced()


def test_postgresql_lets_nothing_leave_without_its_approval(full: Till) -> None:
    payment = full.approve(full.ask("150.00", from_wallet=True))
    rows = Payment.objects.filter(pk=payment.pk)
    with pytest.raises(DatabaseError, match="leave the wallet"), transaction.atomic():
        rows.update(state=Withdrawal.DEBITED, debited_at=clock.now())
    with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
        rows.update(from_wallet=False)
    with pytest.raises(DatabaseError, match="no leg"), transaction.atomic():
        PaymentOperation.objects.create(
            payment=payment,
            leg="debit",
            key=payment.key,
            operation_id=1,
            planned_at=clock.now(),
        )


def test_an_account_and_a_wallet_do_not_count_each_other(full: Till, script: Script) -> None:
    full.ask("200.00", from_wallet=True)
    payment = full.approve(full.ask("70.00"))
    work_done()
    payment.refresh_from_db()
    assert payment.state == Withdrawal.DEBITED
    assert [one.profit for one in script.booked] == [Decimal("-70.00")]
    assert purse().posted == 200
