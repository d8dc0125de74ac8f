"""Every end of a withdrawal in MetaTrader: the books follow it, early or late, and to the cent."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.actions import execution, following, steps, withdrawals
from accounts.models import Entry, Payment, PaymentCheck, PaymentOperation
from accounts.queries import payments
from accounts.states import Withdrawal
from backoffice.approvals.models import ApprovalRequest
from backoffice.core import clock
from backoffice.core.models import Work, WorkState
from backoffice.identity.models import User
from tests.factories.agents import Script
from tests.factories.payments import SYSTEM, Till, told, work_done
from trading.actions import balance, looking_up
from trading.gateway.agent.engine import LinkError
from trading.models import BalanceOperation, SendingTerms, ServerState, TradingAccount
from trading.states import Operation

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=5)


def now_of(payment: Payment) -> Payment:
    return Payment.objects.get(pk=payment.pk)


def execute(payment: Payment) -> None:
    execution.execute_withdrawal(payment_id=payment.pk, actor=SYSTEM, now=clock.now())


def broken(script: Script) -> Callable[[], None]:
    def lose() -> None:
        script.before = script.after = lambda: None
        raise LinkError("the line broke")

    return lose


def looked_up(*, follow: bool = True) -> None:
    """Look as often as it takes to settle it, as the chase does; then follow it."""
    (operation,) = BalanceOperation.objects.filter(
        state__in=(Operation.SENDING, Operation.UNCERTAIN)
    )
    for seconds in range(3):
        try:
            looking_up.look_up(
                operation_id=operation.pk,
                actor=SYSTEM,
                now=clock.now() + LATER + timedelta(seconds=seconds),
            )
        except looking_up.StillUnknown:
            continue
    if follow:
        work_done(later=2 * LATER)


def test_approved_it_goes_out_by_itself(till: Till, script: Script) -> None:
    payment = till.approved("70.00")

    work_done()

    payment = now_of(payment)
    (record,) = script.booked
    assert (record.login, record.profit) == (7, Decimal("-70.00"))
    assert (payment.state, payment.ticket) == (Withdrawal.DEBITED, record.ticket)
    assert (till.posted(), till.available()) == (Decimal("930.00"), Decimal("930.00"))
    assert told(payment) == [
        "withdrawal.requested", "withdrawal.approved", "withdrawal.debited",
    ]  # fmt: skip
    till.mirror_as_booked()
    assert till.agrees()


def test_between_the_debit_and_the_mirror_the_money_is_in_flight(
    till: Till, script: Script
) -> None:
    till.approved("70.00")
    work_done()

    audit = till.audit()

    assert (audit.gap, audit.in_flight) == (0, Decimal("70.00"))


def test_what_the_mirror_shows_first_is_in_flight_too(till: Till, script: Script) -> None:
    payment = till.approved("70.00")
    execute(payment)
    till.mirror_as_booked()

    audit = till.audit()

    assert (audit.gap, audit.in_flight) == (0, Decimal("70.00"))
    work_done()
    assert till.agrees()


def test_a_refusal_releases_the_hold(till: Till, script: Script) -> None:
    script.code, script.books = 134, False
    payment = till.approved()

    work_done()

    payment = now_of(payment)
    assert (payment.state, script.booked) == (Withdrawal.REFUSED, [])
    assert "MetaTrader refused" in payment.refused_because
    assert till.available() == Decimal("1000.00")
    assert told(payment)[-1] == "withdrawal.refused"
    assert till.agrees()


def test_uncertain_keeps_the_hold_until_it_is_found(till: Till, script: Script) -> None:
    script.after = broken(script)
    payment = till.approved("70.00")
    work_done()

    lost = now_of(payment)
    assert (lost.state, lost.uncertain_leg) == (Withdrawal.UNCERTAIN, "debit")
    assert till.available() == Decimal("930.00")
    with pytest.raises(steps.NotPossible):
        withdrawals.cancel_withdrawal(
            payment_id=payment.pk, reason="late", actor=till.asker.actor, now=clock.now()
        )

    looked_up()

    assert now_of(payment).state == Withdrawal.DEBITED
    assert len(script.booked) == 1
    till.mirror_as_booked()
    assert till.agrees()


def test_what_never_arrived_is_looked_at_again_and_sent_again(till: Till, script: Script) -> None:
    script.before = broken(script)
    payment = till.approved("70.00")
    work_done()
    assert now_of(payment).state == Withdrawal.UNCERTAIN

    looked_up()
    again = now_of(payment)
    assert (again.state, script.booked) == (Withdrawal.APPROVED, [])
    assert again.next_try_at is not None
    assert payments.payments_to_push(again.next_try_at) == [payment.pk]
    assert payments.payments_to_push(clock.now()) == []
    till.see()
    execute(payment)
    work_done()

    assert now_of(payment).state == Withdrawal.DEBITED
    assert len(script.booked) == 1
    assert PaymentOperation.objects.count() == 1
    assert told(payment)[2:] == [
        "withdrawal.uncertain", "withdrawal.not_arrived", "withdrawal.debited",
    ]  # fmt: skip
    till.mirror_as_booked()
    assert till.agrees()


def test_the_money_may_be_gone_by_then(till: Till, script: Script) -> None:
    script.before = broken(script)
    payment = till.approved("70.00")
    work_done()
    looked_up()
    TradingAccount.objects.update(balance=Decimal("69.99"))

    execute(payment)

    assert now_of(payment).state == Withdrawal.REFUSED
    assert BalanceOperation.objects.get().state == Operation.ABANDONED
    assert script.booked == []
    assert till.available() == Decimal("1000.00")


def test_a_sender_that_died_leaves_nothing_behind(till: Till, script: Script) -> None:
    """It dies after the plan, and again after the attempt was begun."""
    payment = till.approved("70.00")
    number = execution._prepare(payment_id=payment.pk, actor=SYSTEM, now=clock.now())
    assert number is not None
    assert BalanceOperation.objects.get().state == Operation.NOT_STARTED

    operation = BalanceOperation.objects.select_related("account__server").get()
    gateway = balance.gateway_of(operation.account.server)
    info = balance._asked(gateway)
    balance._begin(operation_id=number, info=info, now=clock.now())
    execute(payment)
    assert (script.sent, now_of(payment).state) == (0, Withdrawal.APPROVED)

    looked_up()
    till.see()
    execute(payment)
    work_done()

    assert now_of(payment).state == Withdrawal.DEBITED
    assert len(script.booked) == 1
    till.mirror_as_booked()
    assert till.agrees()


def test_what_machines_cannot_decide_waits_for_a_person(till: Till, script: Script) -> None:
    script.after = broken(script)
    payment = till.approved("70.00")
    work_done()
    (record,) = script.booked
    script.booked.append(replace(record, ticket=record.ticket + 50))

    looked_up()

    stuck = now_of(payment)
    assert stuck.state == Withdrawal.UNCERTAIN
    assert "records carry its marker" in stuck.uncertain_words
    assert till.available() == Decimal("930.00")


def test_the_same_news_twice_changes_nothing(till: Till, script: Script) -> None:
    payment = till.approved("70.00")
    work_done()
    entries, names = Entry.objects.count(), told(payment)
    key = PaymentOperation.objects.get().key

    for _ in range(3):
        following.follow_operation(key=key, actor=SYSTEM, now=clock.now())
        following.follow_payment(payment_id=payment.pk, actor=SYSTEM, now=clock.now())
        execute(payment)
    Work.objects.update(state=WorkState.WAITING, lease_until=None, run_after=clock.now())
    work_done()

    assert (Entry.objects.count(), told(payment)) == (entries, names)
    assert script.sent == 1


def test_old_news_after_new_changes_nothing(till: Till, script: Script) -> None:
    """Confirmed is handled first, and only then the uncertain of before."""
    script.after = broken(script)
    payment = till.approved("70.00")
    execute(payment)
    looked_up(follow=False)
    late = Work.objects.filter(event__name="trading.operation.uncertain")
    late.update(run_after=clock.now() + 9 * LATER)
    work_done(later=2 * LATER)
    late.update(run_after=clock.now())
    work_done()

    assert now_of(payment).state == Withdrawal.DEBITED
    assert "withdrawal.uncertain" not in told(payment)


def test_an_agent_that_is_away_is_waited_for(till: Till, script: Script) -> None:
    server = till.account.server
    url, server.agent_url = server.agent_url, "http://127.0.0.1:9"
    server.save(update_fields=["agent_url"])
    payment = till.approved("70.00")
    work_done()
    execute(payment)

    waiting = now_of(payment)
    assert waiting.state == Withdrawal.APPROVED
    assert waiting.waits_because != ""
    assert told(payment).count("withdrawal.waits") == 1
    assert BalanceOperation.objects.get().attempts == 0

    server.agent_url = url
    server.save(update_fields=["agent_url"])
    execute(payment)
    work_done()
    debited = now_of(payment)
    assert (debited.state, debited.waits_because) == (Withdrawal.DEBITED, "")


def test_no_terms_no_money(till: Till, script: Script) -> None:
    SendingTerms.objects.all().delete()
    payment = till.approved()
    work_done()

    assert "sending terms" in now_of(payment).waits_because
    assert script.sent == 0


def test_nothing_is_sent_on_old_figures(till: Till, script: Script) -> None:
    payment = till.approved()
    ServerState.objects.update(synced_at=clock.now() - timedelta(hours=1))
    work_done()

    waiting = now_of(payment)
    assert (waiting.state, script.sent) == (Withdrawal.APPROVED, 0)
    assert "s old" in waiting.waits_because
    assert BalanceOperation.objects.count() == 0


def test_too_little_at_the_last_moment_is_a_refusal_with_the_numbers(
    till: Till, script: Script
) -> None:
    payment = till.approved("70.00")
    TradingAccount.objects.update(balance=Decimal("69.99"))
    work_done()

    refused = now_of(payment)
    assert (refused.state, script.sent) == (Withdrawal.REFUSED, 0)
    assert "70.00\u202fUSD asked, only 69.99\u202fUSD free" in refused.refused_because
    kept = PaymentCheck.objects.get(payment=payment, occasion="execution", number=1)
    assert kept.verdict == "red"


def test_an_approver_who_lost_the_right_has_not_approved(till: Till, script: Script) -> None:
    payment = till.approved("70.00")
    User.objects.filter(pk=till.approver.pk).update(is_active=False)
    work_done()

    again = now_of(payment)
    assert (again.state, again.approved_by, script.sent) == (Withdrawal.REQUESTED, "", 0)
    assert told(payment)[-1] == "withdrawal.approval_voided"
    states = ApprovalRequest.objects.order_by("id").values_list("state", flat=True)
    assert list(states) == ["VOIDED", "WAITING"]
    till.approve(payment, till.second)
    work_done()
    assert now_of(payment).state == Withdrawal.DEBITED


def test_what_is_under_way_cannot_be_taken_back(till: Till, script: Script) -> None:
    payment = till.approved("70.00")
    number = execution._prepare(payment_id=payment.pk, actor=SYSTEM, now=clock.now())
    operation = BalanceOperation.objects.select_related("account__server").get()
    info = balance._asked(balance.gateway_of(operation.account.server))
    balance._begin(operation_id=number or 0, info=info, now=clock.now())

    with pytest.raises(steps.BeingSent):
        withdrawals.cancel_withdrawal(
            payment_id=payment.pk, reason="late", actor=till.asker.actor, now=clock.now()
        )


def test_what_was_taken_back_is_not_sent_by_whoever_planned_it(till: Till, script: Script) -> None:
    payment = till.approved("70.00")
    number = execution._prepare(payment_id=payment.pk, actor=SYSTEM, now=clock.now())
    withdrawals.cancel_withdrawal(
        payment_id=payment.pk, reason="in time", actor=till.asker.actor, now=clock.now()
    )

    execution._send(payment.pk, number or 0, SYSTEM, clock.now())

    assert (script.sent, now_of(payment).state) == (0, Withdrawal.CANCELLED)
    assert till.available() == Decimal("1000.00")


def test_a_second_sender_sends_nothing(till: Till, script: Script) -> None:
    payment = till.approved("70.00")
    numbers: list[Any] = [
        execution._prepare(payment_id=payment.pk, actor=SYSTEM, now=clock.now()) for _ in range(2)
    ]
    for number in numbers:
        execution._send(payment.pk, number, SYSTEM, clock.now())
    work_done()

    assert (numbers[0], script.sent, len(script.booked)) == (numbers[1], 1, 1)
