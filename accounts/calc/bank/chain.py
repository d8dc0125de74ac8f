"""Whether a statement follows on what the books have, and which of its rows are new. Pure.

The one rule: its opening, moved by the rows that are known already, is where the books stand. So a
file may overlap with earlier ones as it likes, a missing statement is found, and nothing is
doubled. Where the bank counts its statements, the count must fit too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from accounts.calc.bank.statement import BadStatement, Row, Statement
from backoffice.core.words import noop


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Where the books of one bank account stand; `closing` is None before the first statement.

    `rows`: of those that this file names too, reference → amount. `idents` likewise.
    """

    closing: Decimal | None = None
    closed_on: date | None = None
    sequence: int | None = None
    rows: Mapping[str, Decimal] = field(default_factory=dict)
    idents: frozenset[str] = frozenset()


def fresh_rows(statement: Statement, known: Known) -> tuple[Row, ...] | None:
    """Return the rows that are new; None when the whole statement is known already.

    Raises BadStatement for a gap, a row that was told differently before, an older statement.
    """
    kept = [row for row in statement.rows if row.reference in known.rows]
    fresh = tuple(row for row in statement.rows if row.reference not in known.rows)
    for row in kept:
        _require_same(row, known.rows[row.reference], statement.currency)
    if not fresh and (kept or statement.ident in known.idents):
        return None
    if known.closing is None or known.closed_on is None:
        return fresh
    if statement.closed_on < known.closed_on:
        raise BadStatement(
            noop("It ends on {ends}, before the {known} up to which the books have statements."),
            ends=f"{statement.closed_on}",
            known=f"{known.closed_on}",
        )
    _require_chain(statement, known, known.closing, kept)
    return fresh


def _require_same(row: Row, amount: Decimal, currency: str) -> None:
    if row.amount != amount:
        raise BadStatement(
            noop("Row {row} was {known} {currency} in an earlier statement and is {told} here."),
            row=row.reference,
            known=f"{amount:f}",
            told=f"{row.amount:f}",
            currency=currency,
        )


def _require_chain(statement: Statement, known: Known, closing: Decimal, kept: list[Row]) -> None:
    begins = statement.opening + sum((row.amount for row in kept), Decimal(0))
    if begins != closing:
        raise BadStatement(
            noop(
                "It goes on from {begins} {currency}, and the statements before it end with "
                "{closing}: one between them is missing. Import that one first."
            ),
            begins=f"{begins:.2f}",
            closing=f"{closing:.2f}",
            currency=statement.currency,
        )
    if kept or statement.sequence is None or known.sequence is None or known.closed_on is None:
        return
    is_new_year = statement.sequence == 1 and statement.closed_on.year > known.closed_on.year
    if statement.sequence != known.sequence + 1 and not is_new_year:
        raise BadStatement(
            noop(
                "It is number {number}, and the latest one here is {latest}: import the one "
                "between them first."
            ),
            number=str(statement.sequence),
            latest=str(known.sequence),
        )
