"""Words of transfers: what one can be, its legs, what may follow on what."""

from enum import StrEnum

from backoffice.core.states import Workflow
from backoffice.core.words import noop


class Transfer(StrEnum):
    """Where a transfer stands, as people see it (reference/workflows.md 6.2)."""

    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    IN_TRANSIT = "IN_TRANSIT"
    DONE = "DONE"
    REVERSING = "REVERSING"
    REVERSED = "REVERSED"
    REFUSED = "REFUSED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    UNCERTAIN = "UNCERTAIN"


TRANSFER_LABELS: dict[str, str] = {
    Transfer.REQUESTED: noop("Requested"),
    Transfer.APPROVED: noop("Approved"),
    Transfer.IN_TRANSIT: noop("In transit"),
    Transfer.DONE: noop("Done"),
    Transfer.REVERSING: noop("Going back"),
    Transfer.REVERSED: noop("Went back"),
    Transfer.REFUSED: noop("Could not be carried out"),
    Transfer.REJECTED: noop("Rejected"),
    Transfer.CANCELLED: noop("Cancelled"),
    Transfer.UNCERTAIN: noop("Being confirmed"),
}
TRANSFER_FINAL = frozenset(
    {
        Transfer.DONE,
        Transfer.REVERSED,
        Transfer.REFUSED,
        Transfer.REJECTED,
        Transfer.CANCELLED,
    }
)
#: The source's hold is settled: one leg moved, or both.
DEBITED_TRANSFER = (Transfer.IN_TRANSIT, Transfer.DONE, Transfer.REVERSING, Transfer.REVERSED)


class TransferLeg(StrEnum):
    """Which part of a transfer: out of the source, into the target, or back into the source."""

    DEBIT = "debit"
    CREDIT = "credit"
    RETURN = "return"


TRANSFER_LEG_LABELS: dict[str, str] = {
    TransferLeg.DEBIT: noop("Out of the source"),
    TransferLeg.CREDIT: noop("Into the target"),
    TransferLeg.RETURN: noop("Back into the source"),
}

TRANSFER: Workflow[Transfer] = Workflow(
    name="transfer",
    moves={
        (Transfer.REQUESTED, "approve"): Transfer.APPROVED,
        (Transfer.REQUESTED, "reject"): Transfer.REJECTED,
        (Transfer.REQUESTED, "cancel"): Transfer.CANCELLED,
        (Transfer.APPROVED, "cancel"): Transfer.CANCELLED,
        (Transfer.APPROVED, "debit"): Transfer.IN_TRANSIT,
        (Transfer.APPROVED, "refuse"): Transfer.REFUSED,
        (Transfer.APPROVED, "lose"): Transfer.UNCERTAIN,
        (Transfer.IN_TRANSIT, "credit"): Transfer.DONE,
        (Transfer.IN_TRANSIT, "reverse"): Transfer.REVERSING,
        (Transfer.IN_TRANSIT, "lose"): Transfer.UNCERTAIN,
        (Transfer.REVERSING, "give_back"): Transfer.REVERSED,
        (Transfer.REVERSING, "lose"): Transfer.UNCERTAIN,
        # Out of UNCERTAIN leads what the leg proves, never a guess.
        (Transfer.UNCERTAIN, "debit"): Transfer.IN_TRANSIT,
        (Transfer.UNCERTAIN, "refuse"): Transfer.REFUSED,
        (Transfer.UNCERTAIN, "try_again"): Transfer.APPROVED,
        (Transfer.UNCERTAIN, "credit"): Transfer.DONE,
        (Transfer.UNCERTAIN, "reverse"): Transfer.REVERSING,
        (Transfer.UNCERTAIN, "credit_again"): Transfer.IN_TRANSIT,
        (Transfer.UNCERTAIN, "give_back"): Transfer.REVERSED,
        (Transfer.UNCERTAIN, "give_back_again"): Transfer.REVERSING,
    },
)
