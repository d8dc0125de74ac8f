"""The client list and a client's page: what they show, to whom, and in which parts."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client as Browser
from django.urls import reverse

from crm.actions.figures import Figures, record_figures
from crm.models import Client
from tests.factories.house import House, a_house
from tests.factories.people import NOW, a_browser, a_client, a_staff_user

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}
LIST = "/clients/"


@pytest.fixture
def house() -> House:
    return a_house()


@pytest.fixture
def browser(house: House) -> Browser:
    return a_browser(a_staff_user("administrator"))


def names(answer) -> list[str]:  # type: ignore[no-untyped-def]
    page = unescape(answer.content.decode())
    return re.findall(r'data-row title="([^"]+)"', page)


def page_of(answer) -> str:  # type: ignore[no-untyped-def]
    return unescape(answer.content.decode())


def test_list_shows_clients_with_their_figures(browser: Browser, house: House) -> None:
    figures = Figures(
        client_id=house.near.pk,
        currency="USD",
        equity=Decimal("12480.21"),
        balance=Decimal(12000),
        net_deposits=Decimal(-300),
        accounts_count=2,
        open_lots_hundredths=35,
    )
    record_figures(rows=[figures], now=NOW)
    page = page_of(browser.get(LIST))
    assert "12,480.21" in page
    assert "−300.00" in page
    assert f'data-live="client:{house.near.pk}:equity"' in page
    assert "2 clients" in page
    assert "Equity, USD" in page


def test_fragment_is_the_list_alone(browser: Browser) -> None:
    whole, part = browser.get(LIST), browser.get(LIST, headers=FRAGMENT)
    assert whole.headers["Vary"].lower().count("hx-request") == 1
    assert part.headers["Vary"].lower().count("hx-request") == 1
    assert "<html" in page_of(whole)
    assert "<html" not in page_of(part)
    assert names(whole) == names(part)


def test_search_and_filters_narrow_and_are_taken_off_by_their_chips(browser: Browser) -> None:
    assert names(browser.get(LIST, {"q": "Nora"})) == ["Nora Near"]
    Client.objects.filter(full_name="Nora Near").update(country="ES")
    answer = browser.get(LIST, {"country": "ES", "q": "N"})
    assert names(answer) == ["Nora Near"]
    assert 'href="?q=N" aria-label="Remove Country ES"' in page_of(answer)


def test_nothing_found_says_so_and_offers_a_way_back(browser: Browser) -> None:
    page = page_of(browser.get(LIST, {"q": "nobody of that name"}))
    assert "No client matches this filter." in page
    assert f'href="{LIST}">Take all filters off' in page


def test_views_are_addresses(browser: Browser, house: House) -> None:
    page = page_of(browser.get(LIST, {"owner": "null"}))
    assert re.search(r'href="\?owner=null"[^>]*aria-current="page">No owner', page)
    assert names(browser.get(LIST, {"owner": "null"})) == ["Fred Far", "Nora Near"]
    counted = page_of(browser.get(reverse("crm:panel-views"), headers=FRAGMENT))
    assert re.search(r'href="/clients/\?owner=null">No owner<span[^>]*>2<', counted)


def test_pages_are_kept_by_key_both_ways(browser: Browser, house: House) -> None:
    for number in range(120):
        a_client(f"Somebody {number:03}", entity=house.entity, desk=house.desk)
    first = browser.get(LIST)
    second = browser.get(LIST + _link(first, "next"))
    third = browser.get(LIST + _link(second, "next"))
    seen = [*names(first), *names(second), *names(third)]
    assert [len(names(page)) for page in (first, second, third)] == [50, 50, 22]
    assert seen == sorted(set(seen))
    assert 'rel="next"' not in page_of(third)
    assert names(browser.get(LIST + _link(third, "prev"))) == names(second)
    assert names(browser.get(LIST + _link(second, "prev"))) == names(first)


def _link(answer, way: str) -> str:  # type: ignore[no-untyped-def]
    return re.findall(rf'rel="{way}" href="([^"]+)"', page_of(answer))[0]


@pytest.mark.parametrize(
    "query",
    [
        "after=%%%",
        "after=W10",
        "before=bnVsbA",
        "sort=password",
        "after=&before=",
        "kyc=99",
        "page=-1",
    ],
)
def test_a_broken_address_starts_the_list_anew(browser: Browser, query: str) -> None:
    assert names(browser.get(f"{LIST}?{query}")) == ["Fred Far", "Nora Near"]


def test_sorting_is_offered_where_it_is_fast(browser: Browser) -> None:
    page = page_of(browser.get(LIST, {"sort": "-name"}))
    assert 'aria-sort="descending"' in page
    assert names(browser.get(LIST, {"sort": "-name"})) == ["Nora Near", "Fred Far"]
    assert "sort=equity" in page or "sort=-equity" in page
    assert "sort=owner" not in page


def test_contacts_are_masked_for_who_may_not_read_them(house: House) -> None:
    agent = a_staff_user("sales_agent", desk=house.desk)
    house.give_to(agent)
    url = reverse("crm:client-detail", args=[house.near.pk])
    page = page_of(a_browser(agent).get(url))
    assert "nora@example.com" not in page
    assert "n•••a@•••.com" in page
    support = a_staff_user("support", entity=house.entity)
    assert "nora@example.com" in page_of(a_browser(support).get(url))


def test_client_page_tells_their_life_and_fetches_their_accounts(
    browser: Browser, house: House
) -> None:
    page = page_of(browser.get(reverse("crm:client-detail", args=[house.near.pk])))
    panel = reverse("trading:panel-for-client", args=[house.near.pk])
    assert f'hx-get="{panel}" hx-trigger="load"' in page
    assert f'<a href="{panel}">' in page  # without a script
    assert "registered client" in page
    assert f"#{house.near.number}" in page


def test_older_events_come_by_place(browser: Browser, house: House) -> None:
    url = reverse("crm:client-timeline", args=[house.near.pk])
    assert "registered client" in page_of(browser.get(url, headers=FRAGMENT))
    assert "registered client" not in page_of(browser.get(f"{url}?before=1", headers=FRAGMENT))
    assert browser.get(f"{url}?before=x").status_code == 200


def test_hostile_names_stay_text(browser: Browser, house: House) -> None:
    name = '<script>alert("x")</script>'
    Client.objects.filter(pk=house.near.pk).update(full_name=name, tags=["<b>"], city='"><i>')
    for url in (LIST, reverse("crm:client-detail", args=[house.near.pk])):
        raw = browser.get(url).content.decode()
        assert name not in raw
        assert "<b>" not in raw
        assert '"><i>' not in raw


def test_a_client_since_long_shows_the_date(browser: Browser, house: House) -> None:
    Client.objects.filter(pk=house.near.pk).update(
        created_at=NOW - timedelta(days=400), registered_at=NOW - timedelta(days=400)
    )
    assert "26 Jan 2025" in page_of(browser.get(reverse("crm:client-detail", args=[house.near.pk])))
