"""Payouts by hand and over a chain: what they show, and the two people who say so."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from accounts.actions import payouts
from accounts.actions.steps import NotPossible
from accounts.actions.ways import screening
from accounts.actions.ways.receipts import Receipt, ReceiptRefused
from accounts.actions.withdrawals import BadRequest
from accounts.models import ChainMove, Handover, Payment
from accounts.states import Withdrawal
from accounts.terms.chains import Screening
from backoffice.approvals.actions.refusals import SamePerson
from backoffice.core import clock
from tests.factories.agents import Script
from tests.factories.incoming.by_hand import CLIENTS, HASH, HOUSE, a_desk, a_gateway, found
from tests.factories.payments import Till, work_done

pytestmark = pytest.mark.django_db


def debited(till: Till, **changes: Any) -> Payment:
    """A withdrawal that MetaTrader debited."""
    payment = till.approve(till.ask(**changes))
    work_done()
    payment.refresh_from_db()
    assert payment.state == Withdrawal.DEBITED
    return payment


def send(payment: Payment, user: Any, reference: str, **extra: Any) -> Payment:
    told = {"payment_id": payment.pk, "actor": user.actor, "now": clock.now()}
    return payouts.send_payout(bank_reference=reference, **told, **extra)


def confirm(payment: Payment, user: Any, **extra: Any) -> Payment:
    told = {"payment_id": payment.pk, "actor": user.actor, "now": clock.now()}
    return payouts.confirm_payout(**told, **extra)


def screen(payment: Payment, user: Any, result: Screening = Screening.CLEAN) -> ChainMove:
    told = {"payment_id": payment.pk, "actor": user.actor, "now": clock.now()}
    return screening.screen_payment(finding=found(result), **told)


def test_cash_is_handed_out_on_a_receipt_by_two(till: Till, script: Script) -> None:
    payment = debited(till, method_id=a_desk(till).pk, requisite="Passport X1")
    receipt = Receipt(number="R-9", person="Kim at desk 2", place="High St 1")
    with pytest.raises(NotPossible):
        send(payment, till.cashier, "R-9")
    with pytest.raises(ReceiptRefused):
        send(payment, till.cashier, "", receipt=Receipt(number="R-9", person=" ", place="x"))
    with pytest.raises(DatabaseError, match="no receipt"), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(
            state="SENT", sent_by="staff:1", sent_at=clock.now(), bank_reference="R-9"
        )
    send(payment, till.cashier, "", receipt=receipt)
    row = Handover.objects.get(payment=payment)
    assert (row.receipt, row.place) == ("R-9", "High St 1")
    with pytest.raises(SamePerson):
        confirm(payment, till.cashier)
    assert confirm(payment, till.second).state == Withdrawal.PAID
    till.mirror_as_booked()
    assert till.agrees()


def test_coins_go_to_a_clean_address_and_are_paid_when_deep(till: Till, script: Script) -> None:
    payment = debited(till, method_id=a_gateway(till).pk, requisite=CLIENTS)
    with pytest.raises(NotPossible, match="clean"):
        send(payment, till.cashier, HASH)
    screen(payment, till.cashier, Screening.HIT)
    with pytest.raises(NotPossible, match="clean"):
        send(payment, till.cashier, HASH)
    screen(payment, till.cashier)
    with pytest.raises(NotPossible, match="no hash"):
        send(payment, till.cashier, "FT-1")
    assert send(payment, till.cashier, f"0x{HASH}").bank_reference == HASH
    with pytest.raises(NotPossible):  # what was sent is not screened again
        screen(payment, till.cashier, Screening.HIT)
    with pytest.raises(SamePerson):
        confirm(payment, till.cashier, confirmations=3)
    with pytest.raises(NotPossible, match="2 of 3"):
        confirm(payment, till.second, confirmations=2)
    assert confirm(payment, till.second, confirmations=3).state == Withdrawal.PAID
    till.mirror_as_booked()
    assert till.agrees()


def test_one_transaction_pays_one_payout_to_an_address(till: Till, script: Script) -> None:
    method = a_gateway(till).pk
    first = debited(till, amount="20.00", method_id=method, requisite=CLIENTS)
    till.mirror_as_booked()
    till.see()
    second = debited(till, amount="20.00", method_id=method, requisite=CLIENTS)
    for one in (first, second):
        screen(one, till.cashier)
    send(first, till.cashier, HASH)
    with pytest.raises(NotPossible, match="another payout"):
        send(second, till.cashier, HASH)


@pytest.mark.parametrize("address", ["ES91 2100", HOUSE[:-1] + "5", "0x" + "ab" * 20, ""])
def test_an_address_with_a_typo_is_refused_at_once(till: Till, address: str) -> None:
    with pytest.raises(BadRequest):
        till.ask(method_id=a_gateway(till).pk, requisite=address)
    assert Payment.objects.count() == 0
