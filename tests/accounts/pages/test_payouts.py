"""After MetaTrader's debit: the payout recorded, confirmed by another, returned."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Payment
from accounts.states import Withdrawal
from tests.accounts.pages.test_decisions import page_of, state_of, url, words_of
from tests.factories.payments import IBAN, Till, a_metatrader, work_done
from tests.factories.people import a_browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def debited(till: Till, tmp_path: Path, settings: Any) -> Iterator[Payment]:
    """A withdrawal that MetaTrader debited."""
    with a_metatrader(till, tmp_path, settings):
        payment = till.approved()
        work_done()
        payment.refresh_from_db()
        assert payment.state == Withdrawal.DEBITED
        yield payment


def test_sent_by_one_confirmed_by_another(till: Till, debited: Payment) -> None:
    cashier, second = a_browser(till.cashier), a_browser(till.second)
    said = words_of(cashier.get(url(debited)))
    assert IBAN in said  # whoever sends the wire needs it whole
    assert "Confirmed by MetaTrader" in said
    assert cashier.post(url(debited, "send"), {"bank_reference": " "}).status_code == 422
    assert cashier.post(url(debited, "send"), {"bank_reference": "WIRE-77"}).status_code == 302
    assert state_of(debited) == Withdrawal.SENT
    page = page_of(cashier.get(url(debited)))
    assert "WIRE-77" in page
    assert 'aria-describedby="why-confirm"' in page
    assert "Four eyes: you had a hand in it already." in page
    assert cashier.post(url(debited, "confirm")).status_code == 422
    assert second.post(url(debited, "confirm")).status_code == 302
    assert state_of(debited) == Withdrawal.PAID
    till.mirror_as_booked()
    assert till.agrees()


def test_returned_when_two_agree(till: Till, debited: Payment) -> None:
    cashier, second = a_browser(till.cashier), a_browser(till.second)
    assert cashier.post(url(debited, "ask-return"), {"reason": ""}).status_code == 422
    assert cashier.post(url(debited, "ask-return"), {"reason": "It bounced"}).status_code == 302
    said = words_of(cashier.get(url(debited)))
    assert "Its return is asked for; a second person confirms it: It bounced" in said
    assert "Four eyes: you had a hand in it already." in said
    assert ">me<" in page_of(second.get(reverse("accounts:payment-list")))
    assert second.post(url(debited, "return")).status_code == 302
    assert state_of(debited) == Withdrawal.RETURNING
    said = words_of(second.get(url(debited)))
    assert "Comes back: It bounced" in said
    assert "MetaTrader is asked; nobody has to press anything." in said


def test_the_queue_knows_whose_turn_it_is(till: Till, debited: Payment) -> None:
    address = reverse("accounts:payment-list")
    assert ">me<" in page_of(a_browser(till.cashier).get(address))
    assert "Nothing waits for you." in page_of(a_browser(till.asker).get(address))
    everything = page_of(a_browser(till.asker).get(f"{address}?view=all"))
    assert "finance: send" in everything
