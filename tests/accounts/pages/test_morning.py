"""The morning page's money, and the queue that says when it is not what it was."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse

from accounts.models import Payment
from accounts.pages.tables import due
from backoffice.core import clock
from tests.accounts.pages.test_decisions import words_of
from tests.factories.payments import Till
from tests.factories.people import a_browser

pytestmark = pytest.mark.django_db
MORNING = "accounts:panel-morning"


def test_the_morning_says_what_needs_a_human_now(till: Till) -> None:
    browser = a_browser(till.approver)
    quiet = words_of(browser.get(reverse(MORNING)))
    assert "Nothing is late, and nothing waits for two people." in quiet
    assert "Nothing waits for you." in quiet

    late, soon = till.ask("70.00"), till.ask("30.00")
    Payment.objects.filter(pk=late.pk).update(due_at=clock.now() - timedelta(hours=2))
    Payment.objects.filter(pk=soon.pk).update(due_at=clock.now() + timedelta(hours=2))
    said = words_of(browser.get(reverse(MORNING)))
    for expected in ("1withdrawal is late", "1is due within 4 h", "2wait for me", "Ana Ruiz"):
        assert expected in said, expected
    assert said.index(f"#{late.pk}") < said.index(f"#{soon.pk}")
    assert "2wait for others" in words_of(a_browser(till.cashier).get(reverse(MORNING)))
    assert reverse(MORNING) in browser.get("/").text


def test_an_open_queue_learns_that_it_changed(till: Till) -> None:
    browser = a_browser(till.approver)
    till.ask("10.00")
    page = browser.get(reverse("accounts:payment-list")).text
    address = re.findall(r'hx-get="([^"]*/news\?seen=[^"]+)"', page)[0]
    assert "changed" not in words_of(browser.get(address, headers={"HX-Request": "true"}))
    till.ask("20.00")
    told = browser.get(address, headers={"HX-Request": "true"})
    assert "Your queue changed since you looked." in words_of(told)


@pytest.mark.parametrize(
    ("hours_left", "css", "words"),
    [(3, "soon", "3\u202fh left"), (20, "", "20\u202fh left"), (-2, "late", "late 2\u202fh")],
)
def test_the_clock_of_a_row_is_told_in_words_and_colour(
    hours_left: int, css: str, words: str
) -> None:
    now = clock.now()
    due_at = now + timedelta(hours=hours_left, seconds=1 if hours_left > 0 else 0)
    row = SimpleNamespace(
        due_at=due_at, requested_at=now - timedelta(hours=48), waiting_since=None, is_final=False
    )
    assert re.search(rf'class="due {css}"[^>]*>{words}<', due(row, now))
