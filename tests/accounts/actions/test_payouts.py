"""From the debit to the bank's word by two people, and back into MetaTrader when it bounced."""

from decimal import Decimal

import pytest

from accounts.actions import execution, following, payouts, steps
from accounts.ledger import balances, proof
from accounts.models import LedgerAccount, Payment
from accounts.queries import payments
from accounts.states import LedgerKind, Withdrawal
from backoffice.core import clock
from backoffice.core.errors import Conflict
from backoffice.identity.models import User
from tests.accounts.actions.test_execution import broken, looked_up, now_of
from tests.factories.agents import Script
from tests.factories.payments import SYSTEM, Till, told, work_done

pytestmark = pytest.mark.django_db


def debited(till: Till) -> Payment:
    payment = till.approved("70.00")
    work_done()
    return now_of(payment)


def send(payment: Payment, user: User, reference: str = "FT-2026-1") -> Payment:
    return payouts.send_payout(
        payment_id=payment.pk, bank_reference=reference, actor=user.actor, now=clock.now()
    )


def confirm(payment: Payment, user: User) -> Payment:
    return payouts.confirm_payout(payment_id=payment.pk, actor=user.actor, now=clock.now())


def ask_back(payment: Payment, user: User, reason: str = "The bank sent it back") -> Payment:
    return payouts.ask_return(
        payment_id=payment.pk, reason=reason, actor=user.actor, now=clock.now()
    )


def give_back(payment: Payment, user: User) -> Payment:
    return payouts.return_payout(payment_id=payment.pk, actor=user.actor, now=clock.now())


def returning(till: Till, payment: Payment) -> Payment:
    """Finance asks, compliance agrees."""
    ask_back(payment, till.cashier)
    return give_back(payment, till.second)


def on(kind: LedgerKind) -> Decimal:
    return balances.summed(LedgerAccount.objects.get(kind=kind)).posted


def test_two_people_pay_it_out(till: Till, script: Script) -> None:
    payment = debited(till)
    assert on(LedgerKind.PAYOUTS_DUE) == Decimal("70.00")

    send(payment, till.cashier)
    confirm(payment, till.second)

    paid = now_of(payment)
    assert (paid.state, paid.bank_reference) == (Withdrawal.PAID, "FT-2026-1")
    assert on(LedgerKind.PAYOUTS_DUE) == Decimal(0)
    assert on(LedgerKind.METHOD_CLEARING) == Decimal("-70.00")
    assert told(payment)[-2:] == ["payout.sent", "withdrawal.paid"]
    assert proof.findings() == []


def test_the_sender_cannot_confirm(till: Till, script: Script) -> None:
    payment = send(debited(till), till.cashier)
    with pytest.raises(steps.SamePerson):
        confirm(payment, till.cashier)
    with pytest.raises(Conflict):
        send(payment, till.cashier)


def test_each_step_needs_its_right(till: Till, script: Script) -> None:
    payment = debited(till)
    with pytest.raises(steps.NotAllowed):
        send(payment, till.approver)
    with pytest.raises(steps.NoReason):
        send(payment, till.cashier, " ")
    send(payment, till.cashier)
    with pytest.raises(steps.NotAllowed):
        confirm(payment, till.approver)


@pytest.mark.parametrize("is_sent", [False, True])
def test_a_return_credits_metatrader_and_the_books(
    till: Till, script: Script, is_sent: bool
) -> None:
    payment = debited(till)
    if is_sent:
        send(payment, till.cashier)
    returning(till, payment)
    assert till.available() == Decimal("930.00")  # not before MetaTrader has it

    work_done()

    returned = now_of(payment)
    assert (returned.state, returned.return_ticket) == (Withdrawal.RETURNED, 2)
    assert [record.profit for record in script.booked] == [Decimal("-70.00"), Decimal("70.00")]
    assert till.available() == Decimal("1000.00")
    till.mirror_as_booked()
    assert till.agrees()


def test_a_return_takes_two_who_agree(till: Till, script: Script) -> None:
    payment = send(debited(till), till.cashier)
    with pytest.raises(steps.NotPossible, match="Nobody asked"):
        give_back(payment, till.second)
    with pytest.raises(steps.NoReason):
        ask_back(payment, till.second, "")
    ask_back(payment, till.second)
    for one in (till.cashier, till.second):  # who sent it, who asked
        with pytest.raises(steps.SamePerson):
            give_back(payment, one)
    with pytest.raises(steps.NotPossible, match="drop it first"):
        confirm(payment, till.second)


def test_a_return_that_was_asked_for_can_be_dropped(till: Till, script: Script) -> None:
    payment = send(debited(till), till.cashier)
    ask_back(payment, till.cashier)
    assert payments.morning_for(till.second, now=clock.now(), since=clock.now()).returns == 1
    payouts.drop_return(
        payment_id=payment.pk, reason="It arrived", actor=till.cashier.actor, now=clock.now()
    )
    assert payments.morning_for(till.second, now=clock.now(), since=clock.now()).returns == 0
    confirm(payment, till.second)
    assert now_of(payment).state == Withdrawal.PAID
    assert told(payment)[-3:] == [
        "withdrawal.return_asked", "withdrawal.return_dropped", "withdrawal.paid",
    ]  # fmt: skip


def test_an_old_refused_return_says_nothing_about_the_next(till: Till, script: Script) -> None:
    payment = debited(till)
    script.code, script.books = 64, False
    returning(till, payment)
    work_done()
    script.code, script.books, script.after = 0, True, broken(script)
    payouts.retry_return(
        payment_id=payment.pk, reason="Enabled", actor=till.second.actor, now=clock.now()
    )
    work_done()
    for _turn in range(2):
        following.follow_payment(payment_id=payment.pk, actor=SYSTEM, now=clock.now())
        assert now_of(payment).state == Withdrawal.UNCERTAIN
    assert told(payment).count("withdrawal.uncertain") == 1


def test_an_uncertain_return_is_found(till: Till, script: Script) -> None:
    payment = debited(till)
    script.after = broken(script)
    returning(till, payment)
    work_done()
    lost = now_of(payment)
    assert (lost.state, lost.uncertain_leg) == (Withdrawal.UNCERTAIN, "return")

    looked_up()

    assert now_of(payment).state == Withdrawal.RETURNED
    till.mirror_as_booked()
    assert till.agrees()


def test_a_return_that_never_arrived_is_sent_again(till: Till, script: Script) -> None:
    payment = debited(till)
    script.before = broken(script)
    returning(till, payment)
    work_done()
    looked_up()
    assert now_of(payment).state == Withdrawal.RETURNING

    execution.execute_return(payment_id=payment.pk, actor=SYSTEM, now=clock.now())
    work_done()

    assert now_of(payment).state == Withdrawal.RETURNED
    assert len(script.booked) == 2


def test_a_refused_return_waits_for_a_person_who_tries_again(till: Till, script: Script) -> None:
    payment = debited(till)
    script.code, script.books = 64, False
    returning(till, payment)
    work_done()
    waiting = now_of(payment)
    assert (waiting.state, waiting.next_try_at) == (Withdrawal.RETURNING, None)
    assert told(payment)[-1] == "withdrawal.return_refused"

    script.code, script.books = 0, True
    payouts.retry_return(
        payment_id=payment.pk, reason="Enabled", actor=till.second.actor, now=clock.now()
    )
    work_done()

    assert now_of(payment).state == Withdrawal.RETURNED
    till.mirror_as_booked()
    assert till.agrees()


def test_there_is_no_return_to_try_while_one_is_under_way(till: Till, script: Script) -> None:
    payment = returning(till, debited(till))
    with pytest.raises(steps.NotPossible):
        payouts.retry_return(
            payment_id=payment.pk, reason="Again", actor=till.second.actor, now=clock.now()
        )
