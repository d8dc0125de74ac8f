"""Checks of the printed summary: what adds up to balance, equity and free margin."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from trading.calc.certification.outcome import Check
from trading.calc.equity import counted_floating
from trading.calc.statement import Statement, StatementRow
from trading.terms import Cmd, FreeMarginMode

NOTHING = Decimal(0)
IDENTITY = "balance identity"
NO_TOTALS = "the file prints no summary: give the printed figures beside it in summaries.json"


def check_identity(statement: Statement, printed: Mapping[str, Decimal]) -> Check:
    """Check the summary against the rows: deposits, results, floating, balance, equity, margin."""
    check = Check(IDENTITY)
    if not printed:
        check.notes.append(NO_TOTALS)
        return check
    deposits = _sum(row.profit for row in statement.rows if row.cmd is Cmd.BALANCE)
    closed = _sum(row.result for row in statement.closed_trades())
    floating = _sum(row.result for row in statement.open_trades())
    check.compare("Deposit/Withdrawal", printed["Deposit/Withdrawal"], deposits)
    check.compare("Closed Trade P/L", printed["Closed Trade P/L"], closed)
    check.compare("Floating P/L", printed["Floating P/L"], floating)
    opening = printed["Balance"] - deposits - closed
    if opening == 0 or not _covers_a_period(statement):
        check.compare("Balance", printed["Balance"], deposits + closed)
    else:
        check.apart += 1
        check.notes.append(f"it covers a period: the balance before it was {opening:f}")
    equity = printed["Balance"] + printed["Credit Facility"] + printed["Floating P/L"]
    check.compare("Equity", printed["Equity"], equity)
    check.compare("Free Margin", printed["Free Margin"], _free_margin(printed, check))
    return check


def _covers_a_period(statement: Statement) -> bool:
    """Return whether trading comes before the first deposit: then the account is older."""
    money = [row.opened for row in statement.rows if row.cmd is Cmd.BALANCE and row.profit > 0]
    trades: list[StatementRow] = [row for row in statement.rows if row.cmd.is_market]
    first = min((row.opened for row in trades), default=None)
    return first is not None and (not money or first < min(money))


def _free_margin(printed: Mapping[str, Decimal], check: Check) -> Decimal:
    """Return the free margin by the group's rule that the printed one agrees with, if one does."""
    funds = printed["Balance"] + printed["Credit Facility"]
    found = {
        mode: funds + counted_floating(printed["Floating P/L"], mode) - printed["Margin"]
        for mode in (FreeMarginMode.USE_ALL, *FreeMarginMode)
    }
    for mode, ours in found.items():
        if ours == printed["Free Margin"]:
            if mode is not FreeMarginMode.USE_ALL:
                check.notes.append(f"free margin counts floating results as {mode.name} says")
            return ours
    return found[FreeMarginMode.USE_ALL]


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, NOTHING)
