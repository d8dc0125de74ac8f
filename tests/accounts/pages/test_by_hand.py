"""Settling by hand on the page: evidence, proposal, second person; and waiting for the client."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Payment
from accounts.states import Withdrawal
from tests.accounts.actions.test_execution import broken, looked_up
from tests.accounts.pages.test_decisions import page_of, state_of, url, words_of
from tests.factories.agents import Script
from tests.factories.payments import Till, a_metatrader, work_done
from tests.factories.people import a_browser
from trading.models import Server

pytestmark = pytest.mark.django_db


@pytest.fixture
def script(till: Till, tmp_path: Path, settings: Any) -> Iterator[Script]:
    """The till's MetaTrader, behind a real agent."""
    with a_metatrader(till, tmp_path, settings) as script:
        yield script


@pytest.fixture
def left_open(till: Till, script: Script) -> Payment:
    """A withdrawal whose record MetaTrader has twice."""
    payment = till.approved()
    script.after = broken(script)
    work_done()
    script.booked.append(replace(script.booked[0], ticket=2))
    looked_up()
    return payment


def test_two_people_settle_it_on_the_page(till: Till, left_open: Payment) -> None:
    cashier, second = a_browser(till.cashier), a_browser(till.second)
    said = words_of(cashier.get(url(left_open)))
    assert "Machines cannot say what became of it: two people settle it." in said
    assert "2 records carry its marker: 1, 2" in said
    found = words_of(cashier.get(url(left_open, "evidence")))
    assert found.count("exactly what we asked") == 2
    assert "the agent's journal is the same as at the attempt" in found

    wrong = cashier.post(url(left_open, "settle"), {"outcome": "not_moved", "reason": "Looked"})
    assert wrong.status_code == 422
    assert "it did move" in words_of(wrong) or "may still show up" in words_of(wrong)
    sent = {"outcome": "moved", "ticket": "1", "reason": "Seen in the manager"}
    assert cashier.post(url(left_open, "settle"), sent).status_code == 302
    said = words_of(cashier.get(url(left_open)))
    assert "Waits for a second person It moved: ticket 1" in said
    assert "Four eyes: you had a hand in it already." in said
    assert cashier.post(url(left_open, "settle-confirm")).status_code == 422
    assert second.post(url(left_open, "settle-confirm")).status_code == 302
    work_done()
    assert state_of(left_open) == Withdrawal.DEBITED
    assert "confirmed" in words_of(second.get(url(left_open))).lower()
    timeline = words_of(a_browser(till.asker).get(f"/clients/{till.client.pk}/"))
    assert "confirmed the settlement by hand: It moved: MetaTrader has the record" in timeline


def test_a_silent_metatrader_is_told_and_nothing_typed_is_lost(
    till: Till, left_open: Payment
) -> None:
    Server.objects.update(agent_url="http://127.0.0.1:9")
    browser = a_browser(till.cashier)
    assert "does not answer now" in words_of(browser.get(url(left_open, "evidence")))
    sent = {"outcome": "moved", "ticket": "1", "reason": "Seen in the manager"}
    answer = browser.post(url(left_open, "settle"), sent)
    assert answer.status_code == 422
    assert "does not answer now" in words_of(answer)
    assert 'value="Seen in the manager"' in page_of(answer)


def test_declined_it_waits_again(till: Till, left_open: Payment) -> None:
    cashier, second = a_browser(till.cashier), a_browser(till.second)
    sent = {"outcome": "moved", "ticket": "1", "reason": "Seen"}
    cashier.post(url(left_open, "settle"), sent)
    assert second.post(url(left_open, "settle-decline"), {"reason": "No"}).status_code == 302
    assert "two people: settle by hand" in words_of(
        a_browser(till.asker).get(reverse("accounts:payment-list"), {"view": "all"})
    )
    assert "Settle by hand" in words_of(second.get(url(left_open)))


def test_waiting_for_the_client_on_the_page(till: Till) -> None:
    payment = till.ask()
    browser = a_browser(till.approver)
    assert browser.post(url(payment, "ask-client"), {"text": "x"}).status_code == 422
    sent = {"missing": ["address", "statement"], "text": "not older than three months"}
    assert browser.post(url(payment, "ask-client"), sent).status_code == 302
    said = words_of(browser.get(url(payment)))
    for expected in ("Waits for the client; no time runs.", "Proof of address", "Bank statement",
                     "not older than three months", "The client gave it"):  # fmt: skip
        assert expected in said
    queue = reverse("accounts:payment-list")
    assert "Nothing waits for you." in words_of(browser.get(queue))
    asker = a_browser(till.asker)
    assert "the client" in words_of(asker.get(queue, {"view": "all"}))
    assert asker.post(url(payment, "supply"), {"text": "By mail"}).status_code == 302
    assert state_of(payment) == Withdrawal.REQUESTED
