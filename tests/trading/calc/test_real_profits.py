"""Every closed trade of four real statements, reckoned anew and compared to the cent."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.factories.books import (
    NAMES,
    Book,
    a_book,
    check_profits,
    implied_rate,
    reckoned,
)
from trading.calc.rounding import rounded

pytestmark = pytest.mark.shared_data

EXACT: dict[str, dict[str, int]] = {
    "02": {"xauusd": 4519, "btcusd": 1},
    "04": {"eurusd": 233, "xauusd": 41, "gbpusd": 7, "audusd": 1, "ukousd": 7, "usdjpy": 2},
    "07": {"eurusd": 27, "gbpusd": 25, "nzdusd": 4, "xauusd": 5, "usdcad": 1},
    "09": {"xauusd@": 8, "eurusd@": 1, "wticash": 1},
}

#: Trades whose profit needs a quote that no statement holds: how many, and the lowest and highest
#: rate that their printed profits imply. They are reported, never counted as exact.
CROSSES: dict[tuple[str, str], tuple[int, str, str]] = {
    ("04", "eurgbp"): (3, "1.0000", "1.2500"),
    ("04", "eurjpy"): (2, "0.0063", "0.0065"),
    ("04", "gbpjpy"): (1, "0.0064", "0.0064"),
    ("07", "audcad"): (1, "0.7464", "0.7464"),
    ("07", "cadchf"): (1, "1.0000", "1.0000"),
    ("07", "euraud"): (2, "0.7101", "0.7102"),
    ("07", "eurcad"): (3, "0.7500", "0.7630"),
    ("07", "eurgbp"): (43, "1.2941", "1.3274"),
    ("07", "eurjpy"): (1, "0.0092", "0.0092"),
    ("07", "eurnzd"): (5, "0.6790", "0.6845"),
    ("07", "gbpaud"): (7, "0.7067", "0.7130"),
    ("07", "gbpcad"): (2, "0.7583", "0.7605"),
    ("07", "gbpchf"): (1, "1.0026", "1.0026"),
    ("07", "gbpjpy"): (1, "0.0092", "0.0092"),
    ("07", "gbpnzd"): (1, "0.6875", "0.6875"),
    ("07", "nzdcad"): (8, "0.7462", "0.7508"),
    ("07", "nzdchf"): (1, "0.9939", "0.9939"),
    ("07", "nzdjpy"): (1, "0.0091", "0.0091"),
}


@pytest.fixture(scope="module")
def books(shared_data: Path) -> dict[str, Book]:
    """The four books."""
    return {name: a_book(shared_data / "statements", name) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_every_trade_without_a_foreign_quote_is_exact(books: dict[str, Book], name: str) -> None:
    found = check_profits(books[name])
    assert found.wrong == []
    assert found.exact == EXACT[name]


def test_that_is_4883_trades(books: dict[str, Book]) -> None:
    assert sum(check_profits(book).exact.total() for book in books.values()) == 4883


def test_the_84_crosses_are_listed_with_the_rates_they_imply(books: dict[str, Book]) -> None:
    rates: defaultdict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for name, book in books.items():
        for row in check_profits(book).crosses:
            rates[name, row.symbol].append(implied_rate(book, row))
    listed = {
        key: (len(found), str(rounded(min(found), 4)), str(rounded(max(found), 4)))
        for key, found in rates.items()
    }
    assert listed == CROSSES
    assert sum(count for count, _, _ in listed.values()) == 84


def test_pounds_imply_dollars_within_the_market_s_range(books: dict[str, Book]) -> None:
    rates = [
        implied_rate(books["07"], row)
        for row in check_profits(books["07"]).crosses
        if row.symbol == "eurgbp"
    ]
    assert len(rates) == 43
    assert Decimal("1.294") <= min(rates)
    assert max(rates) <= Decimal("1.3274")


def test_html_and_csv_hold_the_same(shared_data: Path) -> None:
    as_csv = a_book(shared_data / "statements", "04")
    as_html = a_book(shared_data / "statements", "04", html=True)
    assert as_html.statement.rows == as_csv.statement.rows
    assert len(as_html.statement.rows) == 1097
    assert as_html.account == as_csv.account
    assert as_html.statement.totals["Balance"] == as_csv.account.balance


def test_a_changed_price_is_noticed_in_every_trade(books: dict[str, Book]) -> None:
    changed = 0
    for book in books.values():
        crosses = {row.ticket for row in check_profits(book).crosses}
        for row in book.statement.closed_trades():
            if row.ticket in crosses:
                continue
            moved = replace(row, price=row.price + Decimal(10).scaleb(-row.digits))
            assert reckoned(book, moved, book.rate_of(moved)) != row.profit
            changed += 1
    assert changed == 4883


@pytest.mark.parametrize(("old", "new"), [("3345.97", "3345.96"), ("3346.48", "3346.47")])
def test_one_wrong_price_in_the_file_fails_the_check(
    shared_data: Path, tmp_path: Path, old: str, new: str
) -> None:
    [original] = (shared_data / "statements").glob("02_*.csv")
    text = original.read_text("ascii")
    (tmp_path / original.name).write_text(text.replace(old, new, 1), "ascii")
    found = check_profits(a_book(tmp_path, "02"))
    assert found.wrong == [26224746]
    assert found.exact.total() == 4519
