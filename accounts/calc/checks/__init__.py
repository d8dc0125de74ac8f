"""The checks of a withdrawal: what each says about the figures it is given. Pure.

Each answers with a verdict, a sentence (a template; `facts` hold its words) and what an approval of
it is bound to: figures that move with every price are shown, but only their verdict binds. What a
check is not told it does not know, and *not known* is never green.
"""

from accounts.calc.checks.facts import (
    Answer,
    Audit,
    Facts,
    Figures,
    Limits,
    Loop,
    Margin,
    Moved,
    Other,
    Pace,
    Person,
    RequisiteUse,
)
from accounts.calc.checks.funds import free_funds, level, margin_after
from accounts.calc.checks.limits import limits_of
from accounts.calc.checks.running import (
    BLOCKING,
    WORST_FIRST,
    blocking,
    needs_override,
    run,
    worst,
)

__all__ = [
    "BLOCKING",
    "WORST_FIRST",
    "Answer",
    "Audit",
    "Facts",
    "Figures",
    "Limits",
    "Loop",
    "Margin",
    "Moved",
    "Other",
    "Pace",
    "Person",
    "RequisiteUse",
    "blocking",
    "free_funds",
    "level",
    "limits_of",
    "margin_after",
    "needs_override",
    "run",
    "worst",
]
