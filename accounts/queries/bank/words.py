"""How suggestions read: what each is called, and its evidence in the reader's language."""

from accounts.calc.bank.matching import CLUES, Evidence, Suggestion
from accounts.calc.bank.reference import PAYOUT
from accounts.models.wording import worded


def clue(evidence: Evidence) -> str:
    """Return one clue as a sentence."""
    return worded(CLUES[evidence.clue], evidence.facts)


def name_of(suggestion: Suggestion) -> str:
    """Return what a suggestion is called: D12 a deposit, #12 a payout, B12 a row of the bank."""
    one = suggestion.waiting
    return f"#{one.number}" if one.kind == PAYOUT else f"{one.kind}{one.number}"
