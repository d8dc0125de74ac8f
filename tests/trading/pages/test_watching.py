"""What others changed, the alerts and the manager accounts: as the pages tell them."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from backoffice.core import clock
from backoffice.core.errors import Rejected
from backoffice.core.states import IllegalMove
from tests.factories.accounts.changes import an_alert_of
from tests.factories.house import House, a_house
from tests.factories.people import a_browser, a_staff_user
from trading.actions.watching import alerting
from trading.models import Alert, ServerChange, ServerWatch
from trading.states import AlertState, Change

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    return a_house()


@pytest.fixture
def dealer(house: House) -> Browser:
    return a_browser(a_staff_user("dealer"))


def text_of(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content[:500]
    return unescape(answer.content.decode())


def test_a_change_says_what_who_and_from_where(dealer: Browser, house: House) -> None:
    assert "Nobody changed anything but us" in text_of(dealer.get(reverse("trading:change-list")))
    an_alert_of(house.account)
    page = text_of(dealer.get(reverse("trading:change-list")))
    for part in ("1001", "leverage", "1:100 → 1:33", "manager 901", "198.51.100.7"):
        assert part in page
    query = {"kind": "group"}
    assert "No change matches" in text_of(dealer.get(reverse("trading:change-list"), query))


def test_a_persons_data_are_for_who_may_read_them(dealer: Browser, house: House) -> None:
    now = clock.now()
    ServerChange.objects.create(
        server=house.server, account=house.account, login=1001, kind=Change.DATA, seen_at=now,
        before='{"name": "Nora Near", "email": "nora@example.com"}',
        after='{"name": "Nora Near", "email": "thief@example.com"}',
        verdict=ServerChange.FOREIGN, judged_at=now,
    )  # fmt: skip
    page = text_of(dealer.get(reverse("trading:change-list")))
    assert "thief@example.com" not in page
    assert "e-mail" in page
    officer = a_browser(a_staff_user("compliance"))
    assert "e-mail thief@example.com" in text_of(officer.get(reverse("trading:change-list")))


def test_an_alert_is_closed_with_its_reason(dealer: Browser, house: House) -> None:
    alert = an_alert_of(house.account)
    count = dealer.get(reverse("trading:alert-count"), headers={"HX-Request": "true"})
    assert text_of(count).strip().startswith("1")
    detail = reverse("trading:alert-detail", args=[alert.pk])
    assert "Group or leverage was changed" in text_of(dealer.get(detail))
    close = reverse("trading:alert-close", args=[alert.pk])
    text_of(dealer.post(close, {"reason": ""}), 422)
    assert "agreed by phone" in text_of(
        dealer.post(close, {"reason": "agreed by phone"}, follow=True)
    )
    assert Alert.objects.get().state == AlertState.CLOSED
    reader = a_browser(a_staff_user("auditor"))
    told = text_of(reader.get(detail))
    assert "Close the alert" not in told
    assert re.search(r"agreed by phone · (?!staff:)\S+", told)
    assert "All changes of this account" in told


def test_an_alert_is_seen_and_put_off_until_it_is_due(dealer: Browser, house: House) -> None:
    alert = an_alert_of(house.account)
    todo, snoozed = ({"view": one} for one in ("todo", "snoozed"))
    page = reverse("trading:alert-list")
    see = reverse("trading:alert-see", args=[alert.pk])
    text_of(dealer.post(see, {"hours": "9999"}), 422)
    told = text_of(dealer.post(see, {"hours": "4"}, follow=True))
    assert "Seen by" in told
    assert "put off until" in told
    assert "No alert" in text_of(dealer.get(page, todo))
    assert "1001" in text_of(dealer.get(page, snoozed))
    count = dealer.get(reverse("trading:alert-count"), headers={"HX-Request": "true"})
    assert not text_of(count).strip().startswith("1")
    Alert.objects.update(snoozed_until=clock.now() - timedelta(minutes=1))
    assert "1001" in text_of(dealer.get(page, todo))
    count = dealer.get(reverse("trading:alert-count"), headers={"HX-Request": "true"})
    assert text_of(count).strip().startswith("1")


def test_what_was_put_off_is_back_when_it_happens_again(house: House) -> None:
    alert, user = an_alert_of(house.account), a_staff_user("dealer")
    told = {"alert_id": alert.pk, "actor": user.actor, "now": clock.now()}
    with pytest.raises(Rejected, match="a week at most"):
        alerting.see_alert(for_hours=169, **told)
    with pytest.raises(alerting.NotAllowed):
        alerting.see_alert(**told | {"actor": a_staff_user("auditor").actor})
    seen = alerting.see_alert(for_hours=168, **told)
    assert (seen.state, seen.seen_by) == (AlertState.SEEN, str(user.actor))
    alerting.raise_alert(change=alert.change, actor=user.actor, now=clock.now())
    again = Alert.objects.get()
    assert (again.state, again.snoozed_until, again.count) == (AlertState.NEW, None, 2)
    alerting.see_alert(**told)
    alerting.close_alert(reason="agreed", **told)
    with pytest.raises(IllegalMove):
        alerting.see_alert(**told)


def test_manager_accounts_stand_with_their_rights(dealer: Browser, house: House) -> None:
    url = reverse("trading:manager-list")
    assert "No manager account was read yet" in text_of(dealer.get(url))
    managers = [
        {"login": 900, "name": "Back office", "rights": ["manager", "money"], "groups": "*",
         "ip_from": "", "ip_to": "", "info_depth_days": 0},
        {"login": 901, "name": "Desk", "rights": ["broker"], "groups": "vip*",
         "ip_from": "198.51.100.1", "ip_to": "198.51.100.9", "info_depth_days": 0},
    ]  # fmt: skip
    ServerWatch.objects.create(
        server=house.server, own_logins=[900], managers=managers, managers_at=clock.now(),
        trouble="The journal was refused",
    )  # fmt: skip
    page = text_of(dealer.get(url))
    rights = 'change accounts</span> · <span class="nowrap">book money'
    for part in (rights, "ours", "vip*", "198.51.100.1 – 198.51.100.9", "was refused"):
        assert part in page
