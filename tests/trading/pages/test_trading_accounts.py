"""An account's pages, the accounts of a client, the servers: what they show and to whom."""

import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from tests.factories.house import House, a_house
from tests.factories.market import NOON, a_balance_record, a_closed_trade, a_trade
from tests.factories.people import a_browser, a_staff_user
from tests.factories.servers import some_owners
from trading.mirror import moves
from trading.models import AccountFigures, TradingAccount
from trading.terms import Cmd

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def house(redis_server: Any) -> House:
    return a_house()


@pytest.fixture
def browser(house: House) -> Browser:
    return a_browser(a_staff_user("dealer"))


def get(browser: Browser, name: str, *args: int, fragment: bool = False) -> str:
    answer = browser.get(reverse(name, args=args), headers=FRAGMENT if fragment else {})
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def figures_of(house: House, **changes: Any) -> None:
    values: dict[str, Any] = {
        "currency": "USD",
        "balance": Decimal(1000),
        "credit": Decimal(50),
        "floating": Decimal("-12.30"),
        "equity": Decimal("1037.70"),
        "margin": Decimal(500),
        "free_margin": Decimal("537.70"),
        "level": Decimal("207.54"),
        "positions": 2,
        "volume_hundredths": 200,
        "figures_at": NOON,
    }
    AccountFigures.objects.update_or_create(account=house.account, defaults=values | changes)


def test_panel_shows_every_figure_with_its_currency(browser: Browser, house: House) -> None:
    figures_of(house)
    panel = get(browser, "trading:panel-for-client", house.near.pk, fragment=True)
    assert "<html" not in panel
    topic = f"account:{house.account.pk}"
    for field in ("balance", "credit", "equity", "floating", "margin", "free_margin", "level"):
        assert f'data-live="{topic}:{field}"' in panel
    for figure in ("1,000.00", "1,037.70", "−12.30", "537.70", "207.5\u202f%", ">2.00</span>"):
        assert figure in panel
    assert panel.count('class="unit">USD') == 6
    assert f'data-live="{topic}" data-kind="stamp"' in panel


def test_panel_without_a_script_is_a_page(browser: Browser, house: House) -> None:
    assert "<html" in get(browser, "trading:panel-for-client", house.near.pk)


def test_a_figure_that_lacks_a_quote_says_so(browser: Browser, house: House) -> None:
    figures_of(house, equity=None, floating=None, free_margin=None, level=None, needs=["XAUUSD"])
    page = get(browser, "trading:account-detail", house.account.pk)
    assert "Needs a quote of XAUUSD." in page
    assert page.count('title="Not known: a quote is missing">?') == 4


def test_open_and_waiting_tickets_stand_apart(browser: Browser, house: House) -> None:
    owners = some_owners(house.server, 1001)
    waiting = a_trade(31, 1001, cmd=Cmd.SELL_LIMIT, open_price=Decimal("1.20000"))
    moves.write_tickets(house.server.pk, [waiting], owners, NOON, at_market=True)
    page = get(browser, "trading:account-detail", house.account.pk)
    positions, orders = page.split("orders-head", 1)
    assert re.findall(r'data-ticket="(\d+)"', positions) == ["12", "11"]
    assert re.findall(r'data-ticket="(\d+)"', orders) == ["31"]
    assert "Sell limit" in orders
    assert f'data-live="account:{house.account.pk}:positions.11.profit"' in positions
    assert 'data-live="' not in orders.split("<footer", 1)[0]


def test_open_tickets_come_alone_for_htmx(browser: Browser, house: House) -> None:
    part = get(browser, "trading:account-detail", house.account.pk, fragment=True)
    assert "<html" not in part
    assert 'data-ticket="11"' in part


def test_closed_trades_are_signed_and_paged(browser: Browser, house: House) -> None:
    owners = some_owners(house.server, 1001)
    many = [a_closed_trade(1000 + number, 1001, profit=Decimal("-4.5")) for number in range(60)]
    moves.write_tickets(house.server.pk, many, owners, NOON, at_market=True)
    page = get(browser, "trading:account-deals", house.account.pk)
    assert 'class="figure loss">−4.50' in page
    older = re.findall(r'rel="next" href="([^"]+)"', page)[0]
    rest = browser.get(reverse("trading:account-deals", args=[house.account.pk]) + older)
    shown = [
        *re.findall(r"#(\d+)</span>", page),
        *re.findall(r"#(\d+)</span>", rest.content.decode()),
    ]
    assert len(shown) == len(set(shown)) == 62


def test_balance_operations_say_what_they_are(browser: Browser, house: House) -> None:
    owners = some_owners(house.server, 1001)
    paid = a_balance_record(41, 1001, "-120")
    moves.write_tickets(house.server.pk, [paid], owners, NOON, at_market=True)
    page = get(browser, "trading:account-balance", house.account.pk)
    assert "+500.00" in page
    assert "−120.00" in page
    assert "Withdrawal" in page
    assert "Amount, USD" in page


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({}, "Open"),
        ({"read_only": True}, "Read only"),
        ({"enabled": False}, "Disabled"),
        ({"closed_on_server": True}, "Gone from server"),
    ],
)
def test_the_account_says_whether_it_may_trade(
    browser: Browser, house: House, changes: dict[str, bool], word: str
) -> None:
    TradingAccount.objects.filter(pk=house.account.pk).update(**changes)
    page = get(browser, "trading:account-detail", house.account.pk)
    badge = page.split("</h1>", 1)[1].split("</span>", 1)[0]
    assert word in badge


def test_tabs_are_those_that_one_may_open(house: House) -> None:
    user = a_staff_user("dealer")
    page = get(a_browser(user), "trading:account-detail", house.account.pk)
    assert reverse("trading:account-deals", args=[house.account.pk]) in page
    assert 'aria-current="page">Open<' in page


def test_servers_say_how_fresh_they_are_and_why_not(browser: Browser, house: House) -> None:
    page = get(browser, "trading:server-list")
    assert "Demo One" in page
    assert f'data-live="server:{house.server.pk}" data-kind="stamp"' in page
    assert "unreachable" in page  # no feed has ever spoken here
    footer = get(browser, "health:footer", fragment=True)
    assert "<html" not in footer
    assert "Demo One" in footer


def test_managing_is_offered_to_who_may_change_something(browser: Browser, house: House) -> None:
    assert ">Manage</a>" in get(browser, "trading:account-detail", house.account.pk)
    reader = get(a_browser(a_staff_user("auditor")), "trading:account-detail", house.account.pk)
    assert ">Manage</a>" not in reader
    assert ">Requests</a>" in reader
