"""Checks of single trades: their profits, and the swap of those that saw no night."""

from collections.abc import Iterable
from datetime import datetime, time
from decimal import Decimal

from trading.calc.certification.account import Account, traded
from trading.calc.certification.contracts import implied_rate, reckoned
from trading.calc.certification.outcome import Check, SymbolLine
from trading.calc.statement import Section, StatementRow

NOTHING = Decimal(0)
#: A server's day ends at midnight or in the evening; an earlier hour explains no swap.
EARLIEST_END = time(20, 0)
MIDNIGHT = time(0, 0)
CLOSED = "profit of closed trades"
OPEN = "profit of open trades"
SWAP_FREE = "no swap within a day"
TELLING_PROFIT = Decimal(1)  # smaller profits imply no rate: they are mostly rounding


def check_profits(account: Account) -> tuple[tuple[SymbolLine, ...], tuple[Check, Check]]:
    """Reckon every trade anew; a line a symbol, and the checks of closed and of open trades."""
    checks = {Section.CLOSED: Check(CLOSED), Section.OPEN: Check(OPEN)}
    lines = [
        _symbol(account, name, rows, checks) for name, rows in traded(account.statement).items()
    ]
    return tuple(lines), (checks[Section.CLOSED], checks[Section.OPEN])


def _symbol(
    account: Account, name: str, rows: list[StatementRow], checks: dict[Section, Check]
) -> SymbolLine:
    contract = account.contracts[name]
    before = sum(check.exact for check in checks.values())
    for row in rows:
        check = checks[row.section]
        if contract.needs:
            check.apart += 1
        else:
            ours = reckoned(row, contract.spec, account.currency, {})
            check.compare(f"{name} #{row.ticket}", row.profit, ours)
    rates = _rates(rows, account, name) if contract.needs else []
    return SymbolLine(
        symbol=name,
        contract_size=contract.spec.contract_size,
        is_inferred=contract.is_inferred,
        exact=sum(check.exact for check in checks.values()) - before,
        total=0 if contract.needs else len(rows),
        apart=len(rows) if contract.needs else 0,
        needs=contract.needs,
        lowest_rate=min(rates, default=None),
        highest_rate=max(rates, default=None),
    )


def _rates(rows: Iterable[StatementRow], account: Account, name: str) -> list[Decimal]:
    spec = account.contracts[name].spec
    telling = [row for row in rows if abs(row.profit) >= TELLING_PROFIT]
    return [rate for row in telling if (rate := implied_rate(row, spec)) is not None]


def check_swap_free(account: Account) -> Check:
    """Check that no trade paid swap that was closed before its server's day ended.

    The statement does not print when the day ends: midnight, or the latest earlier moment that
    every swap paid within a date agrees with.
    """
    check = Check(SWAP_FREE)
    rows = account.statement.closed_trades()
    end = _day_end(rows)
    for row in rows:
        if _spans_day_end(row, end):
            continue
        check.compare(f"{row.symbol} #{row.ticket}", row.swap, NOTHING)
    if end != MIDNIGHT:
        check.notes.append(f"the server's day ends at {end:%H:%M}, as the swaps show")
    return check


def _day_end(rows: Iterable[StatementRow]) -> time:
    charged = [row for row in rows if row.swap and row.closed and _same_day(row)]
    if not charged:
        return MIDNIGHT
    end = min(row.closed.time() for row in charged if row.closed).replace(second=0)
    agrees = all(row.opened.time() < end for row in charged)
    return end if end >= EARLIEST_END and agrees else MIDNIGHT


def _same_day(row: StatementRow) -> bool:
    return row.closed is not None and row.closed.date() == row.opened.date()


def _spans_day_end(row: StatementRow, end: time) -> bool:
    """Return whether a trade was held over the end of a server's day."""
    if row.closed is None:
        return True
    if not _same_day(row):
        return True
    return end != MIDNIGHT and row.opened < datetime.combine(row.closed.date(), end) <= row.closed
