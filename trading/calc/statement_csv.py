"""Reads a statement kept as CSV: one line a row, as printed, without blanks between thousands."""

import csv
from collections.abc import Iterator
from io import StringIO

from trading.calc.statement_rows import BadStatement, Cells, Section, StatementRow, read_row

#: The columns of the file, in order, and what the rows call them.
COLUMNS: dict[str, str] = {
    "section": "section",
    "ticket": "ticket",
    "open_time": "open time",
    "type": "type",
    "lots": "lots",
    "symbol": "symbol",
    "open_price": "open price",
    "sl": "stop loss",
    "tp": "take profit",
    "close_time": "close time",
    "close_or_market_price": "price",
    "commission": "commission",
    "taxes": "taxes",
    "swap": "swap",
    "profit": "profit",
    "comment": "comment",
}
SECTIONS = {section.value: section for section in Section}


def read_csv(text: str, file: str) -> tuple[StatementRow, ...]:
    """Return the rows of a statement kept as CSV. Raises `BadStatement`."""
    lines = csv.reader(StringIO(text), strict=True)
    try:
        header = next(lines, [])
        if header != list(COLUMNS):
            raise BadStatement(
                f"{file} is not a statement: its first line is not “section,ticket,open_time,…”; "
                "take the HTML that the terminal saves, or a CSV with those columns"
            )
        return tuple(_rows(lines, file))
    except csv.Error as error:
        raise BadStatement(
            f"{file}, line {lines.line_num} is not CSV ({error}); save it again as CSV"
        ) from error


def _rows(lines: Iterator[list[str]], file: str) -> Iterator[StatementRow]:
    for number, line in enumerate(lines, start=2):
        place = f"{file}, line {number}"
        if len(line) != len(COLUMNS):
            raise BadStatement(
                f"{place} has {len(line)} columns in place of {len(COLUMNS)}; save it again as CSV"
            )
        cells = Cells(place, dict(zip(COLUMNS.values(), line, strict=True)))
        section = SECTIONS.get(cells.text("section"))
        if section is None:
            raise cells.bad(f"“{cells.text('section')}” is not closed, open or working")
        yield read_row(section, cells)
