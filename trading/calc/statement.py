"""Reads MetaTrader account statements, CSV or HTML: one file, or several as a server's book."""

import codecs
import re
from collections.abc import Iterable
from pathlib import Path

from trading.calc.statement_csv import read_csv
from trading.calc.statement_html import read_html
from trading.calc.statement_rows import BadStatement, Heading, Section, Statement, StatementRow

__all__ = [
    "BadStatement",
    "Heading",
    "Section",
    "Statement",
    "StatementRow",
    "guess_encoding",
    "read",
    "read_book",
]

HTML_SUFFIXES = (".htm", ".html")
CSV_SUFFIXES = (".csv",)
ANSI = "cp1252"
CHARSET = re.compile(rb"charset=[\"']?([A-Za-z0-9_-]+)")
DECLARED_WITHIN = 2048  # bytes from the start


def read(path: Path, *, encoding: str = "utf-8-sig") -> Statement:
    """Return a statement, read whole; the file's ending says whether it is CSV or HTML.

    Terminals of older builds write their own code page: name it in `encoding`. Raises
    `BadStatement` with one sentence; nothing is ever read in part.
    """
    suffix = path.suffix.lower()
    if suffix not in HTML_SUFFIXES + CSV_SUFFIXES:
        raise BadStatement(
            f"{path.name} is neither .htm, .html nor .csv; save the statement as one of these"
        )
    text = _text(path, encoding)
    if suffix in CSV_SUFFIXES:
        statement = Statement(
            file=path.name, rows=read_csv(text, path.name), heading=None, totals={}
        )
    else:
        rows, heading, totals = read_html(text, path.name)
        statement = Statement(file=path.name, rows=rows, heading=heading, totals=totals)
    _refuse_duplicates((statement,))
    return statement


def read_book(paths: Iterable[Path], *, encoding: str = "utf-8-sig") -> tuple[Statement, ...]:
    """Return several statements of one server. A ticket may stand in the whole book only once."""
    book = tuple(read(path, encoding=encoding) for path in paths)
    _refuse_duplicates(book)
    return book


def guess_encoding(path: Path) -> str:
    """Return the encoding that a file shows: by its mark, as UTF-8, by what it declares, else ANSI.

    Terminals write UTF-8 or UTF-16 in newer builds and the machine's code page in older ones.
    """
    try:
        content = path.read_bytes()
    except OSError:
        return "utf-8-sig"  # reading it will say what is wrong
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        declared = CHARSET.search(content[:DECLARED_WITHIN])
        return _known(declared[1].decode("ascii")) if declared else ANSI
    return "utf-8-sig"


def _known(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return ANSI


def _text(path: Path, encoding: str) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadStatement(
            f"{path.name} cannot be read ({error.strerror}); check that it is there and readable"
        ) from error
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadStatement(
            f"{path.name} is not written in {encoding} (byte {error.start} does not fit); "
            "save it as UTF-8 or name its code page"
        ) from error
    if "\0" in text:
        raise BadStatement(
            f"{path.name} is not plain text in {encoding}; save it as UTF-8 or name its code page"
        )
    return text


def _refuse_duplicates(book: Iterable[Statement]) -> None:
    seen: dict[int, str] = {}
    for statement in book:
        for row in statement.rows:
            if row.ticket in seen:
                raise BadStatement(
                    f"Ticket {row.ticket} of {statement.file} is already in {seen[row.ticket]}; "
                    "a server gives a ticket once: take one of the two out"
                )
            seen[row.ticket] = statement.file
