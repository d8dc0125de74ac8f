"""Corrections, credits and reversals through the doors: asked for, agreed to, shown as they are."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Adjustment
from accounts.terms.adjustments import Adjustment as State
from accounts.terms.adjustments import AdjustmentKind
from backoffice.core import clock
from tests.factories.accounts.adjusting import Desk
from tests.factories.payments import Till, a_metatrader
from tests.factories.people import a_browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(till: Till) -> Desk:
    """A dealer, a risk manager, and a client with 1,000.00 USD."""
    return Desk(till)


def form(**changes: Any) -> dict[str, Any]:
    """What a dealer types."""
    known = {"key": str(uuid4()), "way": "in", "amount": "25.00", "cause": "compensation"}
    return {**known, "reason": "Slippage of last night", "ends_at": "", **changes}


def agree(browser: Browser, adjustment: Adjustment) -> None:
    """Agree on the engine's own page."""
    url = reverse("approvals:request-detail", args=[adjustment.approval_id])
    page = browser.get(url)
    shown = page.context["record"] if page.context else None
    told = {
        "payload": shown.request.payload_digest,
        "facts": shown.facts_now,
    }
    assert b"Balance, now and after" in page.content
    answer = browser.post(reverse("approvals:request-agree", args=[adjustment.approval_id]), told)
    assert answer.status_code == 302, answer.content


def test_asked_for_on_a_page_and_agreed_to_by_another(
    desk: Desk, tmp_path: Path, settings: Any
) -> None:
    dealer, url = (
        a_browser(desk.dealer),
        reverse("accounts:adjustment-ask", args=[desk.till.account.pk]),
    )
    assert b"990" in dealer.get(url).content or b"1,000" in dealer.get(url).content
    told = form()
    answers = [dealer.post(url, told) for _ in range(2)]
    adjustment = Adjustment.objects.get()
    page = reverse("accounts:adjustment-detail", args=[adjustment.pk])
    assert [answer.url for answer in answers] == [page, page]
    assert b"Those who decide agree or refuse here" in dealer.get(page).content

    with a_metatrader(desk.till, tmp_path, settings):
        agree(a_browser(desk.risk), adjustment)
        desk.work()
    adjustment.refresh_from_db()
    assert adjustment.state == State.DONE
    shown = dealer.get(page).content.decode()
    assert "Booked in MetaTrader" in shown
    assert reverse("accounts:adjustment-reverse", args=[desk.till.account.pk]) in shown
    listed = dealer.get(reverse("accounts:adjustment-list")).content.decode()
    assert "Ana Ruiz" in listed
    panel = dealer.get(reverse("accounts:panel-for-client", args=[desk.till.client.pk]))
    assert page in panel.content.decode()


def test_bad_input_is_refused_in_words(desk: Desk) -> None:
    dealer = a_browser(desk.dealer)
    url = reverse("accounts:adjustment-ask", args=[desk.till.account.pk])
    for told, words in (
        (form(amount="0"), ""),
        (form(amount="NaN"), ""),
        (form(amount="1.001"), "more digits"),
        (form(way="credit_in", cause="bonus"), "until when"),
        (form(way="credit_out", cause="bonus"), "no reason"),
        (form(way="credit_out", cause="taken_back"), "of credit that can be taken"),
    ):
        answer = dealer.post(url, told)
        assert answer.status_code == 422, told
        assert words in answer.content.decode()
    past = (clock.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    answer = dealer.post(url, form(way="credit_in", cause="bonus", ends_at=past))
    assert "still to come" in answer.content.decode()
    reverse_url = reverse("accounts:adjustment-reverse", args=[desk.till.account.pk])
    told = {"key": str(uuid4()), "ticket": "99", "cause": "mistake", "reason": "x"}
    assert b"no record 99" in dealer.post(reverse_url, told).content
    assert not Adjustment.objects.exists()


def test_the_tabs_and_the_empty_list(desk: Desk) -> None:
    dealer = a_browser(desk.dealer)
    url = reverse("accounts:adjustment-list")
    assert b"Nothing was corrected yet" in dealer.get(url).content
    desk.ask(AdjustmentKind.CORRECTION, "25.00")
    assert b"Ana Ruiz" in dealer.get(f"{url}?view=open").content
    assert b"Nothing matches" in dealer.get(f"{url}?view=overdue").content
