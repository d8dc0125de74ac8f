"""The audit pages: what was done is found by who, whom, kind, period, address, and taken away."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from backoffice.audit.queries import entries
from backoffice.company.models import LegalEntity
from backoffice.core.models import EventRecord
from backoffice.core.outbox import sealing
from backoffice.core.runtime.origin import Origin, within
from crm.models import Client
from tests.backoffice.audit.changes import commit_now
from tests.backoffice.core.probes import weigh
from tests.factories.people import a_browser, a_client, a_legal_entity, a_staff_user

pytestmark = pytest.mark.django_db
ACTS = "weighed thing"


@pytest.fixture
def auditor():
    """Somebody who reads everything."""
    return a_staff_user("auditor", name="Ada Auditor")


@pytest.fixture
def browser(auditor):
    """The auditor's."""
    return a_browser(auditor)


def get(browser, name, **query):
    """A page as text."""
    answer = browser.get(reverse(f"audit:{name}"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_what_was_done_is_found(browser):
    with within(Origin(address="203.0.113.9")):
        weigh(7)
    found = ({}, {"q": "thing 7"}, {"q": "thing:7"}, {"q": "probe."}, {"actor": "staff:42"},
             {"actor": "42"}, {"address": "203.0.113.9"},
             {"kind": "probe."}, {"kind": "probe.thing.weighed"}, {"q": "\x00"},
             {"since": "2026-01-01"}, {"until": "2999-01-01"})  # fmt: skip
    for query in found:
        assert ACTS in get(browser, "event-list", **query), query
    for query in ({"q": "thing 8"}, {"actor": "staff:41"}, {"address": "203.0.113.8"},
                  {"kind": "identity."}, {"since": "2999-01-01"}, {"until": "2001-01-01"},
                  {"q": "9" * 30}, {"actor": "x" * 70}):  # fmt: skip
        assert ACTS not in get(browser, "event-list", **query), query
    assert ACTS in get(browser, "object-history", kind="thing", key="7")
    assert ACTS not in get(browser, "object-history", kind="thing", key="8")


def test_a_sealed_address_stays_covered_in_the_list_and_its_export(browser):
    mark = str(sealing.Seal("client", "7", "198.51.100.7"))
    assert sealing.is_mark(mark)
    with within(Origin(address=mark)):
        weigh(7)
    shown = get(browser, "event-list")
    taken = browser.post(reverse("audit:export")).content.decode("utf-8-sig")
    for text in (shown, taken):
        assert mark not in text
        assert sealing.COVER in text


def test_a_period_is_found_by_halving():
    numbers = [weigh(one) for one in range(40)]
    moments = dict(EventRecord.objects.values_list("pk", "recorded_at"))
    with connection.cursor() as cursor:
        for number in (numbers[0], numbers[17], numbers[39]):
            cursor.execute("SELECT event_number_at(%s)", [moments[number]])
            below = [pk for pk, at in moments.items() if at < moments[number]]
            assert cursor.fetchone() == (max(below, default=0),)
        cursor.execute("SELECT event_number_at(%s)", [datetime(2999, 1, 1, tzinfo=UTC)])
        assert cursor.fetchone() == (numbers[39],)


def test_an_entry_shows_before_and_after_and_who(browser):
    a_legal_entity("alpha", name="Alpha")
    commit_now()
    LegalEntity.objects.update(name="Beta")
    with within(Origin(address="203.0.113.9", device="A Browser")):
        number = weigh()
    commit_now()
    page = get(browser, "entry", event=number)
    for text in ("Alpha", "Beta", "company_legalentity", "203.0.113.9", "A Browser", "staff:42"):
        assert text in page
    change = entries.Change.objects.order_by("-pk")[0]
    assert "probe.thing.weighed" in get(browser, "entry", change=change.pk)
    assert "There is no such entry." in get(browser, "entry", event=987_654_321)
    assert "company_legalentity" in get(browser, "change-list", q="company_legalentity")
    assert "Beta" not in get(browser, "change-list", q="crm_client 1")


def test_what_no_act_told_of_is_named(browser, auditor):
    commit_now()
    with connection.cursor() as cursor:  # as in a transaction of its own
        cursor.execute("SELECT set_config('backoffice.actor', '', true)")
    LegalEntity.objects.bulk_create(
        [LegalEntity(code="by-hand", name="X", jurisdiction="CY", reporting_currency="USD")]
    )
    commit_now()
    page = get(browser, "change-list", nameless="true")
    assert "no act of the house (mt4bo_app)" in page
    assert get(browser, "change-list", nameless="false").count("(mt4bo_app)") == 0


def test_a_personal_value_is_read_until_it_is_erased(browser):
    client = a_client("Nora Near", email="nora@example.com")
    commit_now()
    change = entries.Change.objects.get(table_name="crm_client", row_key=str(client.pk))
    covered = get(browser, "entry", change=change.pk)  # an auditor reads no contacts
    assert "nora" not in covered.lower()
    assert sealing.COVER in covered
    assert not EventRecord.objects.filter(name="audit.record.viewed").exists()
    browser = a_browser(a_staff_user("compliance"))
    assert "nora@example.com" in get(browser, "entry", change=change.pk)
    told = EventRecord.objects.filter(name="audit.record.viewed").get().told()
    assert told["fields"] == {"key": str(change.pk), "kind": "change"}
    sealing.erase("client", client.pk)
    page = get(browser, "entry", change=change.pk)
    assert "erased" in page
    assert "nora@example.com" not in page
    assert Client.objects.filter(pk=client.pk).exists()


def test_one_day_of_one_person(browser, auditor):
    weigh()
    today = timezone.localdate()
    page = get(browser, "person-day", actor="staff:42", day=today.isoformat())
    assert ACTS in page
    yesterday = (today - timedelta(days=1)).isoformat()
    assert ACTS not in get(browser, "person-day", actor="staff:42", day=yesterday)
    assert "Ada Auditor" in get(browser, "person-day", actor="nobody", day="no day")


def test_an_export_is_what_was_narrowed_and_is_told(browser, auditor):
    weigh(7)
    answer = browser.post(reverse("audit:export") + "?kind=probe.&q=probe.&sort=")
    text = answer.content.decode("utf-8-sig")
    assert answer["Content-Disposition"].endswith('.csv"')
    lines = text.strip().splitlines()
    assert len(lines) == 2
    assert "scale:1 thing:7" in lines[1]
    told = EventRecord.objects.filter(name="audit.list.exported").get().told()
    assert told["fields"] == {"narrowed": "kind=probe., q", "rows": "1"}
    assert told["actor"] == f"staff:{auditor.pk}"


def test_a_role_bound_to_an_entity_reads_nothing():
    weigh()
    bound = a_staff_user("auditor", entity=a_legal_entity("only"))
    page = get(a_browser(bound), "event-list")
    assert "Nothing is told here." in page
    assert ACTS not in page


def test_verify_now_says_what_it_found(browser):
    with transaction.atomic():
        weigh()
    answer = browser.post(reverse("audit:verify"), headers={"HX-Request": "true"})
    assert "The log is sound: all 0 entries" in answer.content.decode()
    told = EventRecord.objects.filter(name="audit.log.verified").get().told()
    assert told["fields"] == {"entries": "0", "first_bad": None, "verdict": "sound"}
