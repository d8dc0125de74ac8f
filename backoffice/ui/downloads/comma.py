"""Lists as CSV that a spreadsheet cannot be made to run: text that begins as a formula is text."""

import csv as writing
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

# What a spreadsheet takes for a formula, whatever stands before it of white space (OWASP, CSV
# injection). A number of ours is no text and stays a number.
BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv(name: str, heads: Sequence[object], lines: Iterable[Sequence[object]]) -> HttpResponse:
    """Return a download `name.csv`, in UTF-8 with the mark that spreadsheets ask for."""
    text = io.StringIO()
    writer = writing.writer(text, quoting=writing.QUOTE_ALL)
    writer.writerow([cell(head) for head in heads])
    writer.writerows([cell(value) for value in line] for line in lines)
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def cell(value: object) -> object:
    """Return a value as a cell: numbers as they are, text that looks like a formula behind '."""
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = str(value)
    return f"'{text}" if text.lstrip().startswith(BEGINNINGS) or text[:1] in BEGINNINGS else text
