"""What MetaTrader printed about the account: in the file itself, or in `summaries.json` beside it.

The JSON is for files that lost heading and summary: file name → printed label → figure.

    {"own.csv": {"Currency": "USD", "Leverage": "1:100", "Deposit/Withdrawal": "1000.00", …}}
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from trading.calc.statement import BadStatement, Statement
from trading.calc.statement_html import LEVERAGE, SUMMARY_LABELS

LABELS = tuple(label.removesuffix(":") for label in SUMMARY_LABELS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """Heading and summary. Where it was not printed: no currency, leverage 0, no totals."""

    currency: str = ""
    leverage: int = 0
    totals: Mapping[str, Decimal] = field(default_factory=dict)


def printed_in(statement: Statement) -> Printed:
    """Return what stands in the statement's own file."""
    heading = statement.heading
    if heading is None:
        return Printed()
    return Printed(
        currency=heading.currency.strip().upper(),
        leverage=heading.leverage,
        totals=statement.totals,
    )


def read_printed(path: Path) -> dict[str, Printed]:
    """Return the printed figures by file name. Raises `BadStatement` with one sentence."""
    try:
        raw = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BadStatement(
            f"{path.name} cannot be read ({error.strerror}); check that it is there and readable"
        ) from error
    except ValueError as error:
        raise BadStatement(f"{path.name} is not JSON ({error}); correct it there") from error
    if not isinstance(raw, dict):
        raise BadStatement(f"{path.name} is no object of file names; see certification/printed.py")
    return {name: _one(f"{path.name}, {name}", said) for name, said in raw.items()}


def _one(place: str, said: object) -> Printed:
    if not isinstance(said, dict):
        raise BadStatement(f"{place}: an object of printed labels is expected")
    missing = [label for label in LABELS if label not in said]
    if missing:
        raise BadStatement(f"{place}: “{missing[0]}” is missing; add it as it was printed")
    leverage = LEVERAGE.fullmatch(str(said.get("Leverage", "")))
    return Printed(
        currency=str(said.get("Currency", "")).strip().upper(),
        leverage=int(leverage[1]) if leverage else 0,
        totals={label: _figure(f"{place}, {label}", said[label]) for label in LABELS},
    )


def _figure(place: str, said: object) -> Decimal:
    try:
        figure = Decimal(str(said).replace(" ", ""))
    except InvalidOperation as error:
        raise BadStatement(f"{place}: “{said}” is not a number; give it as printed") from error
    if not figure.is_finite():
        raise BadStatement(f"{place}: “{said}” is not a number; give it as printed")
    return figure
