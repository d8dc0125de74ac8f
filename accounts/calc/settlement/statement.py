"""A provider's settlement as we understand it, whatever file it came in. Pure.

Nothing is taken that does not add up: every line to its net, all lines to the total line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from accounts.terms.settlement import SIGNS, LineKind
from backoffice.core.money import is_exact
from backoffice.core.words import noop

LARGEST = 8 * 1024 * 1024  # bytes of a file
MOST_LINES = 50_000
LONGEST = 64
NOTHING = Decimal(0)


class BadSettlement(ValueError):
    """A file that is not taken: `sentence` says what, why and what to do, with facts in braces."""

    def __init__(self, sentence: str, **facts: object) -> None:
        told = {name: str(value)[:80] for name, value in facts.items()}
        super().__init__(sentence.format_map(told))
        self.sentence = sentence
        self.facts: Mapping[str, str] = told


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line. `amount` has no sign but in a correction; `fee` and `reserve` were kept of it.

    `reference` names the movement at the provider; `about` what it belongs to: of a capture the
    charge, of a refund or chargeback the capture. `number` is that of the line in the file.
    """

    number: int
    kind: LineKind
    reference: str
    at: datetime
    amount: Decimal = NOTHING
    fee: Decimal = NOTHING
    reserve: Decimal = NOTHING
    about: str = ""

    @property
    def net(self) -> Decimal:
        """By how much this line changes what the provider owes us."""
        return SIGNS[self.kind] * self.amount - self.fee - self.reserve


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """One settlement of one merchant account, in one currency, over a period."""

    number: str
    provider: str
    currency: str
    since: datetime
    until: datetime
    lines: tuple[Line, ...]

    @property
    def net(self) -> Decimal:
        """Return by how much it changes what the provider owes us."""
        return sum((line.net for line in self.lines), NOTHING)


def checked(line: Line, currency: str) -> Line:
    """Return a line whose figures can be; BadSettlement with its number otherwise."""
    figures = (line.amount, line.fee, line.reserve)
    wrong = next((one for one in figures if not is_exact(one, currency)), None)
    if wrong is not None:
        raise BadSettlement(
            noop("Line {line}: {amount} has more digits than {currency} has."),
            line=line.number,
            amount=f"{wrong:f}",
            currency=currency,
        )
    if line.kind == LineKind.FEE and (line.amount or not line.fee):
        raise BadSettlement(
            noop(
                "Line {line}: a fee stands in the column of fees, and nothing in that of amounts."
            ),
            line=line.number,
        )
    if line.kind != LineKind.FEE and not line.amount:
        raise BadSettlement(noop("Line {line} moves nothing."), line=line.number)
    if line.amount < 0 and line.kind != LineKind.CORRECTION:
        raise BadSettlement(
            noop("Line {line}: only a correction has a sign; {kind} says which way it goes."),
            line=line.number,
            kind=line.kind,
        )
    if line.reserve and line.kind != LineKind.CAPTURE:
        raise BadSettlement(
            noop("Line {line}: a reserve is held of a capture, or is a line of its own."),
            line=line.number,
        )
    return line
