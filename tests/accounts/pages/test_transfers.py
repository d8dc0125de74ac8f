"""Transfers through the doors: asked for, shown as they are, to another only by others' word."""

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import Transfer
from accounts.terms import Transfer as State
from crm.models import Client
from tests.factories.moving.transfers import Pair, a_pair, an_account_of, fill_wallet, now_of
from tests.factories.payments import work_done
from tests.factories.people import a_browser, a_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(db: None) -> Pair:
    """A client with 1,000.00 USD on one account and 500.00 on another."""
    return a_pair()


def form(pair: Pair, **changes: Any) -> dict[str, Any]:
    """What sales fills in."""
    known = {
        "key": str(uuid4()),
        "source": f"account:{pair.till.account.pk}",
        "target": f"account:{pair.other.pk}",
        "amount": "100.00",
    }
    return known | changes


def start(pair: Pair) -> str:
    return reverse("accounts:transfer-start", args=[pair.till.client.pk])


def test_staff_ask_for_it_and_follow_it(pair: Pair) -> None:
    browser, told = a_browser(pair.till.asker), form(pair)
    shown = browser.get(start(pair)).content.decode()
    assert "7 · Live 1 · 1,000.00 USD" in shown
    assert "Wallet · 0.00 USD" in shown

    answers = [browser.post(start(pair), told) for _ in range(2)]

    transfer = Transfer.objects.get()
    page = reverse("accounts:transfer-detail", args=[transfer.pk])
    assert [one.url for one in answers] == [page] * 2
    shown = browser.get(page).content.decode()
    assert "7 · Live 1 → 8 · Live 1" in shown
    assert "Out of the source" in shown
    listed = browser.get(reverse("accounts:transfer-list")).content.decode()
    assert "Ana Ruiz" in listed
    panel = browser.get(reverse("accounts:panel-for-client", args=[pair.till.client.pk]))
    assert f"T{transfer.pk}" in panel.content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"amount": "0"}, "0 is no amount of USD."),
        ({"amount": "1000.01"}, "can be moved"),
        ({"amount": "NaN"}, "Enter a number."),
        ({"target": "wallet:XXX"}, "not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_on_the_form(
    pair: Pair, changes: dict[str, Any], sentence: str
) -> None:
    answer = a_browser(pair.till.asker).post(start(pair), form(pair, **changes))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Transfer.objects.exists()


def test_a_wallet_is_offered_once_it_holds_something(pair: Pair) -> None:
    fill_wallet(pair.till.client, "80.00")
    browser = a_browser(pair.till.asker)
    assert "Wallet · 80.00 USD" in browser.get(start(pair)).content.decode()
    panel = browser.get(reverse("accounts:panel-for-client", args=[pair.till.client.pk]))
    assert "80.00" in panel.content.decode()


def test_without_a_price_nothing_is_asked_for(db: None, redis_server: Any) -> None:
    pair = a_pair(currency="EUR")
    answer = a_browser(pair.till.asker).post(start(pair), form(pair))
    assert answer.status_code == 422
    assert "leads from USD to EUR" in answer.content.decode()
    assert not Transfer.objects.exists()


def test_what_hangs_is_sent_back_by_another(pair: Pair) -> None:
    transfer = pair.ask()
    Transfer.objects.filter(pk=transfer.pk).update(waits_because="MetaTrader is away")
    page = reverse("accounts:transfer-detail", args=[transfer.pk])
    assert "MetaTrader is away" in a_browser(pair.till.cashier).get(page).content.decode()
    back = reverse("accounts:transfer-return", args=[transfer.pk])
    answer = a_browser(pair.till.cashier).post(back, {"reason": "too long"})
    assert answer.status_code == 422  # nothing left the source yet
    assert "not possible any more" in answer.content.decode()
    assert now_of(transfer).state == State.APPROVED


def test_to_another_client_shows_no_name_and_waits(pair: Pair) -> None:
    other = a_client("Bea Far", entity=pair.till.client.legal_entity)
    Client.objects.filter(pk=other.pk).update(email="bea@far.example")
    hers = an_account_of(other, 99)
    browser = a_browser(pair.till.asker)
    url = reverse("accounts:transfer-give", args=[pair.till.client.pk])
    told = {
        "key": str(uuid4()),
        "source": f"account:{pair.till.account.pk}",
        "login": "99",
        "email": "wrong@far.example",
        "amount": "100.00",
        "note": "a loan paid back",
    }
    refused = browser.post(url, told)
    assert "do not match" in refused.content.decode()
    assert "Bea" not in refused.content.decode()

    browser.post(url, {**told, "email": "bea@far.example"})
    work_done()

    transfer = Transfer.objects.get()
    page = browser.get(reverse("accounts:transfer-detail", args=[transfer.pk])).content.decode()
    assert transfer.state == State.REQUESTED
    assert "to another client" in page
    assert "Bea" not in page
    decided = reverse("approvals:request-detail", args=[transfer.approval_id])
    assert decided in page
    seen = a_browser(pair.till.approver).get(decided).content.decode()
    assert "Bea Far" in seen
    there = reverse("trading:account-detail", args=[hers.pk])
    assert "99 · Live 1" in page
    assert there not in page  # it would answer 404: Bea is not this agent's
    detail = reverse("accounts:transfer-detail", args=[transfer.pk])
    assert there in a_browser(pair.till.approver).get(detail).content.decode()
