"""Downloads as CSV: numbers stay numbers, and no text is a formula when a spreadsheet opens it.

Text that begins as a formula does gets a quote in front (OWASP ASVS 1.2.10); a number is recognised
by its type and never by its look: −5.00 stays a number, and a comment "-5.00" becomes none.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
BYTE_ORDER_MARK = "\ufeff"  # spreadsheets take a file without it for an older code page


def cell(value: Any) -> str:
    """Return one value as it stands in the file; moments in UTC."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        naive = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return naive.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).replace("\0", "")
    return f"'{text}" if text.startswith(FORMULA) else text


def document(heads: Sequence[Any], rows: Iterable[Sequence[Any]]) -> str:
    """Return a whole file: the heads, and a line a row."""
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK)
    write = csv.writer(out).writerow
    write([cell(str(head)) for head in heads])
    for row in rows:
        write([cell(value) for value in row])
    return out.getvalue()
