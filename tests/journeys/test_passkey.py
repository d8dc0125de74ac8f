"""A passkey in a real browser: added, signed in with, and proved with before a dangerous act."""

from playwright.sync_api import Browser, Page, expect

from tests.journeys.running import Demo, fresh_code

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def an_authenticator(page: Page) -> None:
    """Give the browser an authenticator whose owner is always there."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


def first_step(page: Page, address: str, person: dict[str, str]) -> None:
    """Give e-mail and password."""
    page.goto(address)
    page.locator("input[name=email]").fill(person["email"])
    page.locator("input[name=password]").fill(person["password"])
    page.keyboard.press("Enter")
    expect(page.locator("input[name=code]")).to_be_visible()


def test_a_passkey_from_adding_to_proving(browser: Browser, demo: Demo) -> None:
    person = next(one for one in demo.secrets["staff"] if one["role"] == "support")
    address = f"http://localhost:{demo.port}"  # a passkey belongs to a name
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        an_authenticator(page)
        first_step(page, address, person)
        page.locator("input[name=code]").fill(fresh_code(person))
        page.keyboard.press("Enter")
        expect(page.locator("main#main .greeting")).to_be_visible()

        page.goto(f"{address}/my-sign-in/passkeys/add/")
        page.locator("input[name=name]").fill("This phone")
        page.get_by_role("button", name="Make the passkey").click()
        expect(page.get_by_text("This phone")).to_be_visible()

        page.goto("about:blank")  # a page whose socket is refused leads to the sign-in by itself
        context.clear_cookies(name="mt4bo_staff")
        first_step(page, address, person)
        page.wait_for_load_state("load")  # the script that asks the authenticator is there
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.locator("main#main .greeting")).to_be_visible()

        page.goto(f"{address}/recovery-codes/")
        page.get_by_role("button", name="Make new recovery codes").click()
        expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
        page.wait_for_load_state("load")  # the script that asks the authenticator is there
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.locator("ol.recovery li")).to_have_count(10)
