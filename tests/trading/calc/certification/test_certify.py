"""Statements that nobody prepared us for: what is inferred, counted, set apart, and refused."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from trading.calc import statement
from trading.calc.certification.certify import certify
from trading.calc.certification.names import Names, names_of
from trading.calc.certification.outcome import Certificate, Check
from trading.calc.certification.printed import Printed, read_printed
from trading.calc.statement_rows import Section, StatementRow

HEAD = (
    "section,ticket,open_time,type,lots,symbol,open_price,sl,tp,close_time,"
    "close_or_market_price,commission,taxes,swap,profit,comment\n"
)
OPENED, CLOSED = "2026.03.02 09:00:00", "2026.03.02 10:00:00"
TOTALS = {
    "Deposit/Withdrawal": "0",
    "Credit Facility": "0",
    "Closed Trade P/L": "0",
    "Floating P/L": "0",
    "Margin": "0",
    "Balance": "0",
    "Equity": "0",
    "Free Margin": "0",
}


def a_row(
    ticket: int,
    what: str,
    prices: str,
    profit: str,
    *,
    swap: str = "0",
    at: str = f"{OPENED}|{CLOSED}",
    section: str = "closed",
) -> str:
    """One line: `what` is side, lots and symbol, `prices` open and close, apart by blanks."""
    side, lots, symbol = what.split()
    first, second = prices.split()
    opened, closed = at.split("|")
    return (
        f"{section},{ticket},{opened},{side},{lots},{symbol},{first},0,0,{closed},{second},"
        f"0,0,{swap},{profit},\n"
    )


def certified(folder: Path, *lines: str, **told: str) -> Certificate:
    """The certificate of a CSV with these lines; `currency` and printed totals may be told."""
    path = folder / "own.csv"
    path.write_text(HEAD + "".join(lines))
    figures = {name.replace("_", " "): said for name, said in told.items() if name != "currency"}
    printed = {label: Decimal(figures.get(label, said)) for label, said in TOTALS.items()}
    beside = Printed(totals=printed) if figures else None
    return certify(statement.read(path), beside=beside, currency=told.get("currency", ""))


def check(found: Certificate, name: str) -> Check:
    """The check of that name."""
    [one] = [one for one in found.checks if one.name == name]
    return one


def profits(found: Certificate) -> tuple[int, int, int]:
    """Exact, derivable and apart of the closed trades' profits."""
    one = check(found, "profit of closed trades")
    return one.exact, one.total, one.apart


def test_an_account_in_euros_is_recognised_by_its_rows(tmp_path: Path) -> None:
    found = certified(
        tmp_path,
        a_row(1, "buy 0.10 EURUSD.m", "1.10000 1.10500", "45.25"),  # 50 USD at 1.10500
        a_row(2, "sell 0.20 EURUSD.m", "1.10500 1.10000", "90.91"),  # 100 USD at 1.10000
        a_row(3, "buy 0.10 EURJPY.m", "160.000 160.800", "49.75"),  # 8,000 JPY at 160.800
        a_row(4, "buy 0.10 GBPUSD.m", "1.25000 1.25100", "9.07"),
    )
    assert (found.currency, found.is_currency_inferred) == ("EUR", True)
    assert profits(found) == (3, 3, 1)
    [pound] = [line for line in found.symbols if line.symbol == "GBPUSD.m"]
    assert pound.needs == ("USDEUR.m", "EURUSD.m")
    assert pound.lowest_rate == pound.highest_rate == Decimal("0.907")


def test_yen_have_no_decimals(tmp_path: Path) -> None:
    found = certified(
        tmp_path,
        a_row(1, "buy 0.10 USDJPY", "150.123 150.456", "3330"),
        a_row(2, "sell 0.03 EURJPY", "161.007 160.990", "51"),
        currency="JPY",
    )
    assert (found.currency, profits(found)) == ("JPY", (2, 2, 0))


def test_cents_count_hundredfold(tmp_path: Path) -> None:
    found = certified(
        tmp_path, a_row(1, "buy 0.10 EURUSDc", "1.10000 1.10100", "1000.00"), currency="USC"
    )
    assert (found.currency, profits(found)) == ("USC", (1, 1, 0))
    assert found.symbols[0].contract_size == 100_000


def test_metals_and_indices_show_their_size(tmp_path: Path) -> None:
    found = certified(
        tmp_path,
        a_row(1, "buy 0.10 XAUUSD@", "2000.00 2003.50", "35.00"),
        a_row(2, "buy 0.10 XAGUSD@", "25.000 25.100", "50.00"),
        a_row(3, "sell 2.00 US30", "39000.0 38990.5", "19.00"),
        a_row(4, "buy 1.00 US30", "39000.0 39001.5", "1.50"),
        a_row(5, "buy 1.00 COFFEE", "180.00 181.00", "375.00"),
        a_row(6, "buy 2.00 COFFEE", "180.10 181.00", "675.00"),
    )
    sizes = {line.symbol: line.contract_size for line in found.symbols}
    assert sizes == {"XAUUSD@": 100, "XAGUSD@": 5000, "US30": 1, "COFFEE": 375}
    assert profits(found) == (6, 6, 0)


def test_an_index_in_another_currency_is_set_apart(tmp_path: Path) -> None:
    """One size explains none of its profits: they moved with a rate that is not printed."""
    found = certified(
        tmp_path,
        a_row(1, "buy 1.00 GER40", "16000.0 16010.0", "10.87"),
        a_row(2, "buy 1.00 GER40", "16000.0 16010.0", "10.91"),
        a_row(3, "sell 1.00 GER40", "16000.0 15987.0", "14.09"),
        a_row(4, "buy 0.10 EURUSD", "1.10000 1.10100", "10.00"),
    )
    assert (found.currency, profits(found)) == ("USD", (1, 1, 3))


def test_one_wrong_profit_is_named(tmp_path: Path) -> None:
    found = certified(
        tmp_path,
        a_row(1, "buy 0.10 EURUSD", "1.10000 1.10100", "10.00"),
        a_row(2, "buy 0.10 EURUSD", "1.10000 1.10200", "20.01"),
        a_row(3, "buy 0.10 EURUSD", "1.10000 1.10300", "30.00"),
    )
    [wrong] = check(found, "profit of closed trades").differing
    assert (wrong.place, wrong.printed, wrong.ours) == ("EURUSD #2", "20.01", "20.00")
    assert (found.exact, found.total) == (5, 6)


def test_a_pair_has_a_usual_size_or_is_wrong(tmp_path: Path) -> None:
    """A size bent until the rows fit would certify anything."""
    found = certified(
        tmp_path,
        a_row(1, "buy 1.00 EURUSD", "1.10000 1.10100", "112.50"),
        a_row(2, "buy 2.00 EURUSD", "1.10000 1.10100", "225.00"),
        currency="USD",
    )
    assert profits(found) == (0, 2, 0)


def test_swap_within_a_day_differs(tmp_path: Path) -> None:
    noon = "2026.03.02 09:00:00|2026.03.02 12:00:00"
    rows = [a_row(1, "buy 0.10 EURUSD", "1.10000 1.10100", "10.00", swap="-0.5", at=noon)]
    assert len(check(certified(tmp_path, *rows), "no swap within a day").differing) == 1


def test_a_day_that_ends_in_the_evening_is_found_out(tmp_path: Path) -> None:
    """A swap paid at 23:05 says that the server's day ended by then; earlier trades bear it out."""
    late, early = (
        "2026.03.02 21:00:00|2026.03.02 23:05:10",
        "2026.03.02 21:00:00|2026.03.02 22:59:59",
    )
    found = certified(
        tmp_path,
        a_row(1, "buy 0.10 EURUSD", "1.10000 1.10100", "10.00", swap="-0.5", at=late),
        a_row(2, "buy 0.10 EURUSD", "1.10000 1.10100", "10.00", at=early),
    )
    swaps = check(found, "no swap within a day")
    assert (swaps.exact, swaps.total) == (1, 1)
    assert swaps.notes == ["the server's day ends at 23:05, as the swaps show"]


MONEY = "closed,9,2026.03.01 08:00:00,balance,,,,,,2026.03.01 08:00:00,,,,,1000.00,Deposit\n"
HELD = a_row(2, "buy 0.10 EURUSD", "1.10000 1.09900", "-10.00", at=f"{OPENED}|", section="open")
FIGURES = {
    "Deposit/Withdrawal": "1000.00",
    "Floating_P/L": "-10.00",
    "Balance": "1000.00",
    "Equity": "990.00",
    "Margin": "110.00",
    "Free_Margin": "880.00",
}


def test_summary_adds_up_and_leverage_is_found(tmp_path: Path) -> None:
    found = certified(tmp_path, MONEY, HELD, currency="USD", **FIGURES)
    assert (found.exact, found.total) == (8, 8)
    assert check(found, "balance identity").exact == 6
    assert (found.leverage, check(found, "margin").notes) == (
        "1:100",
        ["leverage 1:100 is inferred"],
    )


@pytest.mark.parametrize("label", ["Deposit/Withdrawal", "Floating_P/L", "Balance", "Equity"])
def test_one_wrong_figure_of_the_summary_differs(tmp_path: Path, label: str) -> None:
    wrong = {**FIGURES, label: "7.77"}
    found = certified(tmp_path, MONEY, HELD, currency="USD", **wrong)
    assert label.replace("_", " ") in [
        one.place for one in check(found, "balance identity").differing
    ]


def test_a_group_that_counts_only_profits(tmp_path: Path) -> None:
    found = certified(tmp_path, MONEY, HELD, currency="USD", **{**FIGURES, "Free_Margin": "890.00"})
    identity = check(found, "balance identity")
    assert (identity.exact, identity.differing) == (6, [])
    assert identity.notes == ["free margin counts floating results as DONT_USE says"]


def test_a_margin_that_no_rule_gives_is_set_apart_or_differs(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(HEAD + MONEY + HELD)
    totals = {label: Decimal(FIGURES.get(label, said)) for label, said in TOTALS.items()}
    totals["Margin"] = Decimal("123.45")
    unknown = certify(statement.read(path), beside=Printed(totals=totals), currency="USD")
    assert check(unknown, "margin").apart == 1
    told = Printed(totals=totals, leverage=100)
    known = certify(statement.read(path), beside=told, currency="USD")
    [wrong] = check(known, "margin").differing
    assert (wrong.printed, wrong.ours) == ("123.45", "110.00")


def test_a_period_names_the_balance_before_it(tmp_path: Path) -> None:
    row = a_row(1, "buy 0.10 EURUSD", "1.10000 1.10100", "10.00")
    told = {"Closed_Trade P/L": "10.00", "Balance": "510.00", "Equity": "510.00"}
    found = certified(tmp_path, row, currency="USD", **told, Free_Margin="510.00")
    identity = check(found, "balance identity")
    assert (identity.exact, identity.apart) == (5, 1)
    assert identity.notes == ["it covers a period: the balance before it was 500.00"]


def test_an_empty_statement_has_nothing_to_derive(tmp_path: Path) -> None:
    found = certified(tmp_path)
    assert (found.rows, found.exact, found.total) == (0, 0, 0)


@pytest.mark.parametrize(
    ("symbol", "names"),
    [
        ("eurusd", Names("EUR", "USD")),
        ("EURUSD.pro", Names("EUR", "USD")),
        ("#GBPJPY", Names("GBP", "JPY")),
        ("xauusd@", Names("XAU", "USD")),
        ("BTCUSDm", Names("BTC", "USD")),
        ("ukousd", Names("", "USD")),
        ("US30", Names("", "")),
        ("JP225JPY", Names("", "JPY")),
        ("wticash", Names("", "")),
        ("NATGAS", Names("", "")),
    ],
)
def test_names_of_symbols(symbol: str, names: Names) -> None:
    assert names_of(symbol) == names


#: Exact, derivable, apart: profits of closed trades, of open ones, swaps, margin, sums.
STATEMENTS = {
    "02": [(4520, 4520, 0), (0, 0, 0), (4416, 4416, 0), (1, 1, 0), (6, 6, 0)],
    "04": [(291, 291, 6), (5, 5, 0), (268, 268, 0), (1, 1, 0), (6, 6, 0)],
    "07": [(62, 62, 78), (0, 0, 1), (55, 55, 0), (0, 0, 1), (5, 5, 1)],
    "09": [(10, 10, 0), (2, 2, 0), (8, 8, 0), (1, 1, 0), (6, 6, 0)],
}


@pytest.fixture(scope="module")
def summaries(shared_data: Path) -> dict[str, Printed]:
    return read_printed(shared_data / "statements" / "summaries.json")


@pytest.mark.shared_data
@pytest.mark.parametrize("name", STATEMENTS)
def test_real_statements_come_out(
    shared_data: Path, summaries: dict[str, Printed], name: str
) -> None:
    [path] = (shared_data / "statements").glob(f"{name}_*.csv")
    read = statement.read(path)
    found = certify(read, beside=summaries[path.name])
    assert [(one.exact, one.total, one.apart) for one in found.checks] == STATEMENTS[name]
    assert found.leverage == {"02": "", "04": "1:500", "07": "1:100", "09": "1:500"}[name]
    blind = certify(read)  # without anything that was printed, the rows tell the currency
    assert (blind.currency, blind.is_currency_inferred) == ("USD", True)
    assert blind.checks[:3] == found.checks[:3]


@pytest.mark.shared_data
def test_every_moved_price_of_a_real_statement_is_found(
    shared_data: Path, summaries: dict[str, Printed]
) -> None:
    [path] = (shared_data / "statements").glob("09_*.csv")
    read = statement.read(path)
    moved = [row for row in read.rows if row.cmd.is_market and row.symbol == "xauusd@"]
    for row in moved:
        rows = tuple(_moved(one) if one is row else one for one in read.rows)
        found = certify(replace(read, rows=rows), beside=summaries[path.name])
        assert found.total - found.exact == 1, row.ticket


def _moved(row: StatementRow) -> StatementRow:
    assert row.section in (Section.CLOSED, Section.OPEN)
    return replace(row, price=row.price + Decimal("0.10"))
