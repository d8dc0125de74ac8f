"""What can be made to go wrong at the simulated provider, and what each fault does.

`duplicate=N`: every callback N times over. `late=S`: each S seconds late. `out_of_order`: an older
word follows the newer one. `declined_first`: a declined word before the paid one.
`wrong_amount=±N`: callbacks say so many minor units more or less. `forged`: a callback with a wrong
signature goes before each. `error_after=N`: the next N requests are done and answered by 500.
`never`: no callback leaves.

In a settlement: `settle_missing=N` leaves N movements out (they come in the next one),
`settle_wrong=±N` says so many minor units more or less of the first, `settle_double=N` names N
twice, `settle_unknown=N` adds N that nobody knows. What it says adds up all the same.
"""

from dataclasses import dataclass

SETTLING = frozenset({"settle_missing", "settle_wrong", "settle_double", "settle_unknown"})
NUMBERS = frozenset({"duplicate", "late", "wrong_amount", "error_after"}) | SETTLING
SWITCHES = frozenset({"out_of_order", "declined_first", "forged", "never"})


class BadFault(ValueError):
    """There is no such fault, or its number is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """The faults in force."""

    duplicate: int = 1
    late: int = 0
    wrong_amount: int = 0
    error_after: int = 0
    out_of_order: bool = False
    declined_first: bool = False
    forged: bool = False
    never: bool = False
    settle_missing: int = 0
    settle_wrong: int = 0
    settle_double: int = 0
    settle_unknown: int = 0


def checked(asked: dict[str, object]) -> dict[str, str]:
    """Return faults as they are kept; BadFault for one that there is not."""
    kept = {}
    for name, value in asked.items():
        if name not in NUMBERS | SWITCHES:
            raise BadFault(f"There is no fault {name!r}.")
        if name in SWITCHES:
            if value is True:
                kept[name] = "1"
            continue
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 10**6:
            raise BadFault(f"{name} takes a whole number.")
        kept[name] = str(value)
    return kept


def in_force(kept: dict[str, str]) -> Faults:
    """Return the faults that are kept."""
    told = {name: int(value) if name in NUMBERS else True for name, value in kept.items()}
    return Faults(**told)  # type: ignore[arg-type]  # each is what its field is
