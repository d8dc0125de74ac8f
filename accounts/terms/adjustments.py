"""Words of adjustments: what staff move on an account by hand, why, and what may follow on what.

A correction, a credit given or taken, the opposite of an operation, the debit of a lost dispute:
one workflow for all of them, as reference/workflows.md, section 12 asks of a balance correction.
"""

from enum import StrEnum

from backoffice.core.states import Workflow
from backoffice.core.words import noop


class AdjustmentKind(StrEnum):
    """What is moved."""

    CORRECTION = "correction"
    CREDIT_IN = "credit_in"
    CREDIT_OUT = "credit_out"
    REVERSAL = "reversal"
    CHARGEBACK = "chargeback"


KIND_LABELS: dict[str, str] = {
    AdjustmentKind.CORRECTION: noop("Balance correction"),
    AdjustmentKind.CREDIT_IN: noop("Credit in"),
    AdjustmentKind.CREDIT_OUT: noop("Credit out"),
    AdjustmentKind.REVERSAL: noop("Reversal"),
    AdjustmentKind.CHARGEBACK: noop("Charged back"),
}
#: These move the credit of an account; the others move its balance.
OF_CREDIT = (AdjustmentKind.CREDIT_IN, AdjustmentKind.CREDIT_OUT)


class Cause(StrEnum):
    """Why, from a list; the text beside it says the rest."""

    MISTAKE = "mistake"
    COMPENSATION = "compensation"
    NEGATIVE_BALANCE = "negative_balance"
    DIVIDEND = "dividend"
    REBATE = "rebate"
    PRIZE = "prize"
    FEE = "fee"
    BONUS = "bonus"
    PROMOTION = "promotion"
    TAKEN_BACK = "taken_back"
    ENDED = "ended"
    BURNT = "burnt"
    DUPLICATE = "duplicate"
    WRONG_ACCOUNT = "wrong_account"
    DISPUTE = "dispute"
    OTHER = "other"


CAUSE_LABELS: dict[str, str] = {
    Cause.MISTAKE: noop("A mistake of ours"),
    Cause.COMPENSATION: noop("Compensation"),
    Cause.NEGATIVE_BALANCE: noop("Negative balance after a stop-out"),
    Cause.DIVIDEND: noop("Dividend"),
    Cause.REBATE: noop("Rebate"),
    Cause.PRIZE: noop("Prize"),
    Cause.FEE: noop("Fee"),
    Cause.BONUS: noop("Bonus"),
    Cause.PROMOTION: noop("Promotion"),
    Cause.TAKEN_BACK: noop("Taken back"),
    Cause.ENDED: noop("Its time is over"),
    Cause.BURNT: noop("Burnt by a withdrawal"),
    Cause.DUPLICATE: noop("Booked twice"),
    Cause.WRONG_ACCOUNT: noop("Booked on the wrong account"),
    Cause.DISPUTE: noop("Dispute lost or accepted"),
    Cause.OTHER: noop("Another reason"),
}
#: What a person may choose, by kind.
CAUSES: dict[AdjustmentKind, tuple[Cause, ...]] = {
    AdjustmentKind.CORRECTION: (
        Cause.MISTAKE,
        Cause.COMPENSATION,
        Cause.NEGATIVE_BALANCE,
        Cause.DIVIDEND,
        Cause.REBATE,
        Cause.PRIZE,
        Cause.FEE,
        Cause.OTHER,
    ),
    AdjustmentKind.CREDIT_IN: (
        Cause.BONUS,
        Cause.PROMOTION,
        Cause.COMPENSATION,
        Cause.OTHER,
    ),
    AdjustmentKind.CREDIT_OUT: (Cause.TAKEN_BACK, Cause.MISTAKE, Cause.OTHER),
    AdjustmentKind.REVERSAL: (
        Cause.MISTAKE,
        Cause.DUPLICATE,
        Cause.WRONG_ACCOUNT,
        Cause.OTHER,
    ),
    AdjustmentKind.CHARGEBACK: (Cause.DISPUTE,),
}
#: What the system takes of a credit by itself, under a rule: once for each credit.
BY_RULE = (Cause.ENDED, Cause.BURNT)


class Adjustment(StrEnum):
    """Where an adjustment stands."""

    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    UNCERTAIN = "UNCERTAIN"
    DONE = "DONE"
    REFUSED = "REFUSED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    VOID = "VOID"


ADJUSTMENT_LABELS: dict[str, str] = {
    Adjustment.REQUESTED: noop("Waits for another person"),
    Adjustment.APPROVED: noop("Approved, on its way"),
    Adjustment.UNCERTAIN: noop("Being confirmed"),
    Adjustment.DONE: noop("Booked in MetaTrader"),
    Adjustment.REFUSED: noop("Could not be carried out"),
    Adjustment.REJECTED: noop("Rejected"),
    Adjustment.CANCELLED: noop("Taken back"),
    Adjustment.EXPIRED: noop("Nobody decided in time"),
    Adjustment.VOID: noop("Approval void"),
}
#: It ended and moved nothing.
UNMOVED = frozenset(
    {
        Adjustment.REFUSED,
        Adjustment.REJECTED,
        Adjustment.CANCELLED,
        Adjustment.EXPIRED,
        Adjustment.VOID,
    }
)
ADJUSTMENT_FINAL = UNMOVED | {Adjustment.DONE}

ADJUSTMENT: Workflow[Adjustment] = Workflow(
    name="adjustment",
    moves={
        (Adjustment.REQUESTED, "approve"): Adjustment.APPROVED,
        (Adjustment.REQUESTED, "reject"): Adjustment.REJECTED,
        (Adjustment.REQUESTED, "cancel"): Adjustment.CANCELLED,
        (Adjustment.REQUESTED, "expire"): Adjustment.EXPIRED,
        (Adjustment.REQUESTED, "void"): Adjustment.VOID,
        (Adjustment.APPROVED, "confirm"): Adjustment.DONE,
        (Adjustment.APPROVED, "refuse"): Adjustment.REFUSED,
        (Adjustment.APPROVED, "lose"): Adjustment.UNCERTAIN,
        (Adjustment.APPROVED, "cancel"): Adjustment.CANCELLED,  # provably nothing on its way
        (Adjustment.UNCERTAIN, "confirm"): Adjustment.DONE,
        (Adjustment.UNCERTAIN, "refuse"): Adjustment.REFUSED,
        (Adjustment.UNCERTAIN, "try_again"): Adjustment.APPROVED,
    },
)
