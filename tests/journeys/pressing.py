"""Keys of the staff screens, pressed when the page listens: text stands before its script runs."""

from playwright.sync_api import Page, expect


def press(page: Page, *keys: str) -> None:
    """Press one key after another, as soon as the page that stands here hears keys."""
    expect(page.locator("html")).to_have_attribute("data-keys", "heard")
    for key in keys:
        page.keyboard.press(key)
