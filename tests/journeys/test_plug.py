"""Pull the plug in a real browser: a part dies in mid-withdrawal, and the page shows it right."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import SignIn
from tests.journeys.pressing import press
from tests.journeys.running import Demo
from tests.journeys.test_looks import SIZES, THEMES, looked_at

pytestmark = pytest.mark.browser
PATIENCE = 60_000


def test_the_agent_dies_in_a_withdrawal_and_it_comes_right(demo: Demo, sign_in: SignIn) -> None:
    """Begun by one button; once MetaTrader moved, exactly once, and the books agree."""
    page = sign_in("administrator")
    page.get_by_role("link", name="Pull the plug").first.click()
    before = demo.find("trading.gateway.agent")
    page.get_by_label("Part", exact=True).select_option("agent")
    page.get_by_label("Moment", exact=True).select_option("approved")
    page.get_by_role("button", name="Request, approve and kill").click()
    said = page.locator("#plug-said")
    expect(said).to_contain_text(f"the agent (process {before}) was killed", timeout=PATIENCE)
    found = re.search(r"#(\d+)", said.inner_text())
    assert found is not None

    kill = page.locator(f"section[data-kill='{before}']")
    line = kill.locator(f"[data-withdrawal='{found[1]}']")
    expect(kill).to_contain_text("Back after", timeout=PATIENCE)
    expect(line).to_contain_text("Moved exactly once", timeout=PATIENCE)
    expect(line).to_contain_text("Books agree", timeout=PATIENCE)
    assert demo.find("trading.gateway.agent") != before


def test_it_stays_and_says_so_when_postgresql_is_what_died(demo: Demo, sign_in: SignIn) -> None:
    """Killed without a withdrawal; the page goes on, and names the successor by itself."""
    page = sign_in("administrator")
    page.goto(f"{demo.address}/plug/")
    before = demo.find("bin/postgres")
    page.get_by_text("Kill without a withdrawal").click()
    page.get_by_role("button", name="Kill the PostgreSQL server").click()
    expect(page.locator("#plug-said")).to_contain_text(f"(process {before}) was killed")
    page.keyboard.press("Escape")
    kill = page.locator(f"section[data-kill='{before}']")
    expect(kill).to_contain_text("Back after", timeout=PATIENCE)
    expect(page.get_by_text("Withdrawals in flight")).to_be_visible()
    expect(page.locator("#plug-lost")).to_be_hidden(timeout=PATIENCE)
    expect(page.get_by_text("PostgreSQL does not answer")).to_have_count(0, timeout=PATIENCE)
    for theme, size in zip(THEMES, SIZES, strict=True):
        draw_anew(page)
        while page.locator("html").get_attribute("data-theme") != theme:
            with page.expect_response("**/taste/"):
                press(page, "Shift+T")
        page.set_viewport_size(size)
        draw_anew(page)
        assert looked_at(page, theme) == [], (theme, size)


def draw_anew(page: Page) -> None:
    """Load the page again; connections that died with the old PostgreSQL cost a 503 each."""
    for _try in range(20):
        page.reload()
        if page.get_by_role("heading", name="Pull the plug").count():
            return
    raise AssertionError("the page does not come back")
