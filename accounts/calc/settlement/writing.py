"""Writes a settlement in the house's own form, for the simulated provider and tests. Pure."""

import csv
import io

from accounts.calc.settlement.forms import COLUMNS, HEAD, TOTAL
from accounts.calc.settlement.statement import Settlement


def csv_of(one: Settlement) -> bytes:
    """Return the file of a settlement."""
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    since, until = one.since.isoformat(), one.until.isoformat()
    writer.writerow((HEAD, one.number, one.provider, since, one.currency, "", "", "", ""))
    for line in one.lines:
        figures = (line.amount, line.fee, line.reserve, line.net)
        told = (line.kind, line.reference, line.about, line.at.isoformat(), one.currency)
        writer.writerow((*told, *(f"{figure:f}" for figure in figures)))
    total = (TOTAL, one.number, len(one.lines), until, one.currency, "", "", "")
    writer.writerow((*total, f"{one.net:f}"))
    return sheet.getvalue().encode()
