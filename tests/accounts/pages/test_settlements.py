"""Settlements through the doors: handed in, looked at, imported; clearing; a payout at our bank."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.calc.settlement import writing
from accounts.models import Discrepancy, SettlementFile, SettlementLine
from accounts.states import LedgerKind
from accounts.terms.settlement import LineKind
from tests.factories.incoming.bank import Bank, a_bank_account, a_row
from tests.factories.incoming.deposits import a_card, known_client, now_of, paid, standing, take
from tests.factories.incoming.deposits import start as started
from tests.factories.incoming.settlement import a_capture, a_line, a_settlement
from tests.factories.payments import Till
from tests.factories.people import a_browser

pytestmark = pytest.mark.django_db


def test_it_is_looked_at_then_imported_and_the_money_arrives_at_our_bank(till: Till) -> None:
    known_client(till)
    card, bank = a_card(till), Bank(a_bank_account(till))
    deposit = started(till)
    take(paid(deposit))
    lines = (
        a_capture(now_of(deposit)),
        a_line(LineKind.CAPTURE, "pi_<b>nobody</b>", "7.00"),
        a_line(LineKind.PAYOUT, "po-1", "197.10"),
    )
    browser = a_browser(till.cashier)
    file = SimpleUploadedFile("march.csv", writing.csv_of(a_settlement(*lines)))
    url = reverse("accounts:settlement-import")
    assert "Card USD" in browser.get(url).content.decode()
    sent = browser.post(url, {"method": card.pk, "file": file})
    kept = SettlementFile.objects.get()
    page = reverse("accounts:settlement-detail", args=[kept.pk])
    assert (sent.status_code, sent.url) == (302, page)

    preview = browser.get(page).content.decode()
    assert "1 difference" in preview
    assert "In the provider&#x27;s settlement, unknown here" in preview
    assert "<b>nobody" not in preview
    assert not SettlementLine.objects.exists()
    done = browser.post(reverse("accounts:settlement-take", args=[kept.pk]))
    assert (done.status_code, done.url) == (302, page)
    assert browser.post(reverse("accounts:settlement-drop", args=[kept.pk])).status_code == 422
    case = Discrepancy.objects.get()
    result = browser.get(page).content.decode()
    assert reverse("accounts:difference-detail", args=[case.pk]) in result
    assert "not at our bank yet" in result
    shown = browser.get(reverse("accounts:difference-list")).content.decode()
    assert "pi_&lt;b&gt;nobody" in shown
    detail = browser.get(reverse("accounts:difference-detail", args=[case.pk])).content.decode()
    assert "In the settlement" in detail
    clearing = browser.get(reverse("accounts:clearing")).content.decode()
    assert "197.10" in clearing

    (row,) = bank.sends(a_row("197.10", "Cardly"))
    payout = SettlementLine.objects.get(kind=LineKind.PAYOUT)
    bind = reverse("accounts:bank-settlement", args=[row.pk])
    assert browser.post(bind, {"line": f"L{payout.pk + 1}"}).status_code == 422
    assert browser.post(bind, {"line": f"L{payout.pk}"}).status_code == 302
    assert standing(LedgerKind.METHOD_CLEARING) == 0
    assert standing(LedgerKind.SUSPENSE) == 0
    assert "at our bank" in browser.get(page).content.decode()
    assert "all settled" in browser.get(reverse("accounts:clearing")).content.decode()
    (twin,) = bank.sends(a_row("197.10", "Cardly"))
    again = browser.post(reverse("accounts:bank-settlement", args=[twin.pk]), {"line": payout.pk})
    assert again.status_code == 422
    freed = browser.post(reverse("accounts:bank-free", args=[row.pk]), {"reason": "the other row"})
    assert freed.status_code == 302
    assert standing(LedgerKind.METHOD_CLEARING) == Decimal("197.10")


def test_a_refused_file_says_why_and_books_nothing(till: Till) -> None:
    card, browser = a_card(till), a_browser(till.cashier)
    late = a_settlement(a_line(LineKind.FEE, "f", fee="1.00"))
    body = writing.csv_of(late).replace(b"-1.00", b"-2.00", 1)
    file = SimpleUploadedFile("march.csv", body)
    browser.post(reverse("accounts:settlement-import"), {"method": card.pk, "file": file})
    kept = SettlementFile.objects.get()
    assert kept.state == "refused"
    shown = browser.get(reverse("accounts:settlement-detail", args=[kept.pk])).content.decode()
    assert "its figures make" in shown
    assert kept.name in browser.get(reverse("accounts:settlement-list")).content.decode()
