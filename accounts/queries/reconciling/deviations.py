"""In what MetaTrader and the books differ: the classes of money.md section 8, by account.

It looks at what was read and asks nothing, so that one account under its lock and a hundred
thousand at the end of a day are judged by the same rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from accounts.queries.books import Sheet, audit, unseen_since
from accounts.states import Gap
from trading.queries.money import MoneyRecord

#: A posting follows its confirmed operation within seconds; after this long it is missing.
GRACE = timedelta(seconds=30)
#: An operation without a clear answer is looked up first; after this long it is told of as well.
LATE = timedelta(minutes=2)
#: A record shows up in the server's history a little later than it was booked.
LAG = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference: its class, the ticket (0: the whole account), both amounts, what was seen.

    `key` names the operation where a closed payment is contradicted.
    """

    gap: Gap
    ticket: int
    expected: Decimal | None
    found: Decimal | None
    key: UUID | None = None
    seen: str = ""


def findings_of(sheet: Sheet, now: datetime) -> list[Finding]:
    """Return everything in which an account's books and MetaTrader differ."""
    found = [*_missing_in_mt4(sheet), *_not_booked(sheet, now), *_booked_otherwise(sheet)]
    audited = audit(sheet)
    if audited.gap:
        found.append(Finding(Gap.BALANCE, 0, audited.expected, audited.balance))
    return found


def _missing_in_mt4(sheet: Sheet) -> Iterator[Finding]:
    """A posting whose ticket a whole pass over the server did not find, or that was deleted."""
    synced_at = sheet.mirror.synced_at
    if synced_at is None:
        return
    for row in unseen_since(sheet.due, before=synced_at - LAG):
        yield Finding(Gap.MISSING_IN_MT4, row.ticket, row.amount, None)


def _not_booked(sheet: Sheet, now: datetime) -> Iterator[Finding]:
    for one in sheet.due.ours:
        is_waited_for = one.is_open or one.is_alike
        if one.recorded_at < now - (LATE if is_waited_for else GRACE):
            yield _of(Gap.MISSING_IN_LEDGER, one)
    for one in sheet.due.odd:
        if one.is_double:
            yield _of(Gap.DUPLICATE_MARKER, one)
        else:
            yield _of(Gap.DAMAGED_MARKER if one.is_damaged else Gap.MISSING_IN_LEDGER, one)
    for one in sheet.due.denied:
        yield _of(Gap.MISSING_IN_LEDGER, one, key=one.key)


def _booked_otherwise(sheet: Sheet) -> Iterator[Finding]:
    for one in sheet.mirror.records:
        line = sheet.booked.get(one.ticket)
        if line is None:
            continue
        if line.amount != one.amount:
            yield _of(Gap.AMOUNT, one, expected=line.amount)
        if one.is_renamed:
            yield _of(Gap.CHANGED_MARKER, one, expected=line.amount)


def _of(
    gap: Gap, one: MoneyRecord, *, expected: Decimal | None = None, key: UUID | None = None
) -> Finding:
    seen = f"{one.comment} · {one.recorded_at:%Y-%m-%d %H:%M:%S} UTC"
    return Finding(gap, one.ticket, expected, one.amount, key, seen)
