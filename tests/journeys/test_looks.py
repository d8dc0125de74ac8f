"""Every page in a real browser: readable by everybody, nothing beside the window, nothing refused.

Axe looks at each page in both themes and at both widths; the content policy is in force meanwhile,
so an inline script or style, or an address not our own, would show in the console.
"""

from importlib.resources import files
from itertools import product

import pytest
from django.contrib.messages import INFO, WARNING
from django.contrib.messages.storage.base import Message
from django.template.loader import render_to_string
from playwright.sync_api import Page, Route, expect

from tests.journeys.conftest import SignIn
from tests.journeys.pressing import press
from tests.journeys.running import Demo

pytestmark = pytest.mark.browser
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
ALL = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']}"
COLOURS = "{runOnly: {type: 'rule', values: ['color-contrast', 'link-in-text-block']}}"
SIZES = ({"width": 1440, "height": 900}, {"width": 390, "height": 844})
#: Only colours change with the theme, so only they are looked at again.
THEMES = {"light": ALL, "dark": COLOURS}


def own_pages(page: Page, demo: Demo) -> list[str]:
    """Addresses of one page of each kind, found by following links as a person would."""
    page.goto(f"{demo.address}/clients/")
    client = page.locator("tr[data-open] a[data-row]").first.get_attribute("href") or ""
    page.goto(demo.address + client)
    account = page.locator(".account-head a").first.get_attribute("href") or ""
    assert client
    assert account
    lists = [
        "/",
        "/health/",
        "/clients/",
        "/clients/?q=nobodyofthatname",
        "/trading/servers/",
        "/payments/",
    ]
    watched = [f"/trading/{name}/" for name in ("requests", "alerts", "changes", "managers")]
    of_account = [account, *(f"{account}{name}/" for name in ("deals", "balance", "manage"))]
    return [*lists, *watched, client, *of_account, "/not-here/"]


def looked_at(page: Page, theme: str = "light") -> list[str]:
    """What axe finds wrong with the page in a theme, and whether it is wider than its window."""
    page.wait_for_load_state("networkidle")
    if not page.evaluate("!!window.axe"):
        page.evaluate(AXE)
    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    found = page.evaluate(f"axe.run(document, {THEMES[theme]})")
    assert found["passes"]  # it did look
    broken = [one["id"] for one in found["incomplete"] if not one["nodes"]]
    assert broken == []  # a rule that fell over saw nothing
    wrong = [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return wrong + (["wider than the window"] if wide else [])


def test_every_page_is_for_everybody(demo: Demo, sign_in: SignIn) -> None:
    """No finding of axe, no overflow, no refusal by the content policy, in 2 themes x 2 widths."""
    page = sign_in("administrator")
    refused: list[str] = []
    page.on("console", lambda line: refused.append(line.text) if "Policy" in line.text else None)
    page.on("pageerror", lambda error: refused.append(str(error)))
    wrong: dict[str, list[str]] = {}
    for path in own_pages(page, demo):
        page.goto(demo.address + path, wait_until="networkidle")
        for size, theme in product(SIZES, THEMES):
            page.set_viewport_size(size)
            if found := looked_at(page, theme):
                wrong[f"{path} {theme} {size['width']}"] = found
    assert wrong == {}
    assert refused == []


def test_figures_are_equally_wide(demo: Demo, sign_in: SignIn) -> None:
    """111.11 and 888.88 take the same room, so columns of decimals line up."""
    page = sign_in("dealer")
    page.goto(f"{demo.address}/clients/")
    widths = page.evaluate(
        """() => ["111.11", "888.88"].map((text) => {
          const figure = document.createElement("span");
          figure.className = "figure";
          figure.textContent = text;
          document.querySelector("tbody td").append(figure);
          return figure.getBoundingClientRect().width;
        })"""
    )
    assert widths[0] == widths[1] > 0


def test_the_keyboard_does_what_its_list_says(demo: Demo, sign_in: SignIn) -> None:
    """Rows, search, go-to, overlay: by keys alone; and none of it while typing."""
    page = sign_in("administrator")
    page.goto(f"{demo.address}/clients/")
    press(page, "j", "j")
    second = page.locator("tr[data-open] a[data-row]").nth(1)
    expect(second).to_be_focused()
    press(page, "k", "Enter")
    expect(page.locator(".record-head h1")).to_be_visible()
    press(page, "g", "c")
    expect(page.locator("#list tbody tr").first).to_be_visible()
    press(page, "/")
    expect(page.locator("#id_q")).to_be_focused()
    page.keyboard.type("gc?j")  # letters, not commands
    expect(page.locator("#id_q")).to_have_value("gc?j")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def test_news_leaves_after_six_seconds_and_what_went_wrong_stays(
    demo: Demo, sign_in: SignIn
) -> None:
    """Not under the pointer, not with the focus on it; by a clock that only the test moves."""
    page = sign_in("administrator")
    words = [Message(INFO, "It is asked for."), Message(WARNING, "Choose at least one.")]
    said = render_to_string("components/_messages.html", {"messages": words})

    def with_words(route: Route) -> None:
        answer = route.fetch()
        main = '<main id="main" tabindex="-1">'
        route.fulfill(response=answer, body=answer.text().replace(main, main + said))

    page.route("**/health/", with_words)
    page.clock.install(time=0)
    page.clock.pause_at(1000)
    page.goto(f"{demo.address}/health/")
    news, wrong = page.locator(".toast").all()
    expect(page.locator("[role=status].toasts")).to_contain_text("It is asked for.")
    news.hover()
    page.clock.run_for(20_000)
    expect(news).to_be_visible()
    page.mouse.move(1400, 20)
    news.get_by_role("button").focus()
    page.clock.run_for(20_000)
    expect(news).to_be_visible()
    wrong.get_by_role("button").focus()
    page.clock.run_for(7_000)
    expect(news).to_be_hidden()
    expect(wrong).to_be_visible()
    page.keyboard.press("Enter")
    expect(wrong).to_be_hidden()
    expect(page.locator("#main")).to_be_focused()
