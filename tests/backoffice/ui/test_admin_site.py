"""The admin site: who comes in, what can be written, and that lists cost the same on any table."""

import json
import re

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import PaymentMethod
from backoffice.company.models import LegalEntity, PolicyVersion
from backoffice.core import records
from backoffice.core.models import EventRecord
from backoffice.identity.models import Desk, Role
from backoffice.ui.admin_site import ConfigurationAdmin, site
from crm.models import Look
from tests.factories.people import a_browser, a_client, a_legal_entity, a_staff_user

pytestmark = pytest.mark.django_db

WRITABLE = {
    "company.legalentity",
    "company.brand",
    "company.excludedsubject",
    "company.lettertemplate",
    "company.policyversion",
    "identity.desk",
    "accounts.paymentmethod",
    "trading.accounttype",
}


@pytest.fixture
def browser() -> Browser:
    return a_browser(a_staff_user("administrator"))


def page(model: str, name: str = "changelist", *args: object) -> str:
    return reverse(f"admin:{model.replace('.', '_')}_{name}", args=args)


def test_only_configuration_can_be_written() -> None:
    reverse("admin:index")  # finds the registrations
    writable = {
        model._meta.label_lower
        for model, its_admin in site._registry.items()
        if isinstance(its_admin, ConfigurationAdmin)
    }
    assert writable == WRITABLE
    for its_admin in site._registry.values():
        assert its_admin.has_delete_permission(None) is False
        assert its_admin.show_full_result_count is False


def test_no_secret_of_a_package_is_registered() -> None:
    reverse("admin:index")
    apps = {model._meta.app_label for model in site._registry}
    assert not apps & {"otp_totp", "otp_static", "axes", "sessions", "auth", "admin"}


def test_only_administrators_come_in() -> None:
    assert Browser().get("/admin/")["Location"] == "/sign-in/?next=/admin/"
    codes = Role.objects.exclude(code="administrator").values_list("code", flat=True)
    for code in codes:
        other = a_browser(a_staff_user(code))
        answer = other.get("/admin/", follow=True)
        assert answer.status_code == 403, code


def test_every_page_of_the_index_opens(browser: Browser) -> None:
    a_client()
    assert browser.get("/admin/").status_code == 200
    for model in site._registry:
        label = model._meta.label_lower
        assert browser.get(page(label)).status_code == 200, label
        search = browser.get(page(label), {"q": "a"})
        assert search.status_code == 200, label


def test_both_boxes_of_a_moment_have_a_name(browser: Browser) -> None:
    form = browser.get(page("company.policyversion", "add")).content.decode()
    for box, name in (("0", "Valid from: Date"), ("1", "Valid from: Time")):
        found = re.search(rf'<input[^>]*name="valid_from_{box}"[^>]*>', form)
        assert found is not None
        assert f'aria-label="{name}"' in found[0]


def test_django_own_doors_lead_to_ours(browser: Browser) -> None:
    assert browser.get("/admin/password_change/").status_code == 404
    left = browser.post("/admin/logout/")
    assert (left.status_code, left["Location"]) == (307, "/sign-out/")


def test_an_edit_is_told_with_both_states(browser: Browser) -> None:
    entity = a_legal_entity("alpha", name="Alpha")
    form = {"name": "Alpha Ltd", "jurisdiction": "MT", "timezone": "UTC", "is_active": "on"}
    answer = browser.post(page("company.legalentity", "change", entity.pk), form)
    assert answer.status_code == 302, answer.context and answer.context["errors"]
    entity.refresh_from_db()
    assert (entity.name, entity.code) == ("Alpha Ltd", "alpha")
    (event,) = records.for_subject("company.legalentity", entity.pk)
    assert event.name == "ui.configuration.changed"
    before, after = (json.loads(event.fields[state]) for state in ("before", "after"))
    assert (before["name"], after["name"]) == ("Alpha", "Alpha Ltd")
    assert str(event.actor).startswith("staff:")


def test_a_new_row_is_told_too(browser: Browser) -> None:
    entity = a_legal_entity()
    form = {
        "legal_entity": entity.pk,
        "code": "wire",
        "name": "Wire",
        "kind": "bank_wire",
        "currency": "EUR",
        "direction": "both",
        "is_active": "on",
        "fee_percent": "0",
    }
    assert browser.post(page("accounts.paymentmethod", "add"), form).status_code == 302
    method = PaymentMethod.objects.get()
    (event,) = records.for_subject("accounts.paymentmethod", method.pk)
    assert event.fields["before"] == ""


def test_a_role_is_edited_on_its_own_page_only(browser: Browser) -> None:
    role = Role.objects.get(code="dealer")
    form = {"name": "Dealer", "reach": "all", "permissions": "crm.client.view"}
    assert browser.get(page("identity.role", "change", role.pk)).status_code == 200
    assert browser.post(page("identity.role", "change", role.pk), form).status_code == 403
    assert Role.objects.get(code="dealer").permissions == role.permissions
    assert not records.for_subject("identity.role", role.pk)


def test_a_desk_gets_its_path_and_a_policy_its_author(browser: Browser) -> None:
    entity = a_legal_entity()
    form = {"legal_entity": entity.pk, "parent": "", "code": "sales", "name": "Sales"}
    assert browser.post(page("identity.desk", "add"), form).status_code == 302
    top = entity_desk(entity, "sales")
    form |= {"parent": top.pk, "code": "north", "name": "North"}
    assert browser.post(page("identity.desk", "add"), form).status_code == 302
    assert entity_desk(entity, "sales.north").parent == top
    policy = {
        "code": "call-back",
        "version": 1,
        "value": '{"hours": 2}',
        "valid_from_0": "2026-01-01",
        "valid_from_1": "00:00",
        "reason": "first",
    }
    answer = browser.post(page("company.policyversion", "add"), policy)
    assert answer.status_code == 302, answer.context["errors"]
    assert PolicyVersion.objects.get().set_by.startswith("staff:")


def entity_desk(entity: LegalEntity, path: str) -> Desk:
    """Return the desk at this path."""
    return Desk.objects.get(legal_entity=entity, path=path)


@pytest.mark.parametrize("verb", ["add", "change", "delete"])
def test_what_is_not_configuration_cannot_be_written(verb: str, browser: Browser) -> None:
    client = a_client()
    args = () if verb == "add" else (client.pk,)
    answer = browser.post(page("crm.client", verb, *args), {"full_name": "Other", "post": "yes"})
    assert answer.status_code == 403
    client.refresh_from_db()
    assert client.full_name != "Other"


def test_contacts_stay_masked(browser: Browser) -> None:
    client = a_client(email="ana@secret.example", phone="+34600123210")
    shown = browser.get(page("crm.client", "change", client.pk)).content.decode()
    assert "secret" not in shown
    assert "600123" not in shown
    assert "a•••a@•••.example" in shown


def test_a_list_counts_no_further_than_a_thousand(browser: Browser) -> None:
    a_client()
    with CaptureQueriesContext(connection) as asked:
        browser.get(page("crm.client"))
    sql = [query["sql"] for query in asked if '"crm_client"' in query["sql"]]
    assert len(sql) == 2
    assert any(re.search(r"COUNT\(\*\) FROM \(SELECT .* LIMIT 1000\)", one) for one in sql)


def test_a_look_is_told_and_a_clients_card_is_counted(browser: Browser) -> None:
    client = a_client("Nora Near", email="nora@example.com")
    assert browser.get(page("crm.client", "changelist")).status_code == 200
    shown = browser.get(page("crm.client", "change", client.pk))
    assert shown.status_code == 200
    assert "nora@example.com" not in shown.text
    viewed = EventRecord.objects.filter(name="audit.record.viewed").order_by("id")
    told = [(one.told()["fields"]["kind"], one.told()["fields"]["key"]) for one in viewed]
    assert told == [("client_list", "all"), ("client", str(client.pk))]
    assert Look.objects.get().client_id == client.pk
    assert browser.get(page("crm.client", "change", 10**9)).status_code in (302, 404)
    assert Look.objects.count() == 1
