"""A statement as CSV and as PDF."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.exports import statement_pdf
from accounts.queries.statements.client import Period, Section, Statement
from backoffice.ui import figures
from backoffice.ui.drawing import export


def csv(statement: Statement) -> bytes:
    """Return one line a movement, the opening and closing balances among them."""
    heads = [
        _("Account"), _("Time (UTC)"), _("What"), _("Reference"), _("Amount"), _("Balance"),
        _("Currency"),
    ]  # fmt: skip
    return export.document(heads, _rows(statement)).encode()


def pdf(statement: Statement, client: Any, house: str, now: Any) -> bytes:
    """Return the statement as it is printed."""
    made = f"{formats.date_format(timezone.localtime(now), 'j M Y H:i')} ({zone()})"
    facts = [
        [_("Client"), f"{client.full_name} · {client.number}"],
        [_("Period"), f"{day(statement.period.first)} – {day(statement.period.last)}"],
        [_("Made"), made],
    ]
    return statement_pdf.document(
        {
            "title": _("Statement of account"),
            "house": house,
            "facts": facts,
            "parts": [_part(one, statement.period) for one in statement.sections],
        }
    )


def zone() -> str:
    """Return the name of the reader's time zone."""
    return str(timezone.get_current_timezone_name())


def day(value: date) -> str:
    """Return a day as people write it."""
    return formats.date_format(value, "j M Y")


def _rows(statement: Statement) -> Iterator[Sequence[Any]]:
    for one in statement.sections:
        yield one.title, None, _("Opening balance"), None, None, one.opening, one.currency
        for line in one.movements:
            yield (
                one.title, line.at, line.what, line.reference, line.amount, line.balance,
                one.currency,
            )  # fmt: skip
        yield one.title, None, _("Closing balance"), None, None, one.closing, one.currency


def _part(one: Section, period: Period) -> dict[str, Any]:
    heads = [_("Time"), _("Movement"), _("Amount"), _("Balance %(code)s") % {"code": one.currency}]
    opening = [day(period.first), _("Opening balance"), "", _figure(one.opening, one.currency)]
    rows = [opening] + [
        [
            formats.date_format(timezone.localtime(line.at), "j M Y H:i"),
            f"{line.what} · {line.reference}",
            _figure(line.amount, one.currency),
            _figure(line.balance, one.currency),
        ]
        for line in one.movements
    ]
    closing = [day(period.last), _("Closing balance"), "", _figure(one.closing, one.currency)]
    return {"title": one.title, "heads": heads, "rows": rows, "closing": closing}


def _figure(value: Decimal, currency: str) -> str:
    return figures.amount(value, currency)
