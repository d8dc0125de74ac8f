"""Reads the statement that the terminal saves as HTML, plain or Detailed.

A record is a table row whose first cell is a ticket: 14 cells for a trade, 11 for a pending
order (the last one spans and holds the comment), 5 for a balance row. Everything else between the
tables is headings, totals, and the second lines that a Detailed statement prints under records.

Source: docs/metatrader.md, Statement file.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from html.parser import HTMLParser

from trading.calc.statement_rows import (
    BadStatement,
    Cells,
    Heading,
    Section,
    StatementRow,
    read_row,
)

TITLES: dict[str, Section] = {
    "Closed Transactions:": Section.CLOSED,
    "Open Trades:": Section.OPEN,
    "Working Orders:": Section.WORKING,
}
SUMMARY = "Summary:"
DETAILS = "Details:"
SUMMARY_LABELS = (
    "Deposit/Withdrawal:",
    "Credit Facility:",
    "Closed Trade P/L:",
    "Floating P/L:",
    "Margin:",
    "Balance:",
    "Equity:",
    "Free Margin:",
)

ORDER = ("ticket", "open time", "type", "lots", "symbol", "open price", "stop loss", "take profit")
TRADE = (*ORDER, "close time", "price", "commission", "taxes", "swap", "profit")
PENDING = (*ORDER, "close time", "price", "comment")
MONEY = ("ticket", "open time", "type", "comment", "profit")
SHAPES = {len(shape): shape for shape in (TRADE, PENDING, MONEY)}

LEVERAGE = re.compile(r"1:(\d+)")


@dataclass(slots=True)
class _Cell:
    title: str
    span: int
    text: str = ""


@dataclass(slots=True)
class _Row:
    line: int
    cells: list[_Cell] = field(default_factory=list)


class _Tables(HTMLParser):
    """Collects every table row, with the text of what stands in large letters above the tables."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[_Row] = []
        self.above: list[str] = []
        self._in_cell = False
        self._is_styled = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a row or a cell."""
        if tag == "tr":
            self.rows.append(_Row(self.getpos()[0]))
        elif tag == "td" and self.rows:
            named = {name: value or "" for name, value in attrs}
            span = named.get("colspan", "1")
            self.rows[-1].cells.append(
                _Cell(named.get("title", "").strip(), int(span) if span.isdecimal() else 1)
            )
            self._in_cell = True
        elif tag in ("style", "title", "script"):
            self._is_styled = True

    def handle_endtag(self, tag: str) -> None:
        """Close a cell."""
        if tag in ("td", "tr", "table"):
            self._in_cell = False
        elif tag in ("style", "title", "script"):
            self._is_styled = False

    def handle_data(self, data: str) -> None:
        """Add text to the open cell; hard blanks count as blanks."""
        text = data.replace("\xa0", " ")
        if self._in_cell:
            self.rows[-1].cells[-1].text += text
        elif not self.rows and not self._is_styled and text.strip():
            self.above.append(text.strip())


def read_html(text: str, file: str) -> tuple[tuple[StatementRow, ...], Heading, dict[str, Decimal]]:
    """Return the rows, the heading and the printed totals of an HTML statement.

    Raises `BadStatement`, also where the end is missing: a file that was cut off is no statement.
    """
    tables = _Tables()
    tables.feed(text)
    tables.close()
    for row in tables.rows:
        for cell in row.cells:
            cell.text = cell.text.strip()
    first = [row.cells[0].text if row.cells else "" for row in tables.rows]
    if "Closed Transactions:" not in first:
        raise BadStatement(
            f"{file} is not a MetaTrader statement: it has no table “Closed Transactions:”; "
            "save the account history as a statement in the terminal and take that file"
        )
    start = first.index("Closed Transactions:")
    if SUMMARY not in first[start:]:
        raise BadStatement(
            f"{file} is cut off: its summary is missing; save the statement in the terminal again"
        )
    end = first.index(SUMMARY, start)
    rows = _records(tables.rows[start:end], file)
    heading = _heading(tables.rows[:start], tables.above, file)
    return rows, heading, _totals(tables.rows[end:], file)


def _records(rows: Sequence[_Row], file: str) -> tuple[StatementRow, ...]:
    section = Section.CLOSED
    found: list[StatementRow] = []
    for row in rows:
        if not row.cells:
            continue
        label = row.cells[0]
        section = TITLES.get(label.text, section)
        if _is_record(row, file):
            found.append(_record(section, row, file))
    return tuple(found)


def _is_record(row: _Row, file: str) -> bool:
    """Return whether a row prints a record; what is neither record nor frame is refused."""
    label = row.cells[0]
    if label.span > 1 or label.text in ("Ticket", ""):
        return False
    if len(row.cells) not in SHAPES:
        raise BadStatement(
            f"{file}, line {row.line} has {len(row.cells)} cells, which no row of a statement has; "
            "print the statement again and take it unedited"
        )
    return True


def _record(section: Section, row: _Row, file: str) -> StatementRow:
    names = SHAPES[len(row.cells)]
    texts = dict(zip(names, (cell.text for cell in row.cells), strict=True))
    # The title holds magic number and comment together; a record without either has none.
    texts["comment"] = row.cells[0].title or texts.get("comment", "")
    cells = Cells(f"{file}, line {row.line}", texts)
    cmd = cells.cmd()
    expected = MONEY if cmd.is_balance else TRADE if cmd.is_market else PENDING
    if names is not expected:
        raise cells.bad(f"a {texts['type']} row cannot have {len(row.cells)} cells")
    return read_row(section, cells)


def _heading(rows: Sequence[_Row], above: Sequence[str], file: str) -> Heading:
    texts = [cell.text for row in rows for cell in row.cells]
    labelled = {
        name: rest.strip() for name, mark, rest in (t.partition(":") for t in texts) if mark
    }
    currency = labelled.get("Currency", "")
    if not currency:
        raise BadStatement(
            f"{file} does not print the account's currency; save it in the terminal again"
        )
    leverage = LEVERAGE.fullmatch(labelled.get("Leverage", ""))
    return Heading(
        company=above[0] if above else "",
        account=labelled.get("Account", ""),
        name=labelled.get("Name", ""),
        currency=currency,
        leverage=int(leverage[1]) if leverage else 0,
        printed=texts[-1] if texts else "",
    )


def _totals(rows: Sequence[_Row], file: str) -> dict[str, Decimal]:
    """Return the figures of the summary by their printed labels, without the colon."""
    found: dict[str, Decimal] = {}
    for row in rows:
        if row.cells and row.cells[0].text == DETAILS:
            break
        for label, figure in zip(row.cells, row.cells[1:], strict=False):
            if label.text in SUMMARY_LABELS:
                cells = Cells(f"{file}, line {row.line}", {"summary": figure.text})
                found[label.text.removesuffix(":")] = cells.number("summary")
    missing = [label for label in SUMMARY_LABELS if label.removesuffix(":") not in found]
    if missing:
        raise BadStatement(
            f"{file} prints no “{missing[0]}” in its summary; save it in the terminal again"
        )
    return found
