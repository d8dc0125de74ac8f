"""A withdrawal from the request to the bank's word, by three people, at the keyboard alone."""

import contextlib
import re

import pytest
from playwright.sync_api import Page, TimeoutError, expect

from tests.journeys.conftest import SignIn
from tests.journeys.pressing import press
from tests.journeys.running import Demo

pytestmark = pytest.mark.browser
PATIENCE = 60_000  # ms: MetaTrader is debited by a worker of a busy machine


WHERE = """() => {
  const edge = (css) => document.querySelector(css).getBoundingClientRect();
  const one = document.activeElement.getBoundingClientRect();
  return {
    free: [edge(".topbar").bottom, edge(".decide").top],
    bars: [edge(".decide").bottom, edge(".bottombar").top],
    focus: [one.top, one.bottom],
    isInside: Boolean(document.activeElement.closest(".approval-body")),
  };
}"""


def asked_for(page: Page, demo: Demo) -> str:
    """Ask for a withdrawal of 10.00 for the first client who has it; return its number."""
    page.goto(f"{demo.address}/clients/?sort=-equity")
    links = page.locator("tr[data-open] a[data-row]")
    clients = [one.get_attribute("href") or "" for one in links.all()]
    for client in clients:
        page.goto(f"{demo.address}/payments{client}withdraw/")
        if not page.locator("[name=method_id] option, [name=account_id] option").count():
            continue
        page.locator("[name=amount]").fill("10.00")
        page.locator("[name=requisite]").fill("ES91 2100 0418 4502 0005 1332")
        with page.expect_navigation():  # a yes and a no are both a page
            press(page, "Control+Enter")
        if page.locator(".toast").count():
            money = page.locator("a.board-line[href^='/payments/']").first
            expect(money).to_be_visible()
            return re.findall(r"\d+", money.get_attribute("href") or "")[0]
    raise AssertionError("nobody has 10.00 to withdraw")


def opened(page: Page, number: str) -> None:
    """Go to the queue, find it, open it: by keys."""
    press(page, "g", "a")
    page.wait_for_url("**/payments/")
    press(page, "/")
    page.keyboard.type(f"#{number}")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    expect(page.locator("#list tbody")).to_contain_text(number)
    page.wait_for_url(re.compile(r"[?&]q="))  # what was searched for is there
    page.keyboard.press("Escape")
    for _turn in range(10):  # the field is empty again, and the list may just be drawn anew
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        with contextlib.suppress(TimeoutError):
            page.wait_for_url(re.compile(r"/payments/\d+/"), timeout=3000)
            break
    expect(page.locator(".approval h1")).to_contain_text("10.00")


def reach(page: Page, key: str) -> None:
    """Press the key of an act until its button has the focus: news may draw the bar anew."""
    button = page.locator(f"[data-decide={key}]")
    for _turn in range(10):
        press(page, key)
        with contextlib.suppress(AssertionError):
            expect(button).to_be_focused(timeout=3000)
            return
    expect(button).to_be_focused()


def comes_to(page: Page, state: str) -> None:
    """Wait until the page, read again and again, says where it stands."""

    def there() -> bool:
        page.reload()
        return page.locator(".record-head .badge", has_text=state).count() > 0

    for _turn in range(PATIENCE // 1000):
        if there():
            return
        page.wait_for_timeout(1000)
    raise AssertionError(page.locator(".record-head").inner_text())


def test_three_people_pay_it_out_by_keyboard(demo: Demo, sign_in: SignIn) -> None:
    """Asked for, approved by another, sent by finance, confirmed: no mouse after the request."""
    number = asked_for(sign_in("back_office"), demo)
    second = sign_in("compliance")
    opened(second, number)
    expect(second.locator(".checklist li")).to_have_count(17)
    press(second, "5")
    expect(second.locator("#check-5")).to_be_focused()
    reach(second, "a")
    press(second, "Control+Enter")
    expect(second.locator(".toast")).to_contain_text("Approved")
    comes_to(second, "Debited")

    cashier = sign_in("finance")
    opened(cashier, number)
    press(cashier, "a")
    expect(cashier.locator("#id_send_bank_reference")).to_be_focused()
    cashier.keyboard.type("FT-2026-77")
    press(cashier, "Control+Enter")
    expect(cashier.locator(".record-head")).to_contain_text("Payout sent")

    opened(second, number)
    reach(second, "a")
    press(second, "Control+Enter")
    expect(second.locator(".record-head")).to_contain_text("Paid")
    expect(second.locator(".log")).to_contain_text("bank reference FT-2026-77")


def test_a_phones_decision_bar_stands_above_the_sections(demo: Demo, sign_in: SignIn) -> None:
    """Wherever the page is scrolled to; and what has the focus is never beneath it."""
    number = asked_for(sign_in("back_office"), demo)
    page = sign_in("compliance")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{demo.address}/payments/{number}/")
    expect(page.locator(".decide")).to_be_in_viewport(ratio=1)
    page.locator("#main").focus()
    seen = 0
    for _ in range(40):
        page.keyboard.press("Tab")
        now = page.evaluate(WHERE)
        assert now["bars"][0] == pytest.approx(now["bars"][1], abs=1)
        if now["isInside"]:
            seen += 1
            assert now["free"][0] <= now["focus"][0]
            assert now["focus"][1] <= now["free"][1]
    assert seen
