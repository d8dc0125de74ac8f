"""One payment at a provider beside the same one in our books: money.md section 8. Pure.

Compared is, by the provider's reference, what it says it owes us with what the books say. So a
correction in a later settlement cures a difference, and so does an entry that two people agreed to.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from accounts.calc.settlement.statement import NOTHING, Line
from accounts.states import Gap
from accounts.terms.settlement import LINE_LABELS, TOLD_ONLY_HERE, LineKind

LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A line, of which settlement, and how much of it the books moved because of it."""

    line: Line
    settlement: str
    booked: Decimal = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """What our own records say of a reference. `amount` is as the books moved it, None: not booked.

    `words` name it (a deposit, a dispute, a row of our bank); `fee` is what was told before.
    """

    words: str
    amount: Decimal | None = None
    fee: Decimal = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that is known of one reference. `taken_over`: booked by agreement of two people.

    `is_awaited`: a payout that may still be on its way to our bank.
    """

    reference: str
    here: Here | None = None
    there: tuple[Told, ...] = ()
    taken_over: Decimal = NOTHING
    is_awaited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One difference, as what the provider owes us; `only_fees`: amounts agree, fees do not."""

    gap: Gap
    reference: str
    expected: Decimal | None
    found: Decimal | None
    seen: str
    only_fees: bool = False


def finding_of(facts: Facts) -> Finding | None:
    """Return in which way the two sides of a reference differ; None where they do not."""
    if not facts.there:
        return _not_settled(facts)
    found = sum((one.line.net for one in facts.there), NOTHING)
    expected = _expected(facts)
    if expected == found or (facts.is_awaited and facts.here is None):
        return None
    is_booked = facts.here is not None and facts.here.amount is not None
    return Finding(
        gap=_gap(facts),
        reference=facts.reference,
        expected=expected if is_booked or expected else None,
        found=found,
        seen=_seen(facts.there),
        only_fees=_only_fees(facts),
    )


def _expected(facts: Facts) -> Decimal:
    booked = sum((one.booked for one in facts.there), NOTHING)
    here = facts.here
    natural = here.amount - here.fee if here is not None and here.amount is not None else NOTHING
    return natural + booked + facts.taken_over


def _not_settled(facts: Facts) -> Finding | None:
    here = facts.here
    if here is None or here.amount is None or not _expected(facts):
        return None
    return Finding(
        gap=Gap.NOT_SETTLED,
        reference=facts.reference,
        expected=_expected(facts),
        found=None,
        seen=here.words[:LONGEST],
    )


def _gap(facts: Facts) -> Gap:
    kinds = [one.line.kind for one in facts.there]
    if LineKind.PAYOUT in kinds and len(kinds) == 1:
        return Gap.NOT_AT_BANK
    again = [kind for kind in kinds if kind != LineKind.CORRECTION]
    if len(again) > len(set(again)):
        return Gap.SETTLED_TWICE
    if facts.here is None:
        return Gap.SETTLED_UNKNOWN
    return Gap.SETTLED_UNBOOKED if facts.here.amount is None else Gap.SETTLED_OTHERWISE


def _only_fees(facts: Facts) -> bool:
    here = facts.here
    if here is None or here.amount is None or len(facts.there) != 1 or facts.taken_over:
        return False
    (one,) = facts.there
    return one.line.kind == LineKind.CAPTURE and one.line.amount == here.amount


def _seen(there: Iterable[Told]) -> str:
    return " · ".join(
        f"{one.settlement}/{one.line.number} {LINE_LABELS[one.line.kind]} {one.line.amount:f}"
        + (f", fee {one.line.fee:f}" if one.line.fee else "")
        + (f", held back {one.line.reserve:f}" if one.line.reserve else "")
        for one in there
    )[:LONGEST]


def books_of(line: Line, *, is_first: bool, reserve_held: Decimal) -> tuple[Decimal, Decimal]:
    """Return what a line itself books: as fee of the provider, and into the reserve (− out of it).

    Only the first of its kind and reference books anything. The fee of a capture was told with the
    payment. A release of more than is held is nobody's word but the file's: a person looks.
    """
    if not is_first:
        return NOTHING, NOTHING
    fee = NOTHING if line.kind == LineKind.CAPTURE else line.fee
    if line.kind == LineKind.RESERVE_HELD:
        return fee, line.amount
    if line.kind == LineKind.RESERVE_RELEASED:
        return fee, -line.amount if line.amount <= reserve_held else NOTHING
    return fee, line.reserve


def needs_match(line: Line) -> bool:
    """Say whether a line is about something that our own records have to know of."""
    return line.kind not in TOLD_ONLY_HERE
