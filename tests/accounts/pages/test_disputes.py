"""Disputes through the doors: opened by hand, packed, answered, accepted, counted."""

import io
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Adjustment, Dispute
from accounts.terms.disputes import Dispute as State
from backoffice.core import clock
from tests.factories.accounts.disputes import a_dispute_of
from tests.factories.payments import Till
from tests.factories.people import a_browser

pytestmark = pytest.mark.django_db


def test_opened_by_hand_packed_and_accepted(till: Till) -> None:
    suspected = a_dispute_of(till.client, 77_000)
    browser = a_browser(till.cashier)
    listed = reverse("accounts:dispute-list")
    assert b"Ana Ruiz" in browser.get(f"{listed}?view=suspected").content
    assert b"No dispute matches" in browser.get(f"{listed}?view=open").content

    url = reverse("accounts:dispute-open", args=[suspected.deposit_id])
    assert b"200" in browser.get(url).content
    form: dict[str, Any] = {"amount": "500", "reason_code": "10.4", "reference": "dp-9"}
    form["answer_by"] = (clock.now() + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M")
    answer = browser.post(url, form)
    assert (answer.status_code, b"More is called back" in answer.content) == (422, True)
    answer = browser.post(url, form | {"amount": "200.00"})
    page = reverse("accounts:dispute-detail", args=[suspected.pk])
    assert answer.url == page
    shown = browser.get(page).content.decode()
    assert "Opened, to be answered" in shown
    assert "set aside" in shown

    pack = browser.post(reverse("accounts:dispute-pack", args=[suspected.pk]))
    with zipfile.ZipFile(io.BytesIO(pack.content)) as archive:
        names = set(archive.namelist())
        deposits = archive.read("deposits.csv").decode()
    assert names == {"index.html", "deposits.csv", "withdrawals.csv", "trades.csv", "events.csv"}
    assert "200.00" in deposits

    accept = reverse("accounts:dispute-accept", args=[suspected.pk])
    assert browser.post(accept, {"reason": " "}).status_code == 422
    assert browser.post(accept, {"reason": "too small"}).status_code == 302
    dispute = Dispute.objects.get()
    assert dispute.state == State.ACCEPTED
    debit = Adjustment.objects.get(dispute=dispute)
    assert (
        reverse("accounts:adjustment-detail", args=[debit.pk]) in browser.get(page).content.decode()
    )
    assert f"its debit {debit} is not yet" in browser.get(page).content.decode()
    deposit = browser.get(reverse("accounts:deposit-detail", args=[dispute.deposit_id]))
    assert f'href="{page}">Dispute {dispute}<' in deposit.content.decode()
    assert '<span class="faint">—</span>' in browser.get(listed).content.decode()
    rates = browser.get(reverse("accounts:dispute-rates")).content.decode()
    assert "Above the limit" in rates
    assert "1 of 1 deposit disputed" in rates
    assert "100.00 %" in rates


def test_who_may_not_handle_it_sees_it_without_its_forms(till: Till) -> None:
    dispute = a_dispute_of(till.client, 77_000)
    browser = a_browser(till.asker)
    shown = browser.get(reverse("accounts:dispute-detail", args=[dispute.pk])).content.decode()
    assert "There is nothing for you to decide here." in shown
    url = reverse("accounts:dispute-clear", args=[dispute.pk])
    assert browser.post(url, {"reason": "x"}).status_code == 403


def test_who_sent_the_evidence_sees_why_the_win_is_somebody_elses(till: Till) -> None:
    dispute = a_dispute_of(till.client, 77_000)
    browser = a_browser(till.cashier)
    form = {"amount": "200.00", "reason_code": "10.4", "reference": "dp-9"}
    form["answer_by"] = (clock.now() + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M")
    browser.post(reverse("accounts:dispute-open", args=[dispute.deposit_id]), form)
    sent = reverse("accounts:dispute-send-evidence", args=[dispute.pk])
    assert browser.post(sent, {"reason": "by the portal"}).status_code == 302
    page = reverse("accounts:dispute-detail", args=[dispute.pk])
    lost = re.findall(rf"Record {dispute} as lost[^<]*", browser.get(page).content.decode())
    assert len(lost) == 3  # the way to the form, the form's name, and its button with the sum
    assert lost[-1].endswith("· ")
    assert "somebody else records the win" in browser.get(page).content.decode()
    won = reverse("accounts:dispute-win", args=[dispute.pk])
    answer = browser.post(won, {"reason": "they say so"})
    assert "Four eyes: somebody else has to do this." in answer.content.decode()
    dispute.refresh_from_db()
    assert dispute.state == State.EVIDENCE_SENT
