"""The methods with their terms, and the next version proposed; nobody changes them alone."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.actions.ways.agreeing import KIND
from accounts.models import MethodTerms, PaymentMethod
from accounts.permissions import DECIDE_TERMS
from accounts.states import Direction
from backoffice.approvals import terms as terms_of_acts
from backoffice.approvals.models import ApprovalRequest
from tests.factories.incoming.deposits import a_card
from tests.factories.incoming.terms import agreed, terms
from tests.factories.payments import Till
from tests.factories.people import a_browser, a_legal_entity, a_staff_user

pytestmark = pytest.mark.django_db
FORM = {
    "direction": "out", "country": "es", "is_offered": "on", "minimum": "20", "maximum": "",
    "fee_fixed": "2.50", "fee_percent": "0.1", "provider_fixed": "1",
    "decide_hours": "24", "pay_hours": "48", "notices": "60, 84, 108",
    "reason": "The bank asks for more",
}  # fmt: skip


def _with(method: PaymentMethod, own: dict[str, int]) -> PaymentMethod:
    for name in ("fee_percent", "minimum", "maximum"):
        setattr(method, name, own.get(name, 0 if name == "fee_percent" else None))
    return method


def test_proposed_on_the_page_and_agreed_to_by_another(till: Till) -> None:
    browser, page = a_browser(till.cashier), reverse("accounts:method-terms", args=[till.method.pk])
    shown = browser.get(page).content.decode()
    assert "Nothing was ever set" in shown
    assert browser.post(page, FORM | {"key": uuid4(), "minimum": "-1"}).status_code == 422
    assert browser.post(page, FORM | {"key": uuid4(), "notices": "soon"}).status_code == 422
    assert browser.post(page, FORM | {"key": uuid4(), "direction": "in"}).status_code == 422
    assert not ApprovalRequest.objects.exists()
    assert "asked for already" not in shown
    assert browser.post(page, FORM | {"key": uuid4()}).status_code == 302
    assert not MethodTerms.objects.exists()
    waits = browser.get(page).content.decode()
    assert "A change is asked for already" in waits
    assert reverse("approvals:request-detail", args=[ApprovalRequest.objects.get().pk]) in waits
    agreed(ApprovalRequest.objects.get(), till.second)

    row = MethodTerms.objects.get()
    assert (row.direction, row.country, row.minimum) == ("out", "ES", 20)
    listed = browser.get(reverse("accounts:method-list")).content.decode()
    promise = "24 h to decide, 48 h to pay"
    told = "from 20.00 · fee 0.1 % + 2.50 · the provider keeps 1.00 · " + promise
    assert told in listed
    assert f"no limit · no fee · {promise}" in listed  # every other country, in the same words
    begun = browser.get(f"{page}?direction=out&country=ES").content.decode()
    assert 'value="2.5"' in begun  # the next version begins from what holds
    assert "20" in browser.get(page).content.decode()


def test_another_legal_entity_is_out_of_reach(till: Till) -> None:
    stranger = a_browser(a_staff_user("finance", entity=a_legal_entity("far")))
    page = reverse("accounts:method-terms", args=[till.method.pk])
    assert stranger.get(page).status_code == 404
    assert stranger.post(page, FORM | {"key": uuid4()}).status_code == 404
    listed = stranger.get(reverse("accounts:method-list")).content.decode()
    assert "No payment method is set up." in listed


def test_no_administrator_changes_limits_or_fee_alone(till: Till) -> None:
    card = a_card(till)
    browser = a_browser(a_staff_user("administrator"))
    page = reverse("admin:accounts_paymentmethod_change", args=[card.pk])
    form = {
        "name": "Card", "kind": "card", "direction": "in", "is_active": "on", "provider": "cardly",
        "confirmations": "12", "fee_percent": "50", "minimum": "1", "maximum": "2",
    }  # fmt: skip
    browser.post(page, form)
    card.refresh_from_db()
    assert (card.fee_percent, card.minimum, card.maximum) == (0, None, None)
    new = form | {"legal_entity": till.client.legal_entity_id, "code": "new", "currency": "USD"}
    assert browser.post(reverse("admin:accounts_paymentmethod_add"), new).status_code == 302
    made = PaymentMethod.objects.get(code="new")
    assert (made.fee_percent, made.minimum, made.maximum) == (0, None, None)
    with pytest.raises(DatabaseError, match="two people"), transaction.atomic():
        PaymentMethod.objects.filter(pk=card.pk).update(fee_percent=50)
    for own in ({"fee_percent": 50}, {"minimum": 1}, {"maximum": 2}):  # nor with a new method
        card.pk, card.code = None, "newer"
        with pytest.raises(DatabaseError, match="two people"), transaction.atomic():
            PaymentMethod.objects.bulk_create([_with(card, own)])


def test_whoever_decides_reaches_the_method(till: Till) -> None:
    terms(till, till.method, Direction.OUT, minimum="5")
    mine, others = till.second, a_staff_user("compliance", entity=a_legal_entity("far"))
    rows = ApprovalRequest.objects.all()
    reach = terms_of_acts.kind_of(KIND).in_reach
    found = [rows.filter(reach(one, DECIDE_TERMS)).count() for one in (mine, others)]
    assert found == [1, 0]
