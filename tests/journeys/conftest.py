"""A whole product for the journeys: one running demo, and a browser that signs in to it."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from backoffice.demo.children import Guard
from tests.journeys.running import Demo, fresh_code
from tests.prove.money.run import hooked

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# A browser under test speaks to the pages under test and to nobody else.
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
]
PATIENCE_MS = 30_000  # a page of a busy machine comes late, and late is not wrong
SESSION = settings.SESSION_COOKIE_NAME
SignIn = Callable[[str], Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them start processes. Which worker they run on is told in tests/together.py."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.processes)


@pytest.fixture(scope="session")
def new_demo() -> Iterator[Callable[[], Demo]]:
    """Makes demos, not yet started, each with a folder that everybody may walk to.

    A guard removes the folders, also when the run is killed.
    """
    guard, made = Guard(), []

    def make() -> Demo:
        folder = Path(tempfile.mkdtemp(prefix="mt4bo-journey-"))
        folder.chmod(0o755)
        guard.remove(folder)
        made.append(Demo(folder))
        return made[-1]

    yield make
    for demo in made:
        demo.stop()
    guard.close()


@pytest.fixture(scope="session")
def demo(new_demo: Callable[[], Demo]) -> Demo:
    """A running demo; who kills parts of it leaves it recovered. It carries the kill points
    and the doors for faults.
    """
    demo = new_demo()
    points = demo.data / "points"
    points.mkdir()
    demo.environment |= hooked(points) | {"DEMO_FAULTS": "1"}
    return demo.start()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Its event loop runs in this thread, so it goes with the module."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sessions() -> dict[str, Any]:
    """The session that each role has in the demo, once it signed in: one code is one sign-in, and
    the next code takes half a minute to come.
    """
    return {}


def session_of(context: BrowserContext) -> Any:
    """The cookie of a session that stands; what else a browser keeps is of one test."""
    return next(one for one in context.cookies() if one.get("name") == SESSION)


@pytest.fixture
def sign_in(browser: Browser, demo: Demo, sessions: dict[str, Any]) -> Iterator[SignIn]:
    """Sign in as a role, by the form, as a person does; the page that this leads to."""
    contexts = []

    def enter(role: str) -> Page:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        contexts.append(context)
        page = context.new_page()
        if role in sessions:
            context.add_cookies([sessions[role]])
            page.goto(demo.address)
            if page.locator("main#main .greeting").count():
                return page
        person = next(one for one in demo.secrets["staff"] if one["role"] == role)
        page.goto(demo.address)
        page.locator("input[name=email]").fill(person["email"])
        page.locator("input[name=password]").fill(person["password"])
        page.keyboard.press("Enter")
        code = page.locator("input[name=code]")
        expect(code).to_be_visible()
        code.fill(fresh_code(person))
        page.keyboard.press("Enter")
        expect(code).to_have_count(0)
        sessions[role] = session_of(context)
        return page

    yield enter
    for context in contexts:
        context.close()
