"""The journey that the house was built for: a quote moves in MetaTrader, and a number on a page."""

import os
import re
import signal
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from backoffice.demo.children import wait_until
from tests.journeys.conftest import SignIn
from tests.journeys.running import Demo

pytestmark = pytest.mark.browser
SECONDS = 30_000  # milliseconds, for a machine that has more to do


def amount(mark: Locator) -> Decimal:
    """The amount that a mark shows."""
    shown = mark.inner_text().replace("−", "-")
    return Decimal(re.sub(r"[^\d.-]", "", shown))


def equity(demo: Demo, login: int) -> Decimal:
    """What MetaTrader itself says that the account is worth."""
    return Decimal(demo.manager("margin", login=login)["equity"])


def a_position(demo: Demo) -> dict[str, Any]:
    """An open position whose profit is easy to move: bought or sold, no pending order."""
    trades = demo.manager("open_trades")
    return next(one for one in trades if one["cmd"] in (0, 1) and one["symbol"].startswith("EUR"))


def profile(page: Page, demo: Demo, login: int) -> None:
    """From the list, by a search for the person, to the client's profile."""
    page.goto(f"{demo.address}/clients/")
    expect(page.locator("tbody tr").first).to_be_visible()
    page.locator("input[name=q]").first.fill(demo.manager("account", login=login)["email"])
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody tr a").first.click()
    expect(page.get_by_text(str(login)).first).to_be_visible()


def test_equity_moves_on_the_page_because_a_quote_moved(demo: Demo, sign_in: SignIn) -> None:
    """Password and code, list, profile; then one price is changed in MetaTrader, and back."""
    page = sign_in("administrator")
    demo.metatrader("hold")
    try:
        trade = a_position(demo)
        quote = next(one for one in demo.manager("quotes") if one["symbol"] == trade["symbol"])
        profile(page, demo, trade["login"])
        card = page.locator(".account").filter(has_text=str(trade["login"]))
        mark = card.locator("[data-live^='account:'][data-live$=':equity']")
        expect(mark).to_have_attribute("data-age", "fresh", timeout=SECONDS)
        shown = mark.inner_text()
        page.evaluate("window.neverReloaded = true")

        moved = str(Decimal(quote["bid"]) * Decimal("1.01"))[: len(quote["bid"])]
        demo.metatrader("set_quote", symbol=trade["symbol"], bid=moved, ask=None)
        expect(mark).not_to_have_text(shown, timeout=SECONDS)
        # Stops may have closed something on the way: MetaTrader's own figure is the truth.
        assert wait_until(lambda: amount(mark) == equity(demo, trade["login"]), seconds=30)

        demo.metatrader("set_quote", symbol=trade["symbol"], bid=quote["bid"], ask=quote["ask"])
        assert wait_until(lambda: amount(mark) == equity(demo, trade["login"]), seconds=30)
        assert page.evaluate("window.neverReloaded") is True
    finally:
        demo.metatrader("release")


def test_a_silent_agent_makes_figures_visibly_old(demo: Demo, sign_in: SignIn) -> None:
    """The agent hangs: the figure keeps its last value, says that it is stale, and recovers."""
    page = sign_in("dealer")
    profile(page, demo, a_position(demo)["login"])
    stamp = page.locator(".account [data-kind='stamp']").first
    expect(stamp).to_have_attribute("data-age", "fresh", timeout=SECONDS)
    agent = demo.find("trading.gateway.agent")
    os.kill(agent, signal.SIGSTOP)
    try:
        expect(stamp).to_have_attribute(
            "data-age", re.compile("stale|unreachable"), timeout=SECONDS
        )
        expect(page.locator(".account [data-live$=':equity']").first).not_to_be_empty()
    finally:
        os.kill(agent, signal.SIGCONT)
    expect(stamp).to_have_attribute("data-age", "fresh", timeout=SECONDS)
