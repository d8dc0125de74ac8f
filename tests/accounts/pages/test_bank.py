"""The bank through the doors: a file handed in, whose a row could be, bound, agreed, taken back."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.calc.bank import writing
from accounts.models import BankFile, BankRow, BankUse, Deposit
from accounts.terms import Deposit as State
from backoffice.core import clock
from backoffice.health.checks import bank as bank_check
from tests.factories.incoming.bank import (
    Bank,
    a_bank_account,
    a_row,
    expected,
    reference_of,
)
from tests.factories.incoming.deposits import known_client, now_of
from tests.factories.payments import Till
from tests.factories.people import a_browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(till: Till) -> Bank:
    """The bank of the till's house."""
    known_client(till)
    return Bank(a_bank_account(till))


def page(row: BankRow, verb: str = "row") -> str:
    return reverse(f"accounts:bank-{verb}", args=[row.pk])


def hand_in(browser: Any, bank: Bank, body: bytes) -> Any:
    file = SimpleUploadedFile("november.xml", body)
    url = reverse("accounts:bank-import")
    return browser.post(url, {"bank_account": bank.account.pk, "file": file})


def test_a_file_is_handed_in_and_a_refusal_is_said(bank: Bank, till: Till) -> None:
    browser = a_browser(till.cashier)
    assert b"House bank" in browser.get(reverse("accounts:bank-import")).content
    body = writing.camt(bank.statement(a_row("10.00", "Nobody Known")))
    done = hand_in(browser, bank, body)
    assert (done.status_code, done.url) == (302, f"{reverse('accounts:bank-list')}?view=free")
    again = hand_in(browser, bank, body)
    assert again.status_code == 422
    assert b"This very file was imported before" in again.content
    assert BankFile.objects.count() == 2
    shown = browser.get(reverse("accounts:bank-list")).content.decode()
    assert "Nobody Known" in shown
    assert "books agree" in shown
    assert "fits nobody" in shown


def test_evidence_stands_beside_each_suggestion_and_one_key_binds(bank: Bank, till: Till) -> None:
    wire = expected(till)
    (row,) = bank.sends(a_row("200.00", text=reference_of(wire)))
    browser = a_browser(till.cashier)
    shown = browser.get(page(row)).content.decode()
    assert f"It is D{wire.pk}" in shown
    assert "check digits right" in shown
    assert 'data-decide="a"' in shown
    done = browser.post(page(row, "bind"), {"deposit": f"D{wire.pk}"})
    assert done.status_code == 302
    assert now_of(wire).state == State.RECEIVED
    after = browser.get(page(row)).content.decode()
    assert "Take it back" in after
    assert f"D{wire.pk}" in after
    late = a_browser(till.second).post(page(row, "free"), {"reason": "the wrong one"})
    assert late.status_code == 302
    assert BankUse.objects.get().undone_because == "the wrong one"


def test_sure_ones_are_shown_and_bound_together(bank: Bank, till: Till) -> None:
    wires = [expected(till, f"{n}00.00") for n in (1, 2)]
    bank.sends(
        *(a_row(f"{n}00.00", text=reference_of(wire)) for n, wire in enumerate(wires, start=1)),
        a_row("55.00", "Stranger", "for my account"),
    )
    browser = a_browser(till.cashier)
    url = reverse("accounts:bank-sure")
    shown = browser.get(url)
    assert b"Bind 2 rows" in shown.content
    seen = shown.context["form"]["seen"].value()
    assert browser.post(url, {"seen": seen}).status_code == 302
    assert {now_of(wire).state for wire in wires} == {State.RECEIVED}
    assert b"Nothing is sure" in browser.get(url).content


def test_a_deposit_is_made_by_the_login_and_decided_by_another(bank: Bank, till: Till) -> None:
    (row,) = bank.sends(a_row("55.00", "Ana Ruiz", "for my account"))
    browser = a_browser(till.cashier)
    missing = browser.post(page(row, "make"), {"account": "123456"})
    assert missing.status_code == 422
    assert b"names no trading account" in missing.content
    done = browser.post(page(row, "make"), {"account": str(till.account.login)})
    assert done.status_code == 302
    made = Deposit.objects.get()
    assert (made.state, made.started_by) == (State.IN_REVIEW, str(till.cashier.actor))


def test_the_second_person_agrees_on_the_page(bank: Bank, till: Till) -> None:
    (row,) = bank.sends(a_row("300.00", "Stranger"))
    first, second = a_browser(till.cashier), a_browser(till.second)
    assert first.post(page(row, "send-back"), {"reason": "unknown"}).status_code == 302
    assert b"Four eyes" in first.get(page(row)).content
    assert first.post(page(row, "agree")).status_code == 422
    assert second.post(page(row, "agree")).status_code == 302
    assert BankUse.objects.get().agreed_by == str(till.second.actor)


def test_what_the_client_is_told_and_what_the_bank_shows(bank: Bank, till: Till) -> None:
    wire = expected(till)
    panel = reverse("accounts:deposit-bank", args=[wire.pk])
    shown = a_browser(till.asker).get(panel).content.decode()
    assert reference_of(wire) in shown
    assert bank.account.number in shown
    assert "css/pages/bank.css" in shown  # opened by its own address it looks as on its page
    (row,) = bank.sends(a_row("200.00", text=reference_of(wire)))
    a_browser(till.cashier).post(page(row, "bind"), {"deposit": str(wire.pk)})
    assert row.reference in a_browser(till.cashier).get(panel).content.decode()


def test_what_is_nobodys_stands_on_the_morning_page_with_its_age(bank: Bank, till: Till) -> None:
    bank.sends(a_row("300.00", "Stranger"))
    morning = a_browser(till.cashier).get(reverse("accounts:panel-morning")).content.decode()
    days = (clock.now().date() - BankRow.objects.get().booked_on).days
    assert f"the oldest {f'for {days} d' if days else 'of today'}" in morning
    assert (
        "of the bank"
        not in a_browser(till.asker).get(reverse("accounts:panel-morning")).content.decode()
    )


def test_the_health_check_looks_at_suspense_and_statements(bank: Bank) -> None:
    assert bank_check.check(clock.now()).state == "ok"
    bank.sends(a_row("300.00", "Stranger"))
    late = clock.now() + bank_check.TOO_LONG + (bank_check.TOO_LONG * 400)
    assert bank_check.check(late).state == "late"


def test_the_command_imports_and_ends_with_the_reason(
    bank: Bank, tmp_path: Any, capsys: Any
) -> None:
    good, bad = tmp_path / "a.xml", tmp_path / "b.xml"
    good.write_bytes(writing.mt940(bank.statement(a_row("10.00"), a_row("-2.00"))))
    bad.write_bytes(b"nonsense")
    call_command("import_statement", "DE02 1203 0000 0000 2020 51", str(good))
    assert "2 new rows, 0 known before" in capsys.readouterr().out
    with pytest.raises(CommandError, match="refused, nothing posted"):
        call_command("import_statement", bank.account.number, str(bad))
    assert BankRow.objects.get(amount=Decimal(10)).currency == "USD"
