"""Fees, ways back, payouts: what else a row can be, and what it does to the books."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from accounts.actions import payouts
from accounts.actions.bank import agreeing, assigning, freeing, steps
from accounts.actions.deposits import deciding
from accounts.calc.bank import reference
from accounts.models import BankUse, Payment, PaymentMethod
from accounts.queries.bank import candidates, rows
from accounts.queries.bank.candidates import suggestions_for
from accounts.states import LedgerKind, Withdrawal
from accounts.terms import Deposit as State
from accounts.terms import Review, Use
from backoffice.core import clock
from backoffice.identity.models import User
from tests.accounts.actions.bank.test_binding import bind, cleared, free
from tests.factories.incoming.bank import Bank, a_row, books_agree, expected, reference_of
from tests.factories.incoming.deposits import balanced, now_of
from tests.factories.incoming.deposits import standing as on_ledger
from tests.factories.payments import Till, a_metatrader, told, work_done
from tests.factories.people import a_staff_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(till: Till, tmp_path: Path, settings: Any) -> Payment:
    """A withdrawal of 70.00, debited in MetaTrader and given to the bank."""
    PaymentMethod.objects.filter(pk=till.method.pk).update(kind="bank_wire")
    with a_metatrader(till, tmp_path, settings):
        payment = till.approved("70.00")
        work_done()
    payouts.send_payout(
        payment_id=payment.pk,
        bank_reference="FT-2026-77",
        actor=till.cashier.actor,
        now=clock.now(),
    )
    return Payment.objects.get(pk=payment.pk)


def payout(row: Any, payment: Payment, user: User) -> BankUse:
    return assigning.bind_to_payout(
        row_id=row.pk, payment_id=payment.pk, actor=user.actor, now=clock.now()
    )


def send_back(row: Any, user: User) -> BankUse:
    return assigning.propose_send_back(
        row_id=row.pk, reason="nobody knows them", actor=user.actor, now=clock.now()
    )


def test_a_fee_of_the_bank_leaves_suspense(bank: Bank, till: Till) -> None:
    (row,) = bank.sends(a_row("-12.50", "", "account fee", account=""))
    assigning.take_fee(row_id=row.pk, actor=till.cashier.actor, now=clock.now())
    assert on_ledger(LedgerKind.PROVIDER_FEES) == Decimal("12.50")
    free(row, till.cashier, "it was a payout")
    assert on_ledger(LedgerKind.PROVIDER_FEES) == 0
    assert (balanced(), books_agree()) == (True, True)


def test_money_of_nobody_goes_back_by_two_people_and_a_row(bank: Bank, till: Till) -> None:
    (came,) = bank.sends(a_row("300.00", "Stranger"))
    use = send_back(came, till.cashier)
    assert use.waits_for_second
    (went,) = bank.sends(a_row("-300.00", "Stranger", reference.written("B", came.pk)))

    def settle() -> BankUse:
        return assigning.settle_send_back(
            row_id=went.pk, back_row_id=came.pk, actor=till.cashier.actor, now=clock.now()
        )

    with pytest.raises(steps.NotPossible):
        settle()
    with pytest.raises(steps.SamePerson):
        agreeing.agree_use(row_id=came.pk, actor=till.cashier.actor, now=clock.now())
    agreeing.agree_use(row_id=came.pk, actor=till.second.actor, now=clock.now())
    with pytest.raises(steps.SamePerson):
        free(came, till.cashier)
    (found,) = suggestions_for([went])[went.pk]
    assert (found.waiting.kind, found.waiting.number) == ("B", came.pk)
    settle()
    with pytest.raises(steps.NotPossible):
        freeing.free_row(row_id=came.pk, reason="oh", actor=till.second.actor, now=clock.now())
    assert (cleared(), balanced(), books_agree()) == (True, True, True)


def test_a_payouts_row_is_the_evidence_of_whoever_confirms(
    bank: Bank, till: Till, payment: Payment
) -> None:
    (row,) = bank.sends(a_row("-70.00", "Ana Ruiz", "order FT-2026-77"))
    best = suggestions_for([row])[row.pk][0]
    assert (best.waiting.kind, best.waiting.number) == ("P", payment.pk)
    payout(row, payment, till.cashier)
    assert [use.row_id for use in rows.uses_of_payment(payment.pk)] == [row.pk]
    payouts.confirm_payout(payment_id=payment.pk, actor=till.second.actor, now=clock.now())
    assert (cleared(), balanced(), books_agree()) == (True, True, True)
    with pytest.raises(steps.NotPossible, match="gone on"):
        free(row, till.cashier)


def test_of_old_payouts_only_what_a_row_names_is_read(
    bank: Bank, till: Till, payment: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    (row,) = bank.sends(a_row("-70.00", "Ana Ruiz", reference.written("P", payment.pk)))
    monkeypatch.setattr(candidates, "MOST", 0)
    found = suggestions_for([row])[row.pk]
    assert [one.waiting.number for one in found] == [payment.pk]


def test_another_amount_or_a_second_row_is_no_payout(
    bank: Bank, till: Till, payment: Payment
) -> None:
    less, right, again = bank.sends(a_row("-69.00"), a_row("-70.00"), a_row("-70.00"))
    with pytest.raises(steps.NotPossible, match=r"70\.00"):
        payout(less, payment, till.cashier)
    payout(right, payment, till.cashier)
    with pytest.raises(steps.NotPossible):
        payout(again, payment, till.cashier)


def test_a_payout_that_came_back_asks_for_its_return(
    bank: Bank, till: Till, payment: Payment
) -> None:
    went, back = bank.sends(
        a_row("-70.00", "Ana Ruiz", "FT-2026-77"),
        a_row("70.00", "Ana Ruiz", "FT-2026-77 account closed", returns="AC04"),
    )
    best = suggestions_for([back])[back.pk][0]
    assert (best.waiting.kind, best.is_sure) == ("P", False)
    payout(went, payment, till.cashier)
    payout(back, payment, till.cashier)
    kept = Payment.objects.get(pk=payment.pk)
    assert (kept.return_asked_by, "AC04" in kept.return_reason) == (str(till.cashier.actor), True)
    assert told(kept)[-1] in ("bank_row.used", "withdrawal.return_asked", "payout.return_asked")
    assert (cleared(), balanced(), books_agree()) == (True, True, True)
    with pytest.raises(steps.NotPossible):
        free(back, till.cashier)  # or the same money would come back twice


def test_what_was_paid_and_came_back_is_a_new_deposit_in_review(
    bank: Bank, till: Till, payment: Payment
) -> None:
    went, back = bank.sends(
        a_row("-70.00", "Ana Ruiz", "FT-2026-77"),
        a_row("65.00", "Ana Ruiz", "FT-2026-77 less fee", returns="AC04"),
    )
    payout(went, payment, till.cashier)
    payouts.confirm_payout(payment_id=payment.pk, actor=till.second.actor, now=clock.now())
    use = payout(back, payment, till.cashier)
    assert use.deposit is not None
    made = now_of(use.deposit)
    assert (made.state, made.review_code) == (State.IN_REVIEW, Review.CAME_BACK)
    assert (made.account_id, made.credit_amount) == (payment.account_id, Decimal("65.00"))
    assert Payment.objects.get(pk=payment.pk).state == Withdrawal.PAID
    assert (cleared(), balanced(), books_agree()) == (True, True, True)


def test_a_deposit_sent_back_is_settled_by_the_banks_row(bank: Bank, till: Till) -> None:
    wire = expected(till)
    (came,) = bank.sends(a_row("200.00", "Mallory Black", reference_of(wire)))
    bind(came, wire, till.cashier)
    deciding.return_deposit(
        deposit_id=wire.pk, reason="not theirs", actor=till.second.actor, now=clock.now()
    )
    work_done()  # the bank is asked, and says: by hand
    assert (now_of(wire).state, now_of(wire).next_try_at) == (State.RETURNING, None)
    (went,) = bank.sends(a_row("-200.00", "Mallory Black", reference_of(wire)))
    other = a_staff_user("finance", entity=till.client.legal_entity)
    use = assigning.bind_deposit_back(
        row_id=went.pk, deposit_id=wire.pk, actor=other.actor, now=clock.now()
    )
    assert (use.kind, now_of(wire).state) == (Use.DEPOSIT_BACK, State.RETURNED)
    assert now_of(wire).return_reference == went.reference
    assert on_ledger(LedgerKind.IN_TRANSIT) == 0
    assert (cleared(), balanced(), books_agree()) == (True, True, True)
