"""Deposits through the doors: begun for a client, shown as they are, decided by another."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.actions.deposits import starting
from accounts.models import Deposit
from accounts.queries import deposit_review
from accounts.terms import Deposit as State
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
from tests.factories.payments import Till, a_till, work_done
from tests.factories.people import a_browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(db: None, settings: Any) -> Any:
    """A till with a card and its scripted provider."""
    till = a_till()
    known_client(till)
    a_card(till)
    with a_cardly(settings):
        yield till


def page(deposit: Deposit) -> str:
    return reverse("accounts:deposit-detail", args=[deposit.pk])


def test_staff_begin_it_and_give_the_client_the_providers_page(till: Till) -> None:
    browser = a_browser(till.asker)
    url = reverse("accounts:deposit-start", args=[till.client.pk])
    assert b"Card" in browser.get(url).content
    form = {
        "key": str(uuid4()),
        "account_id": till.account.pk,
        "amount": "120.00",
        "method_id": a_card(till).pk,
    }
    answers = [browser.post(url, form) for _ in range(2)]
    deposit = Deposit.objects.get()
    assert [one.url for one in answers] == [page(deposit)] * 2
    work_done()
    shown = browser.get(page(deposit)).content.decode()
    assert now_of(deposit).page_url in shown
    panel = browser.get(reverse("accounts:panel-for-client", args=[till.client.pk]))
    assert f"D{deposit.pk}" in panel.content.decode()


def test_a_bad_amount_is_said_on_the_form(till: Till) -> None:
    browser = a_browser(till.asker)
    url = reverse("accounts:deposit-start", args=[till.client.pk])
    form = {
        "key": str(uuid4()),
        "account_id": till.account.pk,
        "amount": "0",
        "method_id": a_card(till).pk,
    }
    answer = browser.post(url, form)
    assert answer.status_code == 422
    assert b"is no amount of USD" in answer.content
    assert not Deposit.objects.exists()


def test_what_was_stopped_is_decided_by_another(till: Till) -> None:
    deposit = start(till)
    take(paid(deposit, "150.00"))
    shown = a_browser(till.cashier).get(page(deposit)).content.decode()
    assert "Another amount came than was asked for." in shown
    assert "150.00" in shown
    assert "visa ••1111" in shown
    url = reverse("accounts:deposit-accept", args=[deposit.pk])
    seen = deposit_review.seen_of(now_of(deposit))
    assert seen in shown
    assert a_browser(till.asker).post(url, {"reason": "fine", "seen": seen}).status_code == 403
    empty = a_browser(till.cashier).post(url, {"reason": " ", "seen": seen})
    assert empty.status_code == 422
    stale = a_browser(till.cashier).post(url, {"reason": "yes", "seen": "another"})
    assert b"look again" in stale.content
    done = a_browser(till.cashier).post(url, {"reason": "the bank took 50", "seen": seen})
    assert (done.status_code, now_of(deposit).accept_reason) == (302, "the bank took 50")


def test_the_maker_may_not_decide_though_the_role_may(till: Till) -> None:
    mine = take_over(till)
    take(paid(mine, "150.00"))
    shown = a_browser(till.approver).get(page(mine)).content.decode()
    assert "Four eyes: you had a hand in it already." in shown
    url = reverse("accounts:deposit-return", args=[mine.pk])
    assert a_browser(till.approver).post(url, {"reason": "back"}).status_code == 422
    assert now_of(mine).state == State.IN_REVIEW


def take_over(till: Till) -> Deposit:
    """One that back office began, which may decide others."""
    request = starting.Request(
        key=uuid4(),
        account_id=till.account.pk,
        amount=Decimal(100),
        method_id=a_card(till).pk,
    )
    return starting.start_deposit(request=request, actor=till.approver.actor, now=clock.now())


def test_the_list_counts_and_finds(till: Till) -> None:
    deposit = start(till)
    take(paid(deposit, "150.00"))
    browser = a_browser(till.cashier)
    url = reverse("accounts:deposit-list")
    assert b"150.00" in browser.get(url, {"view": "todo"}).content
    assert b"150.00" in browser.get(url, {"q": f"pay-{deposit.pk}"}).content
    assert b"No deposit matches." in browser.get(url, {"q": "nobody"}).content
    assert browser.get(reverse("accounts:deposit-count")).status_code == 200
    morning = browser.get(reverse("accounts:panel-morning")).content
    assert b"deposit waits for me" in morning


def test_the_sum_of_the_list_says_that_it_is_of_what_came_in(till: Till) -> None:
    browser, url = a_browser(till.cashier), reverse("accounts:deposit-list")
    deposit = start(till)
    assert b"came in" not in browser.get(url, {"view": "all"}).content
    take(paid(deposit))
    work_done()
    assert b"came in" in browser.get(url, {"view": "all"}).content


def test_the_page_says_when_it_is_not_any_more_what_it_shows(till: Till) -> None:
    deposit = start(till)
    browser = a_browser(till.cashier)
    take(paid(deposit))
    answer = browser.get(page(deposit), {"seen": "STARTED"}, headers={"HX-Request": "true"})
    assert b"Show what changed" in answer.content
    assert b"<html" not in answer.content
