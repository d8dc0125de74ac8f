"""What a check answers: which part, how it is, and why in one sentence."""

from dataclasses import dataclass

OK, LATE, DOWN = "ok", "late", "down"


@dataclass(frozen=True)
class Part:
    """One part of the house. `state` is ok, late or down; `sentence` is translated already."""

    code: str
    label: str
    state: str
    sentence: str = ""
