"""What the client of money that people see is told: where to go, or to which address it goes."""

from dataclasses import dataclass

from accounts.calc.bank import reference
from accounts.models import Deposit
from accounts.terms import Deposit as State
from accounts.terms.chains import BY_HAND


@dataclass(frozen=True, slots=True)
class Handed:
    """The method's own words, and the reference to name, in groups of four."""

    words: str
    reference: str


def handed_for(deposit: Deposit) -> Handed | None:
    """Return what the client is told while such money is awaited; None for any other deposit."""
    if deposit.method.provider not in BY_HAND or deposit.state != State.PENDING:
        return None
    written = reference.written(reference.DEPOSIT, deposit.pk)
    return Handed(words=deposit.method.instructions, reference=reference.spaced(written))
