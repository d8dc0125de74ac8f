"""Where we may not write: a person books it with its marker, the mirror finds it, books follow."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Discrepancy, Payment
from accounts.states import Withdrawal
from accounts.terms import Deposit as DepositState
from backoffice.core import clock
from tests.factories.incoming.deposits import (
    a_card,
    a_cardly,
    known_client,
    now_of,
    paid,
    start,
    take,
)
from tests.factories.market import a_balance_record
from tests.factories.money import a_login
from tests.factories.payments import DEPOSIT, EARNED, SYSTEM, Till, told, work_done, write
from tests.factories.people import a_browser, a_staff_user
from trading.actions import balance, servers
from trading.actions.by_hand import booking
from trading.models import BalanceOperation, Server, TradingAccount
from trading.states import Operation
from trading.tasks import match_by_hand

pytestmark = pytest.mark.django_db
OUT = Decimal("-70.00")


@pytest.fixture
def shut(till: Till) -> Till:
    """A till on whose server we may not write; no agent is there at all."""
    server_id = till.account.server_id
    told_ = {"actor": SYSTEM, "now": clock.now()}
    servers.choose_writing(server_id=server_id, by_hand=True, reason="no right there", **told_)
    return till


def asked(till: Till) -> tuple[Payment, BalanceOperation]:
    """A withdrawal that is approved and waits to be booked by hand."""
    payment = till.approved()
    work_done()
    return payment, BalanceOperation.objects.get()


def state_of(payment: Payment) -> str:
    return Payment.objects.get(pk=payment.pk).state


def booked(till: Till, comment: str, amount: str = "-70.00", ticket: int = 900, **of: Any) -> None:
    """The dealer books a record in the MT4 Manager, and our mirror takes it in."""
    login = of.get("login", till.account.login)
    account = of.get("account", till.account)
    now = clock.now()
    write(account, a_balance_record(ticket, login, amount, comment=comment, opened_at=now))
    balance_ = DEPOSIT + EARNED + Decimal(amount)
    TradingAccount.objects.filter(pk=account.pk).update(balance=balance_)


def test_it_waits_for_a_person_and_goes_on_by_its_marker(shut: Till) -> None:
    payment, operation = asked(shut)
    assert (operation.state, operation.attempts) == (Operation.BY_HAND, 0)
    waiting = Payment.objects.get(pk=payment.pk)
    assert (waiting.state, waiting.waits_because) == (
        Withdrawal.APPROVED,
        "to be booked in MetaTrader by hand",
    )
    assert shut.available() == Decimal("930.00")
    for _turn in range(3):  # again and again changes nothing
        match_by_hand()
        work_done(later=timedelta(minutes=1))
        state = balance.send_operation(operation_id=operation.pk, actor=SYSTEM, now=clock.now())
        assert state == Operation.BY_HAND

    booked(shut, f"{operation.marker} jd")
    match_by_hand()
    work_done()
    match_by_hand()
    work_done()

    done = Payment.objects.get(pk=payment.pk)
    assert (done.state, done.ticket) == (Withdrawal.DEBITED, 900)
    assert shut.posted() == Decimal("930.00")
    assert shut.agrees()
    assert told(payment) == [
        "withdrawal.requested", "withdrawal.approved", "withdrawal.waits", "withdrawal.debited",
    ]  # fmt: skip


def test_another_amount_or_login_is_for_two_people(shut: Till) -> None:
    payment, operation = asked(shut)
    booked(shut, operation.marker, "-60.00")
    match_by_hand()
    work_done()
    operation.refresh_from_db()
    assert operation.state == Operation.MANUAL
    assert "-60" in operation.reason
    assert state_of(payment) == Withdrawal.UNCERTAIN
    assert Payment.objects.get(pk=payment.pk).needs_person
    assert shut.available() == Decimal("930.00")  # the hold stands until people settled it


def test_on_another_login_too(shut: Till) -> None:
    _payment, operation = asked(shut)
    other = a_login(8)
    booked(shut, operation.marker, login=8, account=other)
    match_by_hand()
    operation.refresh_from_db()
    assert operation.state == Operation.MANUAL
    assert "on login 8" in operation.reason


def test_booked_twice_is_for_two_people(shut: Till) -> None:
    _payment, operation = asked(shut)
    booked(shut, operation.marker)
    booked(shut, operation.marker, ticket=901)
    match_by_hand()
    operation.refresh_from_db()
    assert (operation.state, operation.ticket) == (Operation.MANUAL, None)
    assert "900, 901" in operation.reason


def test_a_record_without_the_marker_is_taken_for_nobodys(shut: Till) -> None:
    """A person forgot the comment: nothing is posted twice, and it stays in sight."""
    payment, operation = asked(shut)
    booked(shut, "payout jd")
    match_by_hand()
    work_done()
    audit = shut.audit()
    assert (audit.gap, audit.in_flight) == (0, Decimal("70.00"))
    assert state_of(payment) == Withdrawal.APPROVED
    assert not Discrepancy.objects.exists()
    user = a_staff_user("finance", entity=shut.client.legal_entity)
    told_: dict[str, Any] = {"actor": user.actor, "now": clock.now()}
    with pytest.raises(booking.NotAllowed):
        booking.hand_back(
            operation_id=operation.pk, reason="x", actor=shut.asker.actor, now=clock.now()
        )
    booking.hand_back(operation_id=operation.pk, reason="booked as 900, no comment", **told_)
    with pytest.raises(booking.NotByHand):
        booking.hand_back(operation_id=operation.pk, reason="again", **told_)
    work_done()
    assert Payment.objects.get(pk=payment.pk).needs_person


def test_the_list_shows_what_to_copy_and_its_age(shut: Till) -> None:
    payment, operation = asked(shut)
    browser = a_browser(shut.cashier)
    page = browser.get(reverse("trading:by-hand-list")).content.decode()
    assert f'data-to="{operation.marker}"' in page
    assert 'data-to="7"' in page
    assert 'data-to="-70.00"' in page
    panel = browser.get(reverse("trading:account-by-hand", args=[shut.account.pk]))
    assert f'data-to="{operation.marker}"' in panel.content.decode()
    assert 'data-to="-70.00"' in panel.content.decode()
    detail = browser.get(reverse("accounts:payment-detail", args=[payment.pk])).content.decode()
    assert reverse("trading:account-by-hand", args=[shut.account.pk]) in detail
    back = browser.post(
        reverse("trading:by-hand-back", args=[operation.pk]), {"reason": "the account is shut"}
    )
    assert back.status_code == 302
    operation.refresh_from_db()
    assert (operation.state, operation.reason) == (Operation.MANUAL, "the account is shut")
    empty = browser.get(reverse("trading:by-hand-list")).content.decode()
    assert "Nothing waits to be booked by hand." in empty


def test_a_deposit_is_credited_by_hand_too(shut: Till, settings: Any) -> None:
    known_client(shut)
    a_card(shut)
    with a_cardly(settings):
        deposit = start(shut)
        take(paid(deposit))
        work_done()
        operation = BalanceOperation.objects.get()
        assert operation.state == Operation.BY_HAND
        assert now_of(deposit).waits_because == "to be booked in MetaTrader by hand"
        booked(shut, operation.marker, "200.00")
        match_by_hand()
        work_done()
        assert now_of(deposit).state == DepositState.CREDITED
        assert shut.agrees()


def test_the_setting_is_an_administrators_with_a_reason(till: Till) -> None:
    url = reverse("trading:server-writing", args=[till.account.server_id])
    browser = a_browser(a_staff_user("administrator", entity=till.client.legal_entity))
    assert b"are booked by us" in browser.get(url).content
    assert browser.post(url, {"by_hand": "yes", "reason": ""}).status_code == 422
    assert browser.post(url, {"by_hand": "yes", "reason": "no right"}).status_code == 302
    assert Server.objects.get(pk=till.account.server_id).is_by_hand
    assert b"balances by hand" in browser.get(reverse("trading:server-list")).content
