"""A cash desk, coins and their screening on the pages; what the client reads in their area."""

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import ChainMove, Handover, Payment
from accounts.states import Withdrawal
from accounts.terms import Deposit as State
from tests.accounts.pages.test_decisions import url, words_of
from tests.factories.incoming.by_hand import (
    CLIENTS,
    HASH,
    HOUSE,
    a_desk,
    a_gateway,
    an_own_wallet,
    pending,
)
from tests.factories.incoming.deposits import a_cardly, known_client, now_of
from tests.factories.payments import Till, a_metatrader, a_till, work_done
from tests.factories.people import a_browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(db: None, settings: Any) -> Any:
    """A client with KYC, and the staff around."""
    till = a_till()
    known_client(till)
    with a_cardly(settings):
        yield till


def at(deposit: Any, act: str = "detail") -> str:
    return reverse(f"accounts:deposit-{act}", args=[deposit.pk])


def test_cash_on_the_page_of_a_deposit(till: Till) -> None:
    deposit = pending(till, a_desk(till))
    cashier = a_browser(till.cashier)
    said = words_of(cashier.get(at(deposit)))
    assert "High St 1" in said  # what to tell the client
    form = {"amount": "200", "number": "R-5", "place": "High St 1"}
    assert cashier.post(at(deposit, "arrived"), form).status_code == 422  # who took it?
    assert Handover.objects.count() == 0
    form["person"] = "Kim"
    assert cashier.post(at(deposit, "arrived"), form).status_code == 302
    assert now_of(deposit).state == State.IN_REVIEW
    said = words_of(cashier.get(at(deposit)))
    assert "R-5" in said
    assert "Kim · High St 1" in said
    assert a_browser(till.asker).post(at(deposit, "arrived"), form).status_code in (403, 404)


def test_coins_on_the_page_of_a_deposit(till: Till) -> None:
    deposit = pending(till, an_own_wallet(till))
    cashier = a_browser(till.cashier)
    form = {"amount": "200", "number": HASH, "place": HOUSE, "confirmations": "1"}
    assert cashier.post(at(deposit, "arrived"), form).status_code == 302
    assert "1 of 3" in words_of(cashier.get(at(deposit)))
    form["confirmations"] = "3"
    assert cashier.post(at(deposit, "arrived"), form).status_code == 302
    assert cashier.post(at(deposit, "screen"), {"result": "unknown"}).status_code == 422
    found = {"result": "clean", "case": "KYT-7"}
    assert cashier.post(at(deposit, "screen"), found).status_code == 302
    assert ChainMove.objects.get(deposit=deposit).screening_case == "KYT-7"
    assert "KYT-7" in words_of(cashier.get(at(deposit)))


def test_coins_on_the_page_of_a_withdrawal(till: Till, tmp_path: Path, settings: Any) -> None:
    with a_metatrader(till, tmp_path, settings):
        method = a_gateway(till)
        payment = till.approve(till.ask(method_id=method.pk, requisite=CLIENTS))
        work_done()
        cashier, second = a_browser(till.cashier), a_browser(till.second)
        assert "Hash of the transaction" in words_of(cashier.get(url(payment)))
        assert cashier.post(url(payment, "send"), {"bank_reference": HASH}).status_code == 422
        found = {"result": "clean", "case": "KYT-8"}
        assert cashier.post(url(payment, "screen"), found).status_code == 302
        assert cashier.post(url(payment, "send"), {"bank_reference": HASH}).status_code == 302
        assert second.post(url(payment, "confirm"), {"confirmations": "2"}).status_code == 422
        assert "2 of 3" in words_of(second.post(url(payment, "confirm"), {"confirmations": "2"}))
        assert second.post(url(payment, "confirm"), {"confirmations": "5"}).status_code == 302
        assert Payment.objects.get(pk=payment.pk).state == Withdrawal.PAID
