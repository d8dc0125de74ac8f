"""Masked contacts, shown one by one; cards counted against quotas, with an alarm."""

import pytest
from django.db import DatabaseError, transaction
from django.test import Client as Browser

from backoffice.company.actions import policies
from backoffice.core import clock, records
from backoffice.identity.models import User
from crm.actions import looks
from crm.models import Client, Look
from crm.queries import looks as asked
from crm.states import ContactField, LookKind
from tests.factories.people import NOW, SETUP, a_browser, a_client, a_legal_entity, a_staff_user

pytestmark = pytest.mark.django_db
EMAIL = "nora.near@example.com"


@pytest.fixture
def agent() -> User:
    return a_staff_user("sales_agent")


@pytest.fixture
def client(agent: User) -> Client:
    return a_client("Nora Near", owner=agent, email=EMAIL, phone="+34 600 111 222")


@pytest.fixture
def browser(agent: User) -> Browser:
    return a_browser(agent)


def some_quotas(**values: object) -> None:
    policies.set_policy(
        code="card-quotas", value=values, valid_from=NOW, reason="test", actor=SETUP, now=NOW
    )


def names(kind: str, key: int) -> list[str]:
    return [view.name for view in records.for_subject(kind, key)]


def test_sales_reads_contacts_masked_until_asking(browser: Browser, client: Client) -> None:
    card = f"/clients/{client.pk}/"
    page = browser.get(card).text
    assert EMAIL not in page
    assert "600 111 222" not in page
    contact = f"{card}contacts/email/"
    assert EMAIL not in browser.get(contact).text
    assert "crm.contact.revealed" not in names("client", client.pk)
    answer = browser.post(contact, headers={"HX-Request": "true"})
    assert EMAIL in answer.text
    assert answer["Cache-Control"] == "no-store"
    assert "delay:60s" in answer.text
    assert names("client", client.pk)[0] == "crm.contact.revealed"
    assert EMAIL not in str(records.for_subject("client", client.pk))
    assert EMAIL in browser.post(contact).text  # without a script, on a page of its own
    assert browser.post(f"{card}contacts/full_name/").status_code == 404
    assert browser.post(f"{card}contacts/passport/").status_code == 404


def test_who_reads_contacts_all_day_is_asked_for_nothing(client: Client) -> None:
    support = a_staff_user("support", entity=client.legal_entity)
    page = a_browser(support).get(f"/clients/{client.pk}/").text
    assert EMAIL in page
    assert "contacts/email" not in page
    assert a_browser(support).post(f"/clients/{client.pk}/contacts/email/").status_code == 403


def test_a_card_counts_once_a_day(browser: Browser, agent: User, client: Client) -> None:
    for _visit in range(3):
        assert browser.get(f"/clients/{client.pk}/").status_code == 200
    now = clock.now()
    assert asked.counted(agent.pk, LookKind.OPENED, now=now) == 1
    assert names("client", client.pk).count("audit.record.viewed") == 1


def test_the_quota_sets_off_an_alarm_and_then_stops(agent: User) -> None:
    some_quotas(opened=2, revealed=2, stops=["revealed"])
    entity, now = a_legal_entity(), clock.now()
    told = {"user_id": agent.pk, "actor": agent.actor, "now": now}
    clients = [a_client(entity=entity, owner=agent, email=f"c{n}@x.example") for n in range(3)]
    for one in clients:
        looks.open_card(client_id=one.pk, **told)  # counted and told, not stopped
    assert names("user", agent.pk).count("crm.quota.reached") == 1
    for one in clients[:2]:
        looks.reveal(client_id=one.pk, field=ContactField.EMAIL, **told)
        looks.reveal(client_id=one.pk, field=ContactField.PHONE, **told)  # the same client
    assert names("user", agent.pk).count("crm.quota.reached") == 2
    with pytest.raises(looks.QuotaSpent, match="2"):
        looks.reveal(client_id=clients[2].pk, field=ContactField.EMAIL, **told)
    assert "crm.contact.revealed" not in names("client", clients[2].pk)
    answer = a_browser(agent).post(f"/clients/{clients[2].pk}/contacts/email/")
    assert "more clients than one person may have" in answer.text
    assert "c2@x.example" not in answer.text


def test_an_export_beyond_the_quota_is_refused_whole(agent: User) -> None:
    some_quotas(exported=100)
    told = {"user_id": agent.pk, "kind": LookKind.EXPORTED, "actor": agent.actor, "now": NOW}
    looks.look(count=60, **told)
    with pytest.raises(looks.QuotaSpent):
        looks.look(count=41, **told)
    looks.look(count=40, **told)
    assert asked.counted(agent.pk, LookKind.EXPORTED, now=NOW) == 100
    assert names("user", agent.pk)[0] == "crm.quota.reached"


def test_a_quota_that_makes_no_sense_falls_back() -> None:
    some_quotas(opened="many", revealed=-1, stops="all")
    found = asked.quotas(now=NOW)
    assert found["opened"].most == asked.DEFAULT["opened"]
    assert (found["revealed"].most, found["revealed"].stops) == (asked.DEFAULT["revealed"], True)


def test_compliance_sees_the_day_beside_the_quotas(
    browser: Browser, agent: User, client: Client
) -> None:
    some_quotas(opened=1)
    browser.get(f"/clients/{client.pk}/")
    page = a_browser(a_staff_user("administrator")).get("/clients/looks/").text
    assert agent.full_name in page
    assert "Quota reached" in page
    elsewhere = a_staff_user("compliance", entity=a_legal_entity())
    assert agent.full_name not in a_browser(elsewhere).get("/clients/looks/").text


def test_the_database_counts_a_look_once(agent: User, client: Client) -> None:
    values = {"user": agent, "client": client, "kind": "opened", "on_date": NOW.date()}
    Look.objects.create(looked_at=NOW, **values)
    with pytest.raises(DatabaseError), transaction.atomic():
        Look.objects.create(looked_at=NOW, **values)
