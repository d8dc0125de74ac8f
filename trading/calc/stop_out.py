"""How near an account is to being closed, and which position goes first.

Source: docs/metatrader.md, Margin call and stop-out.
"""

from collections.abc import Mapping
from decimal import Decimal

from trading.calc.rounding import rounded
from trading.terms import GroupSpec, LevelType

LEVEL_DIGITS = 2
PERCENT = Decimal(100)


def level_percent(equity: Decimal, margin: Decimal) -> Decimal:
    """Return equity / margin × 100, rounded to 2 decimals; 0 where no margin is used."""
    return rounded(equity * PERCENT / margin, LEVEL_DIGITS) if margin else Decimal(0)


def level_type(equity: Decimal, margin: Decimal, group: GroupSpec) -> LevelType:
    """Return whether the account is fine, in margin call (at or below) or due to stop out (below).

    Equity and margin are compared exactly, not by the rounded level. Without margin nothing is due.
    """
    if margin <= 0:
        return LevelType.OK
    if equity * PERCENT < group.stop_out_percent * margin:
        return LevelType.STOP_OUT
    if equity * PERCENT <= group.margin_call_percent * margin:
        return LevelType.MARGIN_CALL
    return LevelType.OK


def most_losing(results: Mapping[int, Decimal]) -> int | None:
    """Return the ticket with the largest loss, the oldest (lowest) one of equals.

    `results` maps each open position's ticket to its floating result in deposit currency. Returns
    None where nothing is open.
    """
    return min(results, key=lambda ticket: (results[ticket], ticket)) if results else None


def stop_out_comment(equity: Decimal, margin: Decimal) -> str:
    """Return the comment that the server writes on a stopped-out trade: level, equity / margin."""
    level = rounded(equity * PERCENT / margin, 1) if margin else Decimal("0.0")
    return f"[so/a: {level}% {rounded(equity, 1)}/{rounded(margin, 1)}]"
