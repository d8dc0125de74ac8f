"""A client's money on their page, and asking for a withdrawal there."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.actions.disputes import opening
from accounts.models import Payment, PaymentMethod
from backoffice.core import clock
from tests.factories.accounts.disputes import a_dispute_of
from tests.factories.payments import IBAN, Till
from tests.factories.people import a_browser, a_staff_user

pytestmark = pytest.mark.django_db


def page_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


@pytest.fixture
def browser(till: Till) -> Browser:
    return a_browser(till.asker)


@pytest.fixture
def url(till: Till) -> str:
    return reverse("accounts:withdrawal-request", args=[till.client.pk])


def filled(till: Till, answer: Any, **changes: str) -> dict[str, str]:
    """What somebody types into the form that they were shown."""
    key = re.findall(r'name="key" value="([^"]+)"', answer.content.decode())[0]
    return {
        "key": key,
        "account_id": str(till.account.pk),
        "amount": "70.00",
        "method_id": str(till.method.pk),
        "requisite": IBAN,
        "holder": "Ana Ruiz",
        "stated_reason": "need",
        **changes,
    }


def test_the_client_page_fetches_the_block(till: Till, browser: Browser) -> None:
    page = page_of(browser.get(reverse("crm:client-detail", args=[till.client.pk])))
    panel = reverse("accounts:panel-for-client", args=[till.client.pk])
    assert f'hx-get="{panel}" hx-trigger="load"' in page
    assert f'<a href="{panel}">' in page  # without a script


def test_the_block_shows_money_and_requests(till: Till, browser: Browser, url: str) -> None:
    payment = till.ask("70.00")
    panel = reverse("accounts:panel-for-client", args=[till.client.pk])
    page = page_of(browser.get(panel))
    for expected in ("990.00", "70.00", f'href="/payments/{payment.pk}/"', f'href="{url}"'):
        assert expected in page, expected
    finance = page_of(a_browser(till.cashier).get(panel))
    assert url not in finance  # may look, may not ask


def test_the_block_shows_a_dispute_that_is_not_over(till: Till, browser: Browser, url: str) -> None:
    dispute = a_dispute_of(till.client, 77_000)
    panel = reverse("accounts:panel-for-client", args=[till.client.pk])
    shown = browser.get(panel).content.decode()
    assert reverse("accounts:dispute-detail", args=[dispute.pk]) in shown
    assert "Suspected" in shown
    opening.clear_dispute(
        dispute_id=dispute.pk, reason="seen", actor=till.cashier.actor, now=clock.now()
    )
    assert "Suspected" not in browser.get(panel).content.decode()


def test_asking_puts_the_money_on_hold(till: Till, browser: Browser, url: str) -> None:
    form = browser.get(url)
    assert 'value="Ana Ruiz"' in page_of(form)
    answer = browser.post(url, filled(till, form))
    client = reverse("crm:client-detail", args=[till.client.pk])
    assert (answer.status_code, answer.url) == (302, client)
    payment = Payment.objects.get()
    assert payment.requested_by == str(till.asker.actor)
    assert till.available() == 930
    # Pressed twice, it asks once.
    assert browser.post(url, filled(till, form)).status_code == 302
    assert Payment.objects.count() == 1


def test_too_much_is_refused_with_the_numbers(till: Till, browser: Browser, url: str) -> None:
    answer = browser.post(url, filled(till, browser.get(url), amount="1000.01"))
    assert answer.status_code == 422
    page = page_of(answer)
    assert "1,000.01 USD asked for" in page
    assert 'value="1000.01"' in page  # nothing typed is lost
    assert Payment.objects.count() == 0


def test_only_what_fits_the_accounts_is_on_offer(till: Till, browser: Browser, url: str) -> None:
    PaymentMethod.objects.create(
        legal_entity=till.client.legal_entity, code="yen", name="Yen wire",
        kind="bank_wire", currency="JPY", direction="out",
    )  # fmt: skip
    page = page_of(browser.get(url))
    assert "Wire · USD" in page
    assert "Yen wire" not in page
    for changes in ({"account_id": "999"}, {"method_id": "999"}, {"amount": "much"}):
        sent = filled(till, browser.get(url), **changes)
        assert browser.post(url, sent).status_code == 422
    assert Payment.objects.count() == 0


def test_another_ones_client_is_absent(till: Till, url: str) -> None:
    stranger = a_browser(a_staff_user("sales_agent"))
    assert stranger.get(url).status_code == 404
    assert stranger.post(url, {}).status_code == 404
