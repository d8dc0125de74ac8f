"""How much speaks for a client: the weights of the evidence, and what the sum is called.

Nothing here asks the database. A shared e-mail or phone tells a person, a name alone does not: in
one broker's book several people are called Maria Garcia. What speaks against is weighed too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trading.states import EVIDENCE_LABELS, Evidence, Strength

WEIGHTS: dict[Evidence, int] = {
    Evidence.EMAIL: 55,
    Evidence.PHONE: 45,
    Evidence.PHONE_TAIL: 25,
    Evidence.NAME: 25,
    Evidence.ID_NUMBER: 60,
    Evidence.COMMENT_NUMBER: 35,
    Evidence.COMMENT_EMAIL: 45,
    Evidence.ACCOUNT_EMAIL: 45,
    Evidence.ACCOUNT_PHONE: 35,
    Evidence.COUNTRY: 5,
    Evidence.AGENT: 5,
    Evidence.OTHER_NAME: -25,
    Evidence.OTHER_COUNTRY: -5,
}
STRONG_FROM, FAIR_FROM, SHOWN_FROM = 65, 35, 20
#: These support other evidence and are none by themselves.
SIDELINES = frozenset(
    {Evidence.COUNTRY, Evidence.AGENT, Evidence.OTHER_NAME, Evidence.OTHER_COUNTRY}
)
MOST_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One client whom an account may belong to, why, and how much that weighs (0 to 100)."""

    client_id: int
    number: int
    full_name: str
    status: str
    evidence: tuple[Evidence, ...]
    weight: int

    @property
    def strength(self) -> Strength:
        """Return what the weight is called."""
        if self.weight >= STRONG_FROM:
            return Strength.STRONG
        return Strength.FAIR if self.weight >= FAIR_FROM else Strength.WEAK

    @property
    def reasons(self) -> list[str]:
        """Return the evidence as people read it, untranslated, the heaviest first."""
        return [EVIDENCE_LABELS[one] for one in self.evidence]


def weigh(evidence: Iterable[Evidence]) -> tuple[tuple[Evidence, ...], int]:
    """Return the evidence, the heaviest first, and its weight; nothing where all is beside it."""
    found = set(evidence)
    if not found - SIDELINES:
        return (), 0
    if Evidence.PHONE in found:
        found.discard(Evidence.PHONE_TAIL)
    if Evidence.NAME in found:
        found.discard(Evidence.OTHER_NAME)
    ordered = sorted(found, key=lambda one: (-WEIGHTS[one], one))
    return tuple(ordered), max(0, min(100, sum(WEIGHTS[one] for one in ordered)))


def ranked(suggestions: Iterable[Suggestion]) -> list[Suggestion]:
    """Return those worth showing, the heaviest first, three at most."""
    shown = [one for one in suggestions if one.weight >= SHOWN_FROM]
    return sorted(shown, key=lambda one: (-one.weight, one.number))[:MOST_SHOWN]


def certain(suggestions: Sequence[Suggestion]) -> Suggestion | None:
    """Return the one strong suggestion; None where there is none, or a second is strong too."""
    strong = [one for one in suggestions if one.strength is Strength.STRONG]
    return strong[0] if len(strong) == 1 else None
