"""Statements: what is read from CSV and HTML, and what is refused with one clear sentence."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from trading.calc.statement import BadStatement, Section, read, read_book
from trading.terms import Cmd

HEADER = (
    "section,ticket,open_time,type,lots,symbol,open_price,sl,tp,close_time,close_or_market_price,"
    "commission,taxes,swap,profit,comment"
)
TRADE = (
    "closed,101,2026.03.02 09:00:00,buy,0.10,eurusd,1.10000,1.09000,0.00000,2026.03.02 10:00:00,"
    "1.10500,-0.70,0.00,-0.10,50.00,#777 trend[tp]"
)
DEPOSIT = "closed,100,2026.03.01 08:00:00,balance,,,,,,2026.03.01 08:00:00,,,,,1000.00,Deposit"
OPEN = (
    "open,103,2026.03.03 09:00:00,sell,1.00,usdjpy,150.000,0.000,0.000,,150.100,"
    "0.00,0.00,0.00,-66.62,"
)
WORKING = "working,104,2026.03.03 09:30:00,sell stop,0.25,eurusd,1.09,0,0,,1.10,,,,,#5 wait"
CANCELLED = (
    "closed,102,2026.03.02 09:00:00,buy limit,1.00,eurusd,1.05,0,0,2026.03.02 11:00:00,1.10,,,,,"
    "#777 cancelled"
)


def csv_file(folder: Path, *lines: str, name: str = "s.csv", header: str = HEADER) -> Path:
    path = folder / name
    path.write_text("\r\n".join((header, *lines)) + "\r\n", "ascii", newline="")
    return path


def cell(text: str, extra: str = "") -> str:
    return f"<td{extra}>{text}</td>"


def row(*texts: str, title: str = "") -> str:
    first = cell(texts[0], f' title="{title}"' if title else "")
    return f"<tr align=right>{first}{''.join(cell(text) for text in texts[1:])}</tr>\n"


OPENED, CLOSED = "2026.03.02 09:00:00", "2026.03.02 10:00:00"
HTML_TRADE = row(
    *["101", OPENED, "buy", "0.10", "eurusd", "1.10000", "1.09000", "0.00000", CLOSED],
    *["1.10500", "-0.70", "0.00", "-0.10", "1 050.00"],
    title="#777 trend[tp]",
)
HTML_CANCELLED = row(
    *["102", OPENED, "buy limit", "1.00", "eurusd", "1.05", "0", "0", CLOSED, "1.10"],
    "cancelled",
    title="#777 cancelled",
)
HTML_MONEY = row("100", "2026.03.01 08:00:00", "balance", "Deposit &amp; bonus", "12 345 678.90")
HTML_WORKING = row(
    *["104", OPENED, "sell stop", "0.25", "eurusd", "1.09", "0", "0", "&nbsp;", "1.10", "wait"],
    title="#5 wait",
)
SECOND_LINE = "<tr><td colspan=9>&nbsp;</td><td>777</td><td colspan=3>trend[tp]</td></tr>\n"
SUMMARY = "".join(
    f"<tr><td colspan=2><b>{label}</b></td><td><b>{figure}</b></td></tr>\n"
    for label, figure in (
        ("Deposit/Withdrawal:", "12 345 678.90"),
        ("Credit Facility:", "0.00"),
        ("Closed Trade P/L:", "1 049.20"),
        ("Floating P/L:", "0.00"),
        ("Margin:", "0.00"),
        ("Balance:", "1.00"),
        ("Equity:", "1.00"),
        ("Free Margin:", "1.00"),
    )
)


def title_row(text: str) -> str:
    return f"<tr align=left><td colspan=14><b>{text}</b></td></tr>\n"


def html(
    closed: str = "", *, open_trades: str = "", working: str = "", leverage: str = "1:200"
) -> str:
    return (
        "<html><head><title>Statement: 5</title><style>td { x: y }</style></head><body>"
        "<div><b>Example Brokers</b></div><table>"
        f"<tr><td><b>Account: 5</b></td><td><b>Name: Ada</b></td><td><b>Currency: USD</b></td>"
        f"<td><b>Leverage: {leverage}</b></td><td><b>2026 March 3, 12:00</b></td></tr>\n"
        + title_row("Closed Transactions:")
        + row(*["Ticket", "Open Time", *[""] * 12])
        + closed
        + "<tr><td colspan=10>&nbsp;</td><td>-0.70</td><td>0</td><td>0</td><td>1.00</td></tr>"
        + title_row("Open Trades:")
        + open_trades
        + title_row("Working Orders:")
        + working
        + title_row("Summary:")
        + SUMMARY
        + title_row("Details:")
        + row("Balance:", "9")
        + "</table></body></html>"
    )


def html_file(folder: Path, text: str, name: str = "s.htm") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_reads_every_kind_of_row(tmp_path: Path) -> None:
    statement = read(csv_file(tmp_path, TRADE, CANCELLED, OPEN, WORKING, DEPOSIT))
    trade, cancelled, held, working, deposit = statement.rows
    assert (trade.ticket, trade.cmd, trade.volume_hundredths, trade.digits) == (101, Cmd.BUY, 10, 5)
    assert trade.opened == datetime(2026, 3, 2, 9)  # noqa: DTZ001
    assert (trade.magic, trade.comment) == (777, "trend[tp]")
    assert trade.result == Decimal("49.20")
    assert (cancelled.is_cancelled, cancelled.comment, cancelled.magic) == (True, "cancelled", 777)
    assert (held.section, held.closed, held.comment) == (Section.OPEN, None, "")
    assert (working.section, working.cmd) == (Section.WORKING, Cmd.SELL_STOP)
    assert (deposit.profit, deposit.comment, deposit.symbol) == (Decimal(1000), "Deposit", "")
    assert statement.closed_trades() == (trade,)
    assert statement.open_trades() == (held,)
    assert statement.money() == (deposit,)
    assert statement.heading is None


def test_reads_html_detailed_or_plain(tmp_path: Path) -> None:
    rows = HTML_TRADE + SECOND_LINE + "<tr></tr>" + HTML_CANCELLED + HTML_MONEY
    statement = read(html_file(tmp_path, html(rows, working=HTML_WORKING)))
    trade, cancelled, money, working = statement.rows
    assert (trade.profit, trade.magic, trade.comment) == (Decimal(1050), 777, "trend[tp]")
    assert (cancelled.is_cancelled, cancelled.comment) == (True, "cancelled")
    assert (money.profit, money.comment) == (Decimal("12345678.90"), "Deposit & bonus")
    assert (working.magic, working.comment, working.closed) == (5, "wait", None)
    assert statement.heading is not None
    assert statement.heading.company == "Example Brokers"
    assert (statement.heading.currency, statement.heading.leverage) == ("USD", 200)
    assert statement.heading.printed == "2026 March 3, 12:00"
    assert statement.totals["Closed Trade P/L"] == Decimal("1049.20")
    assert statement.totals["Balance"] == 1


def test_a_leverage_that_is_not_printed_is_zero(tmp_path: Path) -> None:
    statement = read(html_file(tmp_path, html(leverage="<!--LEVERAGE-->")))
    assert statement.heading is not None
    assert statement.heading.leverage == 0
    assert statement.rows == ()


def test_reads_the_code_page_that_is_named(tmp_path: Path) -> None:
    path = tmp_path / "s.htm"
    path.write_bytes(html(HTML_MONEY.replace("Deposit", "Взнос")).encode("cp1251"))
    assert read(path, encoding="cp1251").rows[0].comment == "Взнос & bonus"
    with pytest.raises(BadStatement, match=r"s\.htm is not written in utf-8"):
        read(path)


def test_refuses_other_encodings_of_csv(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_bytes((HEADER + "\n" + DEPOSIT).encode("utf-16"))
    with pytest.raises(BadStatement, match="save it as UTF-8 or name its code page"):
        read(path)
    path.write_bytes((HEADER + "\n" + DEPOSIT).encode("utf-16-le"))
    with pytest.raises(BadStatement, match="is not plain text"):
        read(path)


def test_a_ticket_stands_in_a_book_once(tmp_path: Path) -> None:
    with pytest.raises(BadStatement, match=r"Ticket 101 of s\.csv is already in s\.csv"):
        read(csv_file(tmp_path, TRADE, TRADE))
    one, other = csv_file(tmp_path, TRADE), csv_file(tmp_path, DEPOSIT, TRADE, name="t.csv")
    with pytest.raises(BadStatement, match=r"Ticket 101 of t\.csv is already in s\.csv"):
        read_book([one, other])
    apart = csv_file(tmp_path, DEPOSIT, name="u.csv")
    assert [len(statement.rows) for statement in read_book([one, apart])] == [1, 1]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (",buy,", ",swap,", "line 2: “swap” is not a type that MetaTrader prints"),
        ("1.10500", "1,1050", "line 2 has 17 columns in place of 16"),
        ("1.10500", "l.105", "line 2: “l.105” is not a number (price)"),
        ("1.10500", "", "line 2: price must be a number above 0"),
        ("50.00,", "NaN,", "“NaN” is not a number (profit)"),
        ("50.00,", ",", "its profit is missing"),
        ("50.00,", "5 0.00,", "“5 0.00” is not a number"),
        ("0.10,", "0.105,", "0.105 lots are not whole hundredths of a lot"),
        ("0.10,", "-0.10,", "lots must be a number above 0"),
        ("closed,101", "closed,0101", "“0101” is not a ticket"),
        ("closed,101", "closed,#1", "“#1” is not a ticket"),
        ("closed,101", "shut,101", "“shut” is not closed, open or working"),
        ("2026.03.02 09", "2026-03-02 09", "is not a time as MetaTrader prints it (open time)"),
        ("2026.03.02 10", "2026.03.01 10", "it was closed before it was opened"),
        ("eurusd", "", "its symbol is missing"),
        ("closed,101", "working,101", "a buy cannot be a working order"),
    ],
)
def test_refuses_a_bad_row(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(BadStatement) as refused:
        read(csv_file(tmp_path, TRADE.replace(old, new)))
    sentence = str(refused.value)
    assert said in sentence
    assert sentence.startswith("s.csv, line 2")
    assert "\n" not in sentence
    assert not sentence.endswith(".")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (DEPOSIT.replace("1000.00", ""), "its amount is missing"),
        (DEPOSIT.replace("closed", "open"), "a balance row cannot stand among open orders"),
        (WORKING.replace("working", "open"), "a sell stop cannot be an open trade"),
    ],
)
def test_refuses_rows_in_the_wrong_place(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(BadStatement, match=said):
        read(csv_file(tmp_path, line))


def test_refuses_what_is_no_statement(tmp_path: Path) -> None:
    with pytest.raises(BadStatement, match=r"s\.csv is not a statement: its first line"):
        read(csv_file(tmp_path, "1,2,3", header="date,amount,payee"))
    (tmp_path / "s.csv").write_text("")
    with pytest.raises(BadStatement, match=r"s\.csv is not a statement"):
        read(tmp_path / "s.csv")
    with pytest.raises(BadStatement, match=r"s\.htm is not a MetaTrader statement"):
        read(html_file(tmp_path, "<html><table><tr><td>Invoice</td></tr></table></html>"))
    with pytest.raises(BadStatement, match=r"s\.pdf is neither"):
        read(tmp_path / "s.pdf")
    with pytest.raises(BadStatement, match=r"none\.csv cannot be read \(No such file"):
        read(tmp_path / "none.csv")


def test_refuses_csv_with_a_torn_quotation(tmp_path: Path) -> None:
    with pytest.raises(BadStatement, match="is not CSV"):
        read(csv_file(tmp_path, TRADE.replace("#777 trend[tp]", '"torn')))


def test_refuses_html_that_was_cut_off(tmp_path: Path) -> None:
    whole = html(HTML_TRADE)
    for end in (whole.index("Summary:"), whole.index("Free Margin:"), whole.index("Open Trades:")):
        with pytest.raises(BadStatement, match=r"is cut off|prints no “Free Margin:”"):
            read(html_file(tmp_path, whole[:end]))


def test_refuses_html_rows_of_a_wrong_shape(tmp_path: Path) -> None:
    with pytest.raises(BadStatement, match="has 4 cells, which no row of a statement has"):
        read(html_file(tmp_path, html(row("101", "a", "b", "c"))))
    with pytest.raises(BadStatement, match="a buy row cannot have 11 cells"):
        read(html_file(tmp_path, html(HTML_CANCELLED.replace("buy limit", "buy"))))
    with pytest.raises(BadStatement, match="“abc” is not a ticket"):
        read(html_file(tmp_path, html(HTML_MONEY.replace(">100<", ">abc<"))))
    with pytest.raises(BadStatement, match="does not print the account's currency"):
        read(html_file(tmp_path, html().replace("Currency: USD", "Currency:")))
