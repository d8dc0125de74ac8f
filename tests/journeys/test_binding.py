"""The back office finds out whose accounts are, by keys: choose, look, register, undo."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import SignIn
from tests.journeys.pressing import press
from tests.journeys.running import Demo
from tests.journeys.test_looks import looked_at

pytestmark = pytest.mark.browser


def test_an_account_of_nobody_gets_its_client_and_is_taken_back(
    demo: Demo, sign_in: SignIn
) -> None:
    page = sign_in("back_office")
    page.goto(f"{demo.address}/clients/?sort=-net_deposits")
    page.locator("tr[data-open] a[data-row]").first.click()
    page.locator(".account-head a").last.click()
    page.get_by_role("link", name="Owner").click()
    login = page.locator("#owner-head").inner_text().split()[-1].rstrip("?")
    page.locator("input[name=reason]").fill("mixed up at the migration")
    press(page, "Control+Enter")
    expect(page.locator(".summary")).to_contain_text("nobody yet")
    assert_fit(page)

    press(page, "g", "u")
    row = page.locator("#list tbody tr", has_text=login)
    expect(row).to_contain_text("same e-mail")
    row.locator("[data-row]").focus()
    press(page, "x")
    expect(row.locator("[data-select]")).to_be_checked()
    assert_fit(page)
    for is_undone in (True, False):  # in the end the account has its client again
        page.get_by_role("button", name="Give to the clients").click()
        page.get_by_role("button", name="Give 1 account").click()
        expect(page.locator(".lines")).to_contain_text("Given to the client")
        if is_undone:
            press(page, "u", "Enter")
            expect(page.locator(".lines")).to_contain_text("Taken back")
            page.goto(f"{demo.address}/trading/unbound/?pick=strong&q={login}")
            expect(page.locator("[data-select]")).to_be_checked()


def assert_fit(page: Page) -> None:
    """Readable by everybody, at this width and on a phone."""
    for size in ({"width": 390, "height": 844}, {"width": 1440, "height": 900}):
        page.set_viewport_size(size)
        assert looked_at(page) == []
