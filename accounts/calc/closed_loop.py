"""The closed loop: how much of a withdrawal goes back to which source, and what is profit. Pure.

owed(source) = paid in by it − what went back to it already; sources in order take what they are
owed, what is left is profit and goes where the client says. A card's share goes to its original
payments, none above its own amount and only while the provider still takes it back. The rule, the
worked example and the properties: docs/decisions/0025-closed-loop.md.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

Word = TypeVar("Word", bound=StrEnum)
NOTHING = Decimal(0)
#: The source of money that came before our books, or in MetaTrader directly: nobody knows whence.
UNKNOWN = "unknown"
#: Money of the client's own in another currency: its sources are paid back in that one.
CONVERTED = "converted"
#: Money that another client sent: no source of this client's, and no profit either.
RECEIVED = "received"
PROFIT = "profit"


class Route(StrEnum):
    """How a line travels."""

    #: To the source itself; of a card: as a refund of one original payment.
    SOURCE = "source"
    #: Owed to a source that does not take it back (any more): another way, with proof.
    PROOF = "proof"
    #: Paid in by a way that we do not know.
    UNKNOWN = "unknown"
    #: Converted from another currency by the client's own transfers.
    CONVERTED = "converted"
    #: Sent by another client: only to the receiver's own bank account.
    RECEIVED = "received"
    #: Earned: where the client says.
    PROFIT = "profit"


class Order(StrEnum):
    """Which source comes first."""

    FIRST_DEPOSIT = "first_deposit"
    METHOD = "method"


class OtherWay(StrEnum):
    """What holds for somebody who wants everything at one place in spite of the split."""

    REASON = "reason"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the policy `closed-loop` says.

    `refund_days` by kind: how long a provider takes back an original payment; a kind that is not
    named takes it back for ever. `priority` are kinds, for the order by method. The windows that
    providers publish are 180 days and 12 months (reference: docs/decisions/0025-closed-loop.md).
    """

    order: Order = Order.FIRST_DEPOSIT
    priority: tuple[str, ...] = ("card", "e_wallet", "crypto", "bank_wire", "cash_office")
    refund_days: Mapping[str, int] = field(default_factory=lambda: {"card": 180})
    other_way: OtherWay = OtherWay.REASON


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidIn:
    """One payment that came in from a source; `returned` is what went back to exactly it."""

    deposit: int
    amount: Decimal
    at: datetime
    returned: Decimal = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Whence money came: a card, a wallet, a bank account.

    `returned` is what went back to it in all, by whatever way. `is_closed`: it takes nothing back.
    """

    key: str
    kind: str
    label: str
    paid_in: tuple[PaidIn, ...]
    returned: Decimal = NOTHING
    is_closed: bool = False

    @property
    def paid(self) -> Decimal:
        """Return what came from it."""
        return sum((one.amount for one in self.paid_in), NOTHING)

    @property
    def owed(self) -> Decimal:
        """Return what it may still get back, never below nothing."""
        return max(NOTHING, self.paid - self.returned)

    @property
    def first_at(self) -> datetime:
        """Return when it paid for the first time."""
        return min(one.at for one in self.paid_in)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourceless:
    """What is on the account and came from no source that is known, less what of it went already.

    `unknown` came before our books or in MetaTrader directly, `converted` from another currency,
    `received` from other clients.
    """

    unknown: Decimal = NOTHING
    converted: Decimal = NOTHING
    received: Decimal = NOTHING


ALL_KNOWN = Sourceless()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One part of a withdrawal: to which source, by which way, of which original payment."""

    source: str
    kind: str
    label: str
    route: Route
    amount: Decimal
    deposit: int | None = None
    paid: Decimal = NOTHING
    returned: Decimal = NOTHING


def rules_of(value: Mapping[str, object]) -> Rules:
    """Return the rules of a policy; what it leaves out, or says wrongly, is the default."""
    known = Rules()
    days = value.get("refund_days")
    kinds = value.get("priority")
    return Rules(
        order=_one_of(Order, value.get("order"), known.order),
        priority=tuple(str(kind) for kind in kinds) if isinstance(kinds, list) else known.priority,
        refund_days=_days(days) if isinstance(days, Mapping) else known.refund_days,
        other_way=_one_of(OtherWay, value.get("other_way"), known.other_way),
    )


def split(
    amount: Decimal,
    sources: Iterable[Source],
    rules: Rules,
    *,
    now: datetime,
    rest: Sourceless = ALL_KNOWN,
) -> tuple[Line, ...]:
    """Return the lines of a withdrawal; together they are exactly its amount.

    What has no known source comes after every source that is known, and before profit.
    """
    left = amount
    lines: list[Line] = []
    for source in ordered(sources, rules):
        share = min(source.owed, left)
        if share > 0:
            lines.extend(_lines(source, share, rules, now))
            left -= share
    for key, route, there in (
        (UNKNOWN, Route.UNKNOWN, rest.unknown),
        (CONVERTED, Route.CONVERTED, rest.converted),
        (RECEIVED, Route.RECEIVED, rest.received),
    ):
        share = min(max(NOTHING, there), left)
        if share > 0:
            lines.append(_rest(key, route, share))
            left -= share
    if left > 0:
        lines.append(_rest(PROFIT, Route.PROFIT, left))
    return tuple(lines)


def ordered(sources: Iterable[Source], rules: Rules) -> list[Source]:
    """Return the sources in the order of the policy; what is equal stays by its first payment."""
    by_first = sorted(sources, key=lambda one: (one.first_at, one.key))
    if rules.order is Order.FIRST_DEPOSIT:
        return by_first
    place = {kind: number for number, kind in enumerate(rules.priority)}
    return sorted(by_first, key=lambda one: place.get(one.kind, len(place)))


def by_another_way(lines: Iterable[Line], *, but: str) -> tuple[Line, ...]:
    """Return the same shares, all of them paid at the place that was asked for (`but`: its key).

    They count as returned to their sources all the same: a share is never owed twice.
    """
    moving = set(elsewhere(lines := tuple(lines), but))
    return tuple(replace(one, route=Route.PROOF) if one in moving else one for one in lines)


def elsewhere(lines: Iterable[Line], destination: str) -> tuple[Line, ...]:
    """Return the lines that do not go to the place that was asked for, by its requisite's key."""
    return tuple(
        one
        for one in lines
        if one.route is Route.SOURCE and one.source.partition(":")[2] != destination
    )


def above(lines: Iterable[Line], sources: Iterable[Source]) -> tuple[Line, ...]:
    """Return the lines of sources that are owed less by now than these lines give them together."""
    owed = {one.key: one.owed for one in sources}
    given: dict[str, Decimal] = {}
    lines = tuple(lines)
    for one in lines:
        given[one.source] = given.get(one.source, NOTHING) + one.amount
    return tuple(
        one
        for one in lines
        if one.route in (Route.SOURCE, Route.PROOF)
        and given[one.source] > owed.get(one.source, NOTHING)
    )


def spread(amount: Decimal, sources: Sequence[Source]) -> list[Source]:
    """Return the sources after a return of which nobody wrote down to whom: first in, first out."""
    after = []
    for source in sources:
        share = min(source.owed, amount)
        amount -= share
        after.append(replace(source, returned=source.returned + share))
    return after


def _lines(source: Source, share: Decimal, rules: Rules, now: datetime) -> Iterator[Line]:
    """Yield the lines of one source: of a kind with a window, its original payments first."""
    whole = Line(
        source=source.key,
        kind=source.kind,
        label=source.label,
        route=Route.PROOF if source.is_closed else Route.SOURCE,
        amount=share,
        paid=source.paid,
        returned=source.returned,
    )
    days = rules.refund_days.get(source.kind)
    if days is None or source.is_closed:
        yield whole
        return
    since = now - timedelta(days=days)
    for one in sorted(source.paid_in, key=lambda paid: (paid.at, paid.deposit)):
        part = min(one.amount - one.returned, share)
        if one.at >= since and part > 0:
            yield replace(whole, amount=part, deposit=one.deposit)
            share -= part
    if share > 0:  # its window is over: a card payout or a wire, with proof
        yield replace(whole, amount=share, route=Route.PROOF)


def _rest(source: str, route: Route, amount: Decimal) -> Line:
    return Line(source=source, kind="", label="", route=route, amount=amount)


def _one_of(words: type[Word], value: object, default: Word) -> Word:
    return next((one for one in words if one == value), default)


def _days(value: Mapping[object, object]) -> dict[str, int]:
    """Return the windows; a slip of the pen is a window that is over: the safe end."""
    found = {}
    for kind, days in value.items():
        try:
            found[str(kind)] = max(0, int(Decimal(str(days))))
        except (InvalidOperation, ValueError, OverflowError):
            found[str(kind)] = 0
    return found
