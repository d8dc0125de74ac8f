"""Balance, equity, margin and free margin of four real accounts against what MetaTrader printed."""

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.factories.books import NAMES, Book, a_book
from tests.factories.terms import a_position
from trading.calc.commission import at_open
from trading.calc.equity import NeedsQuotes, account_state, reckon
from trading.calc.pips import pip
from trading.calc.swap import nightly

pytestmark = pytest.mark.shared_data

CHECKED = ("02", "04", "09")
FIGURES = ("balance", "credit", "floating", "equity", "margin", "free_margin")
LABELS = ("Balance", "Credit Facility", "Floating P/L", "Equity", "Margin", "Free Margin")


@pytest.fixture(scope="module")
def books(shared_data: Path) -> dict[str, Book]:
    """The four books."""
    return {name: a_book(shared_data / "statements", name) for name in NAMES}


@pytest.fixture(scope="module")
def printed(shared_data: Path) -> dict[str, dict[str, Decimal]]:
    """The figures of each statement's summary as MetaTrader printed them."""
    text = (shared_data / "statements" / "summaries.json").read_text("utf-8")
    wanted = (*LABELS, "Deposit/Withdrawal", "Closed Trade P/L")
    return {
        file[:2]: {label: Decimal(summary[label]) for label in wanted}
        for file, summary in json.loads(text).items()
    }


@pytest.mark.parametrize("name", CHECKED)
def test_every_figure_is_as_printed(
    books: dict[str, Book], printed: dict[str, dict[str, Decimal]], name: str
) -> None:
    book = books[name]
    found = account_state(
        book.account, book.positions(), book.facts.symbols, book.group, book.facts.quotes
    )
    ours = [str(getattr(found, figure)) for figure in FIGURES]
    assert ours == [str(printed[name][label]) for label in LABELS]


@pytest.mark.parametrize("name", NAMES)
def test_deposits_and_closed_trades_add_up(
    books: dict[str, Book], printed: dict[str, dict[str, Decimal]], name: str
) -> None:
    book = books[name]
    assert book.deposits == printed[name]["Deposit/Withdrawal"]
    assert book.closed_result == printed[name]["Closed Trade P/L"]
    opening = Decimal("2533.50") if name == "07" else Decimal(0)
    assert book.facts.account_of(book.statement.file).opening_balance == opening
    assert book.account.balance == printed[name]["Balance"]


def test_07_has_its_margin_and_names_what_its_floating_needs(
    books: dict[str, Book], printed: dict[str, dict[str, Decimal]]
) -> None:
    book = books["07"]
    state = (book.account, book.positions(), book.facts.symbols, book.group, book.facts.quotes)
    known = reckon(*state)
    assert known.balance == Decimal("8200.19")
    assert known.margin == printed["07"]["Margin"] == Decimal("562.03")
    assert known.floating is None
    [need] = known.needs
    assert (need.ticket, need.symbol, need.purpose) == (72780011, "eurchf", "profit")
    assert need.needed == ("chfusd", "usdchf")
    with pytest.raises(NeedsQuotes):
        account_state(*state)


def test_07_takes_its_margin_rate_from_the_tick_before_the_opening(
    shared_data: Path, books: dict[str, Book]
) -> None:
    [trade] = books["07"].positions()
    assert trade.opened_at == datetime(2019, 4, 1, 7, 45, 37, tzinfo=UTC)
    [path] = (shared_data / "statements").glob("10_*.csv")
    with path.open(encoding="ascii", newline="") as lines:
        ticks = [
            (datetime.strptime(row["time_utc"], "%Y.%m.%d %H:%M:%S.%f").replace(tzinfo=UTC), row)
            for row in csv.DictReader(lines)
        ]
    assert len(ticks) == 14
    moment, tick = max((tick for tick in ticks if tick[0] <= trade.opened_at), key=lambda t: t[0])
    [quote] = books["07"].facts.past_quotes
    assert (quote.at, quote.bid, quote.ask) == (moment, Decimal(tick["bid"]), Decimal(tick["ask"]))
    assert trade.margin_rate == Decimal("1.124055")


@pytest.mark.parametrize("name", ["04", "09"])
def test_a_changed_market_price_changes_every_checked_figure(
    books: dict[str, Book], printed: dict[str, dict[str, Decimal]], name: str
) -> None:
    book = books[name]
    for symbol in {position.symbol for position in book.positions()}:
        held = book.facts.quotes[symbol]
        step = pip(book.facts.symbols[symbol])
        moved = replace(held, bid=held.bid + step, ask=held.ask + step)
        found = account_state(
            book.account,
            book.positions(),
            book.facts.symbols,
            book.group,
            {**book.facts.quotes, symbol: moved},
        )
        assert found.margin == printed[name]["Margin"]
        assert found.floating != printed[name]["Floating P/L"]
        assert found.equity != printed[name]["Equity"]


@pytest.mark.parametrize("name", ["04", "09"])
def test_open_trades_come_out_one_by_one(books: dict[str, Book], name: str) -> None:
    book = books[name]
    known = reckon(
        book.account, book.positions(), book.facts.symbols, book.group, book.facts.quotes
    )
    ours = {valued.ticket: (valued.profit, valued.price) for valued in known.positions}
    assert ours == {row.ticket: (row.profit, row.price) for row in book.statement.open_trades()}


@pytest.mark.parametrize(("name", "charged"), [("02", 1), ("04", 302), ("07", 0), ("09", 0)])
def test_commissions_are_as_printed(books: dict[str, Book], name: str, charged: int) -> None:
    book = books[name]
    trades = (*book.statement.closed_trades(), *book.statement.open_trades())
    ours = [
        at_open(
            book.group,
            book.facts.symbols[row.symbol],
            row.cmd.side,
            row.volume_hundredths,
            row.open_price,
            {},
        )
        for row in trades
    ]
    assert ours == [row.commission for row in trades]
    assert sum(1 for charge in ours if charge) == charged


def test_gold_swaps_are_as_printed(books: dict[str, Book]) -> None:
    """The account was free of swap at first; every swap charged later is ours to the cent."""
    book = books["02"]
    spec, checked = book.facts.symbols["xauusd"], 0
    for row in book.statement.closed_trades():
        if not row.swap or row.closed is None:
            continue
        position = a_position(row.cmd, volume_hundredths=row.volume_hundredths)
        held = range((row.closed.date() - row.opened.date()).days)
        days = [(row.opened + timedelta(days=day)).weekday() for day in held]
        ours = [nightly(position, spec, row.price, "USD", {}, weekday=day) for day in days]
        assert sum(ours) == row.swap, row.ticket
        checked += 1
    assert checked == 35


def test_the_sidecars_name_every_fact(books: dict[str, Book]) -> None:
    wanted = {"leverage", "contract_size", "timezone", "opening_balance", "digits", "quotes"}
    for book in books.values():
        assert wanted <= set(book.facts.sources)
        rows = [row for row in book.statement.rows if row.symbol]
        assert {row.symbol for row in rows} == set(book.facts.symbols)
        printed = {row.symbol: row.digits for row in rows}
        assert printed == {name: spec.digits for name, spec in book.facts.symbols.items()}
