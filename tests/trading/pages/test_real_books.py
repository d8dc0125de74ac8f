"""Real accounts on the page: what MetaTrader printed is what our screens show, to the last digit.

A statement becomes the book of a simulated MetaTrader whose market is held at the printed prices;
it is mirrored and valued by the product's own processes, and read off the page of the account.
What the rows do not hold stands in the sidecars of tests/trading/books.
"""

import csv
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from backoffice.core import clock
from backoffice.settings.env import AgentKey
from tests.cluster import Database
from tests.factories import simulator
from tests.factories.agents import KEY, KEY_ID, agent_environment, an_agent_process, wait_until
from tests.factories.feeds import a_feed
from tests.factories.people import a_browser, a_staff_user
from tests.factories.servers import ACTOR
from trading.actions import servers, sync
from trading.models import AccountFigures, BalanceRecord, Deal, Position, TradingAccount

pytestmark = [
    pytest.mark.processes,
    pytest.mark.shared_data,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
SIDECARS = Path(__file__).parents[1] / "books"
PRINTED = {
    "balance": "Balance",
    "credit": "Credit Facility",
    "floating": "Floating P/L",
    "equity": "Equity",
    "margin": "Margin",
    "free_margin": "Free Margin",
}


class Office:
    """The processes between a statement and the page, on a database of their own."""

    def __init__(self, database: Database, redis_server: Any, folder: Path) -> None:
        self._database, self._redis, self._folder = database, redis_server, folder
        self._running = ExitStack()

    def open(self, statement: Path, name: str) -> dict[str, str]:
        """Serve the statement, mirror and value it, and return the figures on the page."""
        facts = SIDECARS / f"facts_{name}.json"
        arguments = ("--book", str(statement), "--facts", str(facts), "--hold-prices")
        environment = agent_environment(self._folder, self._folder / "mt4")
        self._running.enter_context(simulator.running(self._folder, *arguments))
        address, _ = self._running.enter_context(an_agent_process(environment))
        server = servers.register_server(
            code="demo-1",
            name=f"Book {name}",
            kind="live",
            timezone="Europe/Athens",
            agent_url=address.url,
            actor=ACTOR,
            now=clock.now(),
        )
        wait_until(lambda: sync.sync_server(server_id=server.pk, now=clock.now()).finished)
        self._running.enter_context(a_feed(self._database, self._redis.url))
        account = TradingAccount.objects.get()
        wait_until(lambda: AccountFigures.objects.filter(account=account).exists())
        return self._read(account)

    def _read(self, account: TradingAccount) -> dict[str, str]:
        browser = a_browser(a_staff_user("dealer"))
        page = browser.get(reverse("trading:account-detail", args=[account.pk]))
        assert page.status_code == 200
        text = unescape(page.content.decode())
        shown = {
            field: re.search(
                rf'data-live="account:{account.pk}:{field}".*?class="figure[^"]*"[^>]*>([^<]*)<',
                text,
                re.DOTALL,
            )
            for field in PRINTED
        }
        figures = {field: found.group(1).strip() for field, found in shown.items() if found}
        needs = re.search(r"Needs a quote of ([^<]*)\.", text)
        return figures | {"needs": needs.group(1) if needs else ""}

    def close(self) -> None:
        """End every process."""
        self._running.close()


@pytest.fixture
def office(fresh_database: Database, redis_server: Any, settings: Any) -> Iterator[Office]:
    settings.MT4_AGENT_KEYS = {"demo-1": AgentKey(KEY_ID, KEY)}
    folder = Path(tempfile.mkdtemp(prefix="book-", dir="/tmp"))
    office = Office(fresh_database, redis_server, folder)
    yield office
    office.close()
    shutil.rmtree(folder)


def statement_of(shared_data: Path, name: str) -> Path:
    [path] = (shared_data / "statements").glob(f"{name}_*.csv")
    return path


def printed(shared_data: Path, name: str) -> dict[str, str]:
    """What MetaTrader printed in the statement's summary, as our screens write it."""
    summaries = json.loads((shared_data / "statements" / "summaries.json").read_text())
    [summary] = [one for file, one in summaries.items() if file.startswith(name)]
    return {field: on_screen(summary[label], field) for field, label in PRINTED.items()}


def on_screen(amount: str, field: str) -> str:
    """An amount as a screen writes it: thousands in groups, a true minus, a sign on a result."""
    value = Decimal(amount)
    sign = "−" if value < 0 else "+" if field == "floating" and value > 0 else ""
    return f"{sign}{abs(value):,.2f}"


@pytest.mark.parametrize(
    ("name", "deals", "positions", "records"),
    [("02", 4551, 0, 7), ("04", 1086, 8, 3), ("09", 10, 2, 1)],
)
def test_a_real_account_reads_as_metatrader_printed_it(
    office: Office, shared_data: Path, name: str, deals: int, positions: int, records: int
) -> None:
    shown = office.open(statement_of(shared_data, name), name)

    assert shown == printed(shared_data, name) | {"needs": ""}
    counted = (Deal.objects.count(), Position.objects.count(), BalanceRecord.objects.count())
    assert counted == (deals, positions, records)


def test_what_lacks_a_quote_is_named_and_never_counted_as_nothing(
    office: Office, shared_data: Path
) -> None:
    """07: the balance is opening + rows, the margin that of the tick, the result not known."""
    shown = office.open(statement_of(shared_data, "07"), "07")

    expected = printed(shared_data, "07")
    assert shown["balance"] == expected["balance"]
    assert shown["margin"] == expected["margin"]
    assert [shown[field] for field in ("floating", "equity", "free_margin")] == ["?", "?", "?"]
    assert "usdchf" in shown["needs"].lower() or "chfusd" in shown["needs"].lower()


def test_one_changed_printed_price_is_noticed(
    office: Office, shared_data: Path, tmp_path: Path
) -> None:
    """The same comparison fails when the opening price of one open trade is moved by a dime."""
    original = statement_of(shared_data, "09")
    rows = list(csv.reader(original.read_text().splitlines()))
    open_price = rows[0].index("open_price")
    moved = next(row for row in rows if row[0] == "open")
    moved[open_price] = str(Decimal(moved[open_price]) + Decimal("0.10"))
    changed = tmp_path / original.name
    with changed.open("w", newline="") as file:
        csv.writer(file).writerows(rows)

    shown = office.open(changed, "09")

    differing = {
        field for field, text in printed(shared_data, "09").items() if shown[field] != text
    }
    assert differing == {"floating", "equity", "free_margin"}
