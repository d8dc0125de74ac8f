"""The simulated provider settles: what moved since, its fees, a rolling reserve, and a payout.

A file is made when it is asked for and something is new; otherwise the latest is told again.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from accounts.calc.settlement import writing
from accounts.calc.settlement.statement import Line, Settlement
from accounts.providers import wire
from accounts.providers.simulator.faults import Faults
from accounts.providers.simulator.store import Moved, Settled, Store
from accounts.terms.settlement import LineKind
from backoffice.core import clock

#: The merchant account's code, as the house names its provider.
PROVIDER = "cardly"
RESERVE_HUNDREDTHS = 500  # 5 % of what is taken is held back
RELEASED_AFTER = 2  # settlements
FEE_MINOR = 2500  # a settlement
FIRST = timedelta(days=30)
HEADS = 3  # the first line of a file that is none of the heads


def settlement(store: Store, currency: str, faults: Faults) -> bytes:
    """Return the next settlement of a currency, else the latest; nothing where nothing moved."""
    earlier = store.settlements(currency)
    moved = store.unsettled(currency)
    told = moved[max(faults.settle_missing, 0) :]
    if not told:
        return earlier[0].body if earlier else b""
    number = earlier[0].number + 1 if earlier else _first(currency)
    made = _made(store, number, told, currency, faults)
    kept = Settled(
        number=number,
        body=writing.csv_of(made),
        until=made.until.timestamp(),
        reserve_minor=sum(wire.minor(line.reserve, currency) for line in made.lines),
    )
    store.keep_settlement(kept, currency, [one.reference for one in told])
    return kept.body


def _first(currency: str) -> int:
    """Return the number with which a currency begins: its letters apart from all others'."""
    return int.from_bytes(currency.encode()) * 10_000 + 1


def _made(
    store: Store, number: int, told: list[Moved], currency: str, faults: Faults
) -> Settlement:
    earlier, now = store.settlements(currency), clock.now()
    lines = _perhaps_wrong([_line(one, currency, now) for one in told], faults, currency, number)
    lines.append(_own(LineKind.FEE, number, now, fee=wire.amount(FEE_MINOR, currency)))
    due = next((one for one in earlier if one.number == number - RELEASED_AFTER), None)
    if due is not None and due.reserve_minor:
        released = wire.amount(due.reserve_minor, currency)
        lines.append(_own(LineKind.RESERVE_RELEASED, number, now, amount=released))
    owed = sum((line.net for line in lines), Decimal(0))
    if owed > 0:
        lines.append(_own(LineKind.PAYOUT, number, now, amount=owed))
    since = datetime.fromtimestamp(earlier[0].until, UTC) if earlier else now - FIRST
    return Settlement(
        number=f"{currency}-{number % 10_000:04d}",
        provider=PROVIDER,
        currency=currency,
        since=since,
        until=now,
        lines=tuple(replace(line, number=place) for place, line in enumerate(lines, start=HEADS)),
    )


def _line(one: Moved, currency: str, now: datetime) -> Line:
    is_capture = one.kind == LineKind.CAPTURE
    held = one.amount_minor * RESERVE_HUNDREDTHS // 10_000 if is_capture else 0
    return Line(
        number=0,
        kind=LineKind(one.kind),
        reference=one.reference,
        about=one.about,
        at=now,
        amount=wire.amount(one.amount_minor, currency),
        fee=wire.amount(one.fee_minor, currency),
        reserve=wire.amount(held, currency),
    )


def _own(
    kind: LineKind,
    number: int,
    now: datetime,
    *,
    amount: Decimal = Decimal(0),
    fee: Decimal = Decimal(0),
) -> Line:
    return Line(number=0, kind=kind, reference=f"{kind}_{number}", at=now, amount=amount, fee=fee)


def _perhaps_wrong(lines: list[Line], faults: Faults, currency: str, number: int) -> list[Line]:
    if faults.settle_wrong:
        more = wire.amount(abs(faults.settle_wrong), currency)
        sign = 1 if faults.settle_wrong > 0 else -1
        lines[0] = replace(lines[0], amount=lines[0].amount + sign * more)
    strange = [
        Line(
            number=0,
            kind=LineKind.CAPTURE,
            reference=f"pi_strange_{number}_{nth}",
            at=lines[0].at,
            amount=wire.amount(1500, currency),
        )
        for nth in range(max(faults.settle_unknown, 0))
    ]
    return [*lines, *lines[len(lines) - max(faults.settle_double, 0) :], *strange]
