"""The lists of the market as files: what the reader may see, all that matches, told to the log."""

import csv
import io
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from backoffice.core import clock, records
from backoffice.ui import shapes
from tests.factories.accounts.changes import an_alert_of
from tests.factories.accounts.orders import a_wish
from tests.factories.house import House, a_house
from tests.factories.people import a_browser, a_staff_user
from trading.actions.ordering import asking
from trading.models import TradingAccount
from trading.states import AccountVerb

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    return a_house()


def taken(browser: Browser, name: str, **query: str) -> list[list[str]]:
    answer = browser.get(reverse(f"trading:{name}"), {"as": "csv", **query})
    assert answer.status_code == 200, answer.content[:500]
    assert answer["Content-Disposition"].startswith("attachment;")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_changes_and_alerts_are_taken_in_words(house: House) -> None:
    an_alert_of(house.account)
    dealer = a_browser(a_staff_user("dealer"))
    heads, row = taken(dealer, "change-list")
    assert heads[2:5] == ["Login", "Ticket", "What"]
    assert row[1:] == ["demo-1", "1001", "", "leverage", "1:100", "1:33", "901", "198.51.100.7"]
    _, alert = taken(dealer, "alert-list", view="todo")
    assert alert[1:7] == ["demo-1", "1001", "warn", "Group or leverage was changed", "1", "New"]
    assert len(taken(dealer, "alert-list", view="snoozed")) == 1
    told = records.all_events().filter(name="trading.list.taken").order_by("id")
    assert [list(records.view(one).fields.values()) for one in told] == [
        ["all", "1", "changes"],
        ["view", "1", "alerts"],
        ["view", "0", "alerts"],
    ]


def test_requests_are_taken_in_words(house: House) -> None:
    user = a_staff_user("back_office", entity=house.entity)
    told: dict[str, Any] = {"account_id": house.account.pk, "now": clock.now()}
    asking.ask(wish=a_wish(AccountVerb.LEVERAGE, "500"), actor=user.actor, **told)
    _, row = taken(a_browser(user), "command-list")
    assert (row[3], row[4].split()[-1], row[6]) == ("1001", "1:500", str(user.actor))


def test_text_is_no_formula_and_a_long_list_is_cut(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    TradingAccount.objects.update(client=None, bound_at=None, bound_by="", name="=1+1")
    officer = a_browser(a_staff_user("back_office"))
    assert "as=csv" in officer.get(reverse("trading:unbound-list")).content.decode()
    _, *rows = taken(officer, "unbound-list")
    assert [row[1] for row in rows] == ["1001", "2002"]
    assert {row[3] for row in rows} == {"'=1+1"}
    monkeypatch.setattr(shapes, "MOST_IN_A_FILE", 1)
    _, _row, cut = taken(officer, "unbound-list")
    assert cut == ["Cut at 1 lines: narrow the list."]
