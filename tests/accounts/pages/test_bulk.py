"""Bulk files through the doors: handed in, refused line by line, approved, paused, downloaded."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import BulkFile
from accounts.queries.bulk import lines as lines_of
from accounts.terms.bulk import Bulk
from tests.factories.accounts.bulk import carried, hand_in, lines, running, some_accounts
from tests.factories.payments import Till
from tests.factories.people import a_browser
from trading.models import TradingAccount

pytestmark = pytest.mark.django_db


def page(file: BulkFile, verb: str = "detail") -> str:
    return reverse(f"accounts:bulk-{verb}", args=[file.pk])


def handed_in(browser: Any, till: Till, body: bytes) -> Any:
    data = {
        "key": uuid4(),
        "server": till.account.server_id,
        "legal_entity": till.client.legal_entity_id,
        "file": SimpleUploadedFile("rebates.csv", body),
    }
    return browser.post(reverse("accounts:bulk-new"), data)


def test_a_file_goes_from_hand_to_approval(till: Till) -> None:
    finance, compliance = a_browser(till.cashier), a_browser(till.second)
    empty = finance.get(reverse("accounts:bulk-list")).content.decode()
    assert "No file was handed in yet." in empty
    assert b"has a minus" in finance.get(reverse("accounts:bulk-new")).content
    done = handed_in(finance, till, lines("7,5.00,USD,,,rebate,", "55,1.00,USD,,,rebate,"))
    file = BulkFile.objects.get()
    assert (done.status_code, done.url) == (302, page(file))
    shown = finance.get(page(file)).content.decode()
    assert "No account of this login is in your reach." in shown
    assert "5.00" in shown
    assert finance.post(page(file, "ask"), {"reason": ""}).status_code == 422
    assert finance.post(page(file, "ask"), {"reason": "november"}).status_code == 302
    own = finance.get(page(file)).content.decode()
    assert "Four eyes" in own
    asked = compliance.get(page(file))
    seen = next(
        button.form.initial["seen"] for button in asked.context["buttons"] if button.verb == "agree"
    )
    assert compliance.post(page(file, "agree"), {"seen": "0" * 64}).status_code == 422
    assert compliance.post(page(file, "agree"), {"seen": seen}).status_code == 302
    file.refresh_from_db()
    assert file.state == Bulk.RUNNING
    running_ = finance.get(page(file)).content.decode()
    assert "<progress" in running_
    assert "every 3s" in running_


def test_a_refusal_is_shown_line_by_line(till: Till) -> None:
    browser = a_browser(till.cashier)
    handed_in(browser, till, lines("7,x,USD,,,rebate,", "7,1.00,USD,,,<b>gift</b>,"))
    file = BulkFile.objects.get()
    shown = browser.get(page(file)).content.decode()
    assert "Line 2" in shown
    assert "Line 3" in shown
    assert "&lt;b&gt;gift" in shown
    assert "Nothing can follow any more." in shown
    assert "Nothing of this file was taken." in browser.get(page(file, "lines")).content.decode()


def test_it_is_paused_resumed_and_stopped_by_a_person(till: Till) -> None:
    file, browser = running(till, "7,1.00,USD,,,rebate,"), a_browser(till.cashier)
    assert browser.post(page(file, "pause"), {"reason": "lunch"}).status_code == 302
    assert "lunch" in browser.get(page(file)).content.decode()
    assert browser.post(page(file, "pause"), {"reason": "again"}).status_code == 422
    assert browser.post(page(file, "resume")).status_code == 302
    browser.post(page(file, "pause"), {"reason": "lunch"})
    assert browser.post(page(file, "stop"), {"reason": "wrong month"}).status_code == 302
    file.refresh_from_db()
    assert (file.state, file.halted_because) == (Bulk.STOPPED, "wrong month")
    shown = browser.get(page(file)).content.decode()
    assert f'wrong month <span class="muted">· {till.cashier.full_name}' in shown
    assert "What was agreed to" in shown
    assert a_browser(till.asker).post(page(file, "resume")).status_code == 403


def test_a_paused_file_is_watched_until_what_was_begun_is_back(till: Till) -> None:
    some_accounts(till, 2)
    file = running(
        till, "55,1.00,USD,,,rebate,", "101,1.00,USD,,,rebate,", "102,1.00,USD,,,rebate,"
    )
    browser = a_browser(till.cashier)
    browser.post(page(file, "pause"), {"reason": "lunch"})
    assert "every 3s" not in browser.get(page(file)).content.decode()
    browser.post(page(file, "resume"))
    carried(file, most=1)
    browser.post(page(file, "pause"), {"reason": "lunch"})
    assert "every 3s" in browser.get(page(file)).content.decode()


def test_the_counts_stand_in_one_order_whatever_moves(till: Till) -> None:
    some_accounts(till, 2)
    file = running(
        till, "101,1.00,USD,,,rebate,", "102,2.00,USD,,,rebate,", "55,1.00,USD,,,rebate,"
    )
    assert list(lines_of.progress_of(file).counts) == ["cannot", "waiting"]
    carried(file, most=1)
    assert list(lines_of.progress_of(file).counts) == ["cannot", "waiting", "sending"]


def test_the_results_leave_as_a_file_that_the_log_knows(till: Till) -> None:
    some_accounts(till, 1)
    file = hand_in(till, lines("7,1.00,USD,,,rebate,=1+1", "101,-2.50,USD,,,fee,desk"))
    browser = a_browser(till.second)
    listed = browser.get(f"{page(file, 'lines')}?outcome=waiting").content.decode()
    assert "101" in listed
    assert "&lt;span" not in listed
    taken = browser.get(f"{page(file, 'lines')}?as=csv")
    text = taken.content.decode("utf-8-sig").splitlines()
    assert text[0].startswith("Line,Login,Amount,Currency")
    assert text[1] == "2,7,1.00,USD,balance,rebate,'=1+1,Waits its turn,,"
    assert text[2].startswith("3,101,-2.50,USD,balance,fee,desk")


def test_negative_balances_by_one_button(till: Till) -> None:
    browser = a_browser(till.cashier)
    data = {
        "key": uuid4(),
        "server": till.account.server_id,
        "legal_entity": till.client.legal_entity_id,
    }
    none = browser.post(reverse("accounts:bulk-resets"), data)
    assert none.status_code == 422
    assert b"has a balance below zero" in none.content
    TradingAccount.objects.filter(pk=till.account.pk).update(balance="-3.21")
    done = browser.post(reverse("accounts:bulk-resets"), data)
    assert done.status_code == 302
    assert "3.21" in browser.get(done.url).content.decode()
