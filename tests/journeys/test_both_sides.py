"""A client and the back office, each in a browser of their own, see one payment through together.

Paid in by card and by wire, taken out along the closed loop with two approvals, paid, reconciled:
at each step the client's page says the stage that the staff's page says.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.calc.bank import writing
from accounts.calc.bank.statement import Row, Statement
from accounts.calc.client_words import DEPOSIT_READS, WITHDRAWAL_READS
from accounts.states import WITHDRAWAL_LABELS
from accounts.terms import DEPOSIT_LABELS
from backoffice.core import clock
from backoffice.demo.children import wait_until
from tests.journeys.conftest import SignIn
from tests.journeys.pressing import press
from tests.journeys.running import Demo
from tests.journeys.test_looks import SIZES, THEMES, looked_at

pytestmark = pytest.mark.browser
SECONDS = 60  # a worker of a busy machine, and MetaTrader behind it
CARD, WIRE, OUT = "60.00", "90.00", "120.00"
IBAN = "ES91 2100 0418 4502 0005 1332"
WORDS = {
    "deposits": {state: (DEPOSIT_LABELS[state], DEPOSIT_READS[state]) for state in DEPOSIT_LABELS},
    "withdrawals": {
        state: (WITHDRAWAL_LABELS[state], WITHDRAWAL_READS[state]) for state in WITHDRAWAL_LABELS
    },
}


@pytest.fixture
def client(browser: Browser, demo: Demo) -> Iterator[Page]:
    """The client whose sign-in the demo prints, on a phone."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page, person = context.new_page(), demo.secrets["clients"][0]
    page.goto(f"{demo.address}/portal/")
    page.locator("input[name=email]").fill(person["email"])
    page.locator("input[name=password]").fill(person["password"])
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Your accounts")
    yield page
    context.close()


def told(page: Page, url: str, badge: str) -> str:
    """The state that a page shows, read anew."""
    page.goto(url)
    return page.locator(badge).first.inner_text().strip()


def both_say(client: Page, staff: Page, demo: Demo, kind: str, number: str, state: str) -> None:
    """Wait until both sides say this state, each in their words, of one and the same payment."""
    label, reads = WORDS[kind][state]
    theirs = f"{demo.address}/payments/{'deposits/' if kind == 'deposits' else ''}{number}/"
    where = ".verdict .badge" if kind == "deposits" else ".record-head .badge"
    said: list[str] = []

    def agree() -> bool:
        said[:] = [
            told(staff, theirs, where),
            told(client, f"{demo.address}/portal/{kind}/{number}/", "#state .badge"),
        ]
        return said == [label, reads]

    assert wait_until(agree, seconds=SECONDS), (said, label, reads)


def number_of(page: Page) -> str:
    """The payment that a page of the personal area is about."""
    return re.findall(r"\d+", page.url.partition("/portal/")[2])[0]


def choose(page: Page, field: str, words: str) -> None:
    """Choose what begins with these words: in a list, or among buttons that stand open."""
    button = page.locator(f"label:has([name={field}])", has_text=words)
    if button.count():
        button.first.click()
        return
    option = page.locator(f"[name={field}] option", has_text=words).first
    page.locator(f"[name={field}]").select_option(option.get_attribute("value"))


def begin(client: Page, demo: Demo, method: str, amount: str) -> str:
    """Begin a deposit; its number."""
    client.goto(f"{demo.address}/portal/deposits/new/")
    choose(client, "account_id", str(demo.secrets["clients"][0]["login"]))
    choose(client, "method_id", f"{method} · USD")
    client.locator("[name=amount]").fill(amount)
    client.get_by_role("button", name="Go on").click()
    expect(client.locator("h1")).to_contain_text("Deposit D")
    return number_of(client)


def paid_by_card(client: Page, demo: Demo) -> str:
    """Pay on the provider's own page, which leads back."""
    number = begin(client, demo, "Card", CARD)
    client.get_by_role("link", name="Pay on the provider's page").click(timeout=SECONDS * 1000)
    client.locator("[name=holder]").fill(demo.secrets["clients"][0]["name"])
    client.get_by_role("button", name=f"Pay {CARD}").click()
    expect(client.locator("h1")).to_have_text(f"Deposit D{number}")  # back with us
    return number


def the_bank_sends(demo: Demo, reference: str, path: Path) -> Path:
    """Write the bank's next statement: one wire, as the client was told to make it."""
    environ = Path(f"/proc/{demo.find('celery')}/environ").read_text().split("\0")
    url = next(one for one in environ if one.startswith("DATABASE_URL=")).partition("=")[2]
    with psycopg.connect(url) as connection:
        query = """SELECT a.number, s.sequence, s.closed_on, s.closing FROM accounts_bankstatement s
            JOIN accounts_bankaccount a ON a.id = s.account_id ORDER BY s.id DESC LIMIT 1"""
        account, sequence, closed_on, closing = connection.execute(query).fetchone() or ()
    day, amount = max(clock.now().date(), closed_on), Decimal(WIRE)
    row = Row(
        reference=f"JOURNEY{reference[-6:]}",
        amount=amount,
        booked_on=day,
        value_on=day,
        name=demo.secrets["clients"][0]["name"],
        account=IBAN.replace(" ", ""),
        text=f"Deposit {reference}",
    )
    statement = Statement(
        ident=f"JOURNEY-{(sequence or 0) + 1}",
        account=account,
        currency="USD",
        sequence=(sequence or 0) + 1,
        opened_on=day,
        closed_on=day,
        opening=closing,
        closing=closing + amount,
        rows=(row,),
    )
    path.write_bytes(writing.camt(statement))
    return path


def paid_by_wire(client: Page, staff: Page, demo: Demo, folder: Path) -> str:
    """Transfer with the reference; finance imports the statement and binds what is sure."""
    number = begin(client, demo, "Bank wire", WIRE)
    shown = client.locator("#state dd.figure").first
    expect(shown).to_contain_text("RF", timeout=SECONDS * 1000)
    file = the_bank_sends(demo, shown.inner_text(), folder / "statement.xml")
    staff.goto(f"{demo.address}/payments/bank/import/")
    staff.locator("[name=file]").set_input_files(file)
    with staff.expect_navigation():
        staff.get_by_role("button", name="Import it").click()
    staff.goto(f"{demo.address}/payments/bank/sure/")
    expect(staff.locator("#page")).to_contain_text(f"D{number}")
    with staff.expect_navigation():
        staff.locator("[data-decide=a]").click()
    return number


def traded(demo: Demo, login: int) -> None:
    """A small trade of the client's, opened and closed: money that was traded with may leave."""
    demo.metatrader("hold")
    try:
        quote = next(one for one in demo.manager("quotes") if one["symbol"].startswith("EURUSD"))
        lot: dict[str, Any] = {"symbol": quote["symbol"], "volume": 10, "comment": "journey"}
        opened = demo.manager(
            "transaction", type=75, cmd=0, orderby=login, price=quote["ask"], **lot
        )
        ticket = opened["order"]
        demo.manager("transaction", type=76, order=ticket, volume=10, price=quote["bid"])
    finally:
        demo.metatrader("release")


@contextmanager
def two_seats(administrator: Page, second: Page, demo: Demo) -> Iterator[None]:
    """Above 100 USD a withdrawal takes two people, until this is over."""
    decide(administrator, second, demo, "100")
    try:
        yield
    finally:
        decide(administrator, second, demo)


def decide(administrator: Page, second: Page, demo: Demo, above: str = "") -> None:
    """One person asks for a policy with or without a limit in USD, another agrees."""
    administrator.goto(f"{demo.address}/approvals/policies/accounts.withdrawal/change/")
    people = {"line-0-person_0": "any"}
    if above:
        people |= {"line-1-person_0": "back_office", "line-1-person_1": "compliance"}
    for name, one in people.items():
        administrator.locator(f"[name={name}]").select_option(one)
    administrator.locator("[name=line-1-currency]").fill("USD" if above else "")
    administrator.locator("[name=line-1-above]").fill(above)
    administrator.locator("[name=reason]").fill("a journey")
    with administrator.expect_navigation():
        administrator.get_by_role("button", name="Ask for this policy").click()
    second.goto(f"{demo.address}/approvals/")
    waiting = second.locator("tr[data-open]", has_text="Change of who has to agree").last
    second.goto(demo.address + (waiting.locator("a[data-row]").get_attribute("href") or ""))
    with second.expect_navigation():
        second.locator("button[data-decide=a]").last.click()
    expect(second.locator(".toast")).to_have_count(1)


def approve(page: Page, demo: Demo, number: str) -> None:
    """Yes, to what the page shows; shown again where figures moved meanwhile."""

    def given() -> bool:
        page.goto(f"{demo.address}/payments/{number}/")
        with page.expect_navigation():
            page.locator("[data-decide=a]").first.click()
        return page.locator(".toast").count() > 0

    assert wait_until(given, seconds=SECONDS), page.locator("main").inner_text()


def let_pass(page: Page, demo: Demo, number: str) -> None:
    """Look a second time: who handed the statement in also said what its row is for."""
    page.goto(f"{demo.address}/payments/deposits/{number}/")
    page.locator("[data-decide=a]").first.click()
    act = page.locator("details.act[open] form")
    act.locator("textarea, input[type=text]").first.fill("It stands on the bank's own page too.")
    with page.expect_navigation():
        act.locator("button[type=submit]").click()


def asked_for(client: Page, demo: Demo) -> str:
    """Look where it would go, then ask for it; the same lines stand on its page."""
    client.goto(f"{demo.address}/portal/withdrawals/new/")
    choose(client, "account_id", str(demo.secrets["clients"][0]["login"]))
    choose(client, "method_id", "Bank wire · USD")
    client.locator("[name=amount]").fill(OUT)
    client.locator("[name=requisite]").fill(IBAN)
    client.get_by_role("button", name="Show where it goes").click()
    expect(client.locator(".split tbody")).to_contain_text("Back to")
    lines = client.locator(".split tbody td").all_inner_texts()
    client.get_by_role("button", name="Ask for it").click()
    expect(client.locator("h1")).to_contain_text("Withdrawal #")
    assert client.locator(".split tbody td").all_inner_texts() == lines
    sums = [Decimal(re.sub(r"[^\d.]", "", line.partition("USD")[0])) for line in lines]
    assert sum(sums) == Decimal(OUT)
    return number_of(client)


def test_one_payment_on_both_sides(
    client: Page, demo: Demo, sign_in: SignIn, tmp_path: Path
) -> None:
    """Deposit by card, deposit by wire file, withdrawal, two approvals, payout, reconciliation."""
    finance, office, second = (sign_in(role) for role in ("finance", "back_office", "compliance"))
    login = demo.secrets["clients"][0]["login"]

    both_say(client, finance, demo, "deposits", paid_by_card(client, demo), "CREDITED")
    wire = paid_by_wire(client, finance, demo, tmp_path)
    both_say(client, finance, demo, "deposits", wire, "IN_REVIEW")
    let_pass(office, demo, wire)
    both_say(client, finance, demo, "deposits", wire, "CREDITED")
    traded(demo, login)

    with two_seats(sign_in("administrator"), second, demo):
        number = asked_for(client, demo)
        both_say(client, office, demo, "withdrawals", number, "REQUESTED")
        approve(office, demo, number)
        both_say(client, office, demo, "withdrawals", number, "REQUESTED")  # one seat is open
        approve(second, demo, number)
    both_say(client, office, demo, "withdrawals", number, "DEBITED")

    finance.goto(f"{demo.address}/payments/{number}/")
    finance.locator("[data-decide=a]").first.click()
    finance.locator("#id_send_bank_reference").fill("FT-JOURNEY-1")
    with finance.expect_navigation():
        press(finance, "Control+Enter")
    both_say(client, finance, demo, "withdrawals", number, "SENT")
    second.goto(f"{demo.address}/payments/{number}/")
    with second.expect_navigation():
        second.locator("[data-decide=a]").first.click()
    both_say(client, second, demo, "withdrawals", number, "PAID")

    finance.goto(f"{demo.address}/payments/differences/")
    expect(finance.locator("main")).not_to_contain_text(str(login))
    letters = "".join(one.read_text() for one in (demo.data / str(demo.port) / "mail").iterdir())
    for stage in ("received", "approved", "in payment", "paid"):
        assert f"Subject: Your withdrawal #{number}: {stage}" in letters


def test_the_area_is_for_everybody(client: Page, demo: Demo) -> None:
    """No finding of axe, no overflow, in two themes and at two widths."""
    refused: list[str] = []
    client.on("console", lambda line: refused.append(line.text) if "Policy" in line.text else None)
    wrong: dict[str, list[str]] = {}
    own = (
        client.locator(".moves a").first.get_attribute("href")
        if client.locator(".moves a").count()
        else ""
    )
    for path in filter(
        None, ["/portal/", "/portal/deposits/new/", "/portal/withdrawals/new/", own]
    ):
        client.goto(demo.address + path, wait_until="networkidle")
        for size in SIZES:
            for theme in THEMES:
                client.set_viewport_size(size)
                if found := looked_at(client, theme):
                    wrong[f"{path} {theme} {size['width']}"] = found
    assert (wrong, refused) == ({}, [])
