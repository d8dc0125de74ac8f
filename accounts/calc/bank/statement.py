"""A bank's statement as we understand it, whatever file it came in: opening, rows, closing. Pure.

Nothing is taken that does not add up: a statement is right to the cent, or it is refused whole.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from backoffice.core.money import is_exact
from backoffice.core.words import noop

LARGEST = 8 * 1024 * 1024  # bytes of a file
MOST_ROWS = 50_000
#: An amount as a bank writes it: digits, a point; no sign, no exponent, no NaN.
AMOUNT = re.compile(r"\d{1,15}(?:\.\d{1,5})?")
LONGEST_REFERENCE = 64
LONGEST_TEXT = 500


class BadStatement(ValueError):
    """A file that is not taken: `sentence` says what, why and what to do, with facts in braces."""

    def __init__(self, sentence: str, **facts: str) -> None:
        super().__init__(sentence.format_map(facts))
        self.sentence = sentence
        self.facts: Mapping[str, str] = facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One booked movement. `amount` is positive when it came in; `charges` is what of it was kept.

    `reference` is the bank's own, or made of the content where the bank gives none. `name` and
    `account` are those of the other side. `returns` is the bank's reason when money came back.
    """

    reference: str
    amount: Decimal
    booked_on: date
    value_on: date
    code: str = ""
    name: str = ""
    account: str = ""
    end_to_end: str = ""
    text: str = ""
    charges: Decimal = Decimal(0)
    returns: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of one account. `sequence` counts up within a year where the bank counts.

    `rows_told` and `sum_told` are the bank's own checksum: how many rows, and Σ of |amount|.
    """

    ident: str
    account: str
    currency: str
    sequence: int | None
    opened_on: date
    closed_on: date
    opening: Decimal
    closing: Decimal
    rows: tuple[Row, ...]
    rows_told: int | None = None
    sum_told: Decimal | None = None


def amount_of(text: str) -> Decimal:
    """Return an amount as a bank writes it; BadStatement for what is none."""
    if AMOUNT.fullmatch(text.strip()) is None:
        raise BadStatement(
            noop("“{text}” is no amount. Ask the bank for the file again."), text=text[:40]
        )
    return Decimal(text.strip())


def account_key(number: str) -> str:
    """Return an account number as it is compared: an IBAN without blanks, in capitals."""
    return re.sub(r"[^0-9A-Z]", "", number.upper())


def checked(statement: Statement) -> Statement:
    """Return the statement when it adds up, its rows named; BadStatement when it does not."""
    if len(statement.rows) > MOST_ROWS:
        raise BadStatement(
            noop("{count} rows are more than one statement may have."),
            count=str(len(statement.rows)),
        )
    _check_digits(statement)
    _check_told(statement)
    moved = sum((row.amount for row in statement.rows), Decimal(0))
    if statement.opening + moved != statement.closing:
        raise BadStatement(
            noop(
                "Opening {opening} and its rows make {made}, but it says that it closes with "
                "{closing}: the file is damaged or cut. Ask the bank for it again."
            ),
            opening=_money(statement.opening, statement),
            made=_money(statement.opening + moved, statement),
            closing=_money(statement.closing, statement),
        )
    return replace(statement, rows=tuple(_named(statement.rows)))


def _check_digits(statement: Statement) -> None:
    figures = [statement.opening, statement.closing]
    for row in statement.rows:
        if not row.amount:
            raise BadStatement(noop("Row {row} moves nothing."), row=row.reference or "?")
        figures += [row.amount, row.charges]
    for figure in figures:
        if not is_exact(figure, statement.currency):
            raise BadStatement(
                noop("{amount} has more digits than {currency} has."),
                amount=f"{figure:f}",
                currency=statement.currency,
            )


def _check_told(statement: Statement) -> None:
    count, moved = len(statement.rows), sum((abs(row.amount) for row in statement.rows), Decimal(0))
    if statement.rows_told not in (None, count):
        raise BadStatement(
            noop("It says that it has {told} rows and has {count}: ask the bank for it again."),
            told=str(statement.rows_told),
            count=str(count),
        )
    if statement.sum_told not in (None, moved):
        raise BadStatement(
            noop("It says that its rows sum to {told}, and they sum to {moved}."),
            told=f"{statement.sum_told:f}",
            moved=f"{moved:f}",
        )


def _named(rows: Iterable[Row]) -> Iterable[Row]:
    """Give each row the name it is known by for ever; equal names in one statement are numbered."""
    seen: Counter[str] = Counter()
    for row in rows:
        name = row.reference.strip()[:LONGEST_REFERENCE] or made_of(row)
        seen[name] += 1
        nth = seen[name]
        tail = f"#{nth}" if nth > 1 else ""
        yield replace(row, reference=name[: LONGEST_REFERENCE - len(tail)] + tail)


def made_of(row: Row) -> str:
    """Return a name made of what the row says, for banks that give it none."""
    told = (row.booked_on, row.value_on, f"{row.amount:f}", row.account, row.end_to_end, row.text)
    return "~" + hashlib.sha256(repr(told).encode()).hexdigest()[:24]


def _money(amount: Decimal, statement: Statement) -> str:
    return f"{amount:.2f} {statement.currency}" if amount == round(amount, 2) else f"{amount:f}"
