"""Whence an act came stands in its event; refusals and looks are told, by the one who was there."""

import pytest
from django.urls import reverse

from backoffice.core.models import EventRecord, SealedValue
from backoffice.core.outbox import sealing
from tests.factories.house import a_house
from tests.factories.people import a_browser, a_staff_user

pytestmark = pytest.mark.django_db
BROWSER = "Mozilla/5.0 (probe)"


def last(name):
    """The newest event of this name, as its bytes tell it."""
    record = EventRecord.objects.filter(name=name).order_by("id").last()
    return None if record is None else record.told()


def test_a_request_says_whence_it_comes():
    user = a_staff_user("administrator")
    browser = a_browser(user)
    browser.post(reverse("identity:taste"), {"theme": "dark"}, headers={"User-Agent": BROWSER})
    told = last("identity.preferences.changed")
    assert told["origin"]["address"] == "127.0.0.1"
    assert told["origin"]["device"] == BROWSER
    assert len(told["origin"]["session"]) == 16
    assert told["origin"]["session"] not in browser.cookies["mt4bo_staff"].value
    assert len(told["origin"]["request"]) == 36
    record = EventRecord.objects.filter(name="identity.preferences.changed").get()
    assert record.address == "127.0.0.1"


def test_what_one_may_not_do_is_told():
    user = a_staff_user("sales_agent")
    browser = a_browser(user)
    assert browser.get(reverse("trading:unbound-list")).status_code == 403
    told = last("audit.door.refused")
    assert told["actor"] == f"staff:{user.pk}"
    assert told["fields"] == {
        "door": "trading:unbound-list",
        "method": "GET",
        "path": reverse("trading:unbound-list"),
        "why": "not_allowed",
    }


def test_a_foreign_record_and_none_are_told_alike():
    house = a_house()
    browser = a_browser(a_staff_user("sales_agent", desk=house.desk, entity=house.entity))
    told = []
    for pk in (house.far.pk, 987_654_321):
        assert browser.get(reverse("crm:client-detail", args=[pk])).status_code == 404
        told.append(last("audit.door.refused")["fields"])
    assert [one["why"] for one in told] == ["not_there", "not_there"]
    assert told[0]["path"] == reverse("crm:client-detail", args=[house.far.pk])


def test_an_address_that_leads_nowhere_and_a_stranger_are_not_told():
    a_browser(a_staff_user()).get("/nowhere/")
    assert last("audit.door.refused") is None


def test_a_look_is_told_once_a_day():
    house = a_house()
    user = a_staff_user("administrator")
    browser, url = a_browser(user), reverse("crm:client-detail", args=[house.near.pk])
    for _ in range(3):
        assert browser.get(url).status_code == 200
    looks = EventRecord.objects.filter(name="audit.record.viewed")
    assert [look.told()["fields"] for look in looks] == [
        {"key": str(house.near.pk), "kind": "client"}
    ]
    assert looks[0].actor == f"staff:{user.pk}"
    assert SealedValue.objects.count() == 0


def test_a_mark_is_known_by_its_form():
    assert sealing.is_mark(str(sealing.Seal("user", "1", "x")))
    assert not sealing.is_mark("sealed: no")
