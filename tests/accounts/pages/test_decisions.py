"""The approval page and its acts: what it shows to whom, and what each press does."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Payment
from accounts.states import Withdrawal
from backoffice.approvals.models import ApprovalVote
from tests.factories.payments import IBAN, Till, told
from tests.factories.people import a_browser, a_staff_user

pytestmark = pytest.mark.django_db


def url(payment: Payment, verb: str = "detail") -> str:
    return reverse(f"accounts:payment-{verb}", args=[payment.pk])


def page_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def words_of(answer: Any) -> str:
    """What people read, without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page_of(answer)))


def fingerprint_on(answer: Any) -> str:
    return re.findall(r'name="fingerprint" value="([^"]+)"', answer.content.decode())[0]


def approve(browser: Browser, payment: Payment, seen: str = "") -> Any:
    seen = seen or fingerprint_on(browser.get(url(payment)))
    return browser.post(url(payment, "approve"), {"fingerprint": seen})


def state_of(payment: Payment) -> str:
    return str(Payment.objects.get(pk=payment.pk).state)


def test_the_page_shows_everything_that_the_decision_needs(till: Till) -> None:
    payment = till.ask("70.00", stated_text="profits", note="knows us well")
    said = words_of(a_browser(till.approver).get(url(payment)))
    for expected in (
        "Withdrawal 70.00USD", f"#{payment.pk}", "Requested", "Ana Ruiz", "Earned funds",
        "“profits”", "knows us well", "14 green, 3 amber: Closed loop:",
        "Requisite: First use", "Paid in before our books",
        "Limits", "Cool-off", "Name", "Out against in", "Open positions",
        "Free funds", "1,000.00 USD free", "Balance audit", "Σ moves = 1,000.00 USD",
        "Open requests", "None other", "Requisite", "Credit", "Trading", "Freshness", "ES91 ••1332",
        "What happens to margin", "1,000.00930.00", "margin call at 100 %", "In (1)990.00USD",
        "Whoever may decide", "Waiting", "Approve 70.00USD", "Reject",
    ):  # fmt: skip
        assert expected in said, expected
    assert IBAN not in said


def test_approving_what_was_shown(till: Till) -> None:
    payment = till.ask()
    answer = approve(a_browser(till.approver), payment)
    assert (answer.status_code, answer.url) == (302, url(payment))
    assert state_of(payment) == Withdrawal.APPROVED
    seat = ApprovalVote.objects.get(request_id=payment.approval_id)
    assert (seat.voter_id, len(seat.session_digest)) == (till.approver.pk, 32)


def test_what_changed_meanwhile_is_shown_and_nothing_is_decided(till: Till) -> None:
    payment = till.ask("70.00")
    browser = a_browser(till.approver)
    seen = fingerprint_on(browser.get(url(payment)))
    other = till.ask("30.00")
    answer = approve(browser, payment, seen)
    page = page_of(answer)
    assert answer.status_code == 422
    assert "This changed meanwhile, look again: Open requests: 1 other, 100.00 USD together" in page
    assert re.findall(r'class="check-\w+ check-changed" id="check-(\d+)"', page) == ["3"]
    assert f'href="{url(other)}"' in page
    assert state_of(payment) == Withdrawal.REQUESTED
    assert "withdrawal.approved" not in told(payment)
    # The page that came back shows the new picture: one more press is on that.
    assert fingerprint_on(answer) != seen
    assert approve(browser, payment, fingerprint_on(answer)).status_code == 302


def test_an_open_page_learns_that_it_is_stale(till: Till) -> None:
    payment = till.ask("70.00")
    browser = a_browser(till.approver)
    page = browser.get(url(payment))
    ask = {"path": url(payment, "fresh"), "data": {"seen": fingerprint_on(page)}}
    assert f'hx-get="{ask["path"]}?seen={fingerprint_on(page)}"' in page_of(page)
    assert "look again" not in page_of(browser.get(**ask, headers={"HX-Request": "true"}))
    till.ask("30.00")
    assert "look again" in page_of(browser.get(**ask, headers={"HX-Request": "true"}))


@pytest.mark.parametrize("sent", [{}, {"fingerprint": ""}, {"fingerprint": "x" * 1001}])
def test_without_a_picture_nothing_is_approved(till: Till, sent: dict[str, str]) -> None:
    payment = till.ask()
    answer = a_browser(till.approver).post(url(payment, "approve"), sent)
    assert answer.status_code == 422
    assert "The form came without what the page showed: look again." in page_of(answer)
    assert state_of(payment) == Withdrawal.REQUESTED


def test_whoever_asked_sees_approve_shut_and_why(till: Till) -> None:
    maker = a_staff_user("back_office", entity=till.client.legal_entity)
    till.asker = maker
    own = till.ask("20.00")
    browser = a_browser(maker)
    page = page_of(browser.get(url(own)))
    assert page.count("Four eyes: you had a hand in it already.") == 2  # approve and reject
    assert 'disabled aria-describedby="why-approve"' in page
    assert 'name="fingerprint"' not in page
    seen = fingerprint_on(a_browser(till.approver).get(url(own)))
    answer = approve(browser, own, seen)
    assert answer.status_code == 422
    assert "Four eyes: somebody else has to do this." in page_of(answer)
    assert state_of(own) == Withdrawal.REQUESTED


def test_who_lacks_the_right_reads_so_and_is_refused(till: Till) -> None:
    payment = till.ask()
    said = words_of(a_browser(till.cashier).get(url(payment)))
    assert "There is nothing for you to decide here." in said
    browser = a_browser(till.asker)
    shown = page_of(browser.get(url(payment)))
    assert "Cancel for the client" in shown
    assert 'aria-describedby="why-' not in shown  # no button that is dead for ever
    assert browser.post(url(payment, "approve"), {"fingerprint": "x"}).status_code == 403
    assert state_of(payment) == Withdrawal.REQUESTED


def test_rejecting_needs_its_reason_and_tells_it(till: Till) -> None:
    payment = till.ask()
    browser = a_browser(till.approver)
    empty = browser.post(url(payment, "reject"), {"reason": "documents", "public": " "})
    assert empty.status_code == 422
    assert "<details" in page_of(empty)
    assert re.search(r'<details class="act menu" open>', page_of(empty))
    sent = {"reason": "documents", "public": "A document is missing", "note": "old passport"}
    assert browser.post(url(payment, "reject"), sent).status_code == 302
    assert state_of(payment) == Withdrawal.REJECTED
    said = words_of(browser.get(url(payment)))
    assert f"A document is missing · {till.approver.full_name} · note: old passport" in said
    assert "Nothing can follow any more." in said
    assert "What happens to margin" not in said


def test_cancelling_for_the_client(till: Till) -> None:
    payment = till.ask()
    browser = a_browser(till.asker)
    assert browser.post(url(payment, "cancel"), {"reason": "Changed their mind"}).status_code == 302
    assert state_of(payment) == Withdrawal.CANCELLED
    assert "Taken back: Changed their mind" in words_of(browser.get(url(payment)))


def test_an_act_opened_alone_is_the_page_with_its_form_open(till: Till) -> None:
    payment = till.ask()
    page = page_of(a_browser(till.approver).get(url(payment, "reject")))
    assert page.count('<details class="act menu" open>') == 1
    assert "What the client reads" in page


def test_too_late_is_said_on_the_page(till: Till) -> None:
    payment = till.ask()
    browser = a_browser(till.approver)
    seen = fingerprint_on(browser.get(url(payment)))
    assert approve(browser, payment, seen).status_code == 302
    answer = approve(browser, payment, seen)
    assert answer.status_code == 422
    assert "this is not possible any more" in page_of(answer)


def test_not_sent_yet_is_told_with_its_reason(till: Till) -> None:
    payment = till.approved()
    Payment.objects.filter(pk=payment.pk).update(waits_because="MetaTrader is not reachable")
    said = words_of(a_browser(till.approver).get(url(payment)))
    assert "Not sent yet: MetaTrader is not reachable" in said


def test_out_of_reach_looks_like_absent(till: Till) -> None:
    payment = till.ask()
    stranger = a_browser(a_staff_user("sales_agent"))
    assert stranger.get(url(payment)).status_code == 404
    assert stranger.post(url(payment, "cancel"), {"reason": "x"}).status_code == 404
    assert state_of(payment) == Withdrawal.REQUESTED
