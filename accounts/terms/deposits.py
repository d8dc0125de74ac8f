"""Words of deposits: what one can be, what may follow on what, why a person has to look.

The states are those of reference/workflows.md 5.2. One move is added to it: what a person accepted
in review is carried into MetaTrader from there, and can be lost there (`lose`). And one that got a
row of the bank by mistake is taken back before anything went on (`unbind`).
"""

from enum import StrEnum

from backoffice.core.states import Workflow
from backoffice.core.words import noop


class Deposit(StrEnum):
    """Where a deposit stands, as people see it."""

    STARTED = "STARTED"
    PARKED = "PARKED"
    PENDING = "PENDING"
    RECEIVED = "RECEIVED"
    IN_REVIEW = "IN_REVIEW"
    CREDITED = "CREDITED"
    UNCERTAIN = "UNCERTAIN"
    FAILED = "FAILED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    RETURNING = "RETURNING"
    RETURNED = "RETURNED"
    CHARGED_BACK = "CHARGED_BACK"


DEPOSIT_LABELS: dict[str, str] = {
    Deposit.STARTED: noop("Started"),
    Deposit.PARKED: noop("Parked until KYC"),
    Deposit.PENDING: noop("With the provider"),
    Deposit.RECEIVED: noop("Received"),
    Deposit.IN_REVIEW: noop("In review"),
    Deposit.CREDITED: noop("Credited in MetaTrader"),
    Deposit.UNCERTAIN: noop("Being confirmed"),
    Deposit.FAILED: noop("Declined by the provider"),
    Deposit.REJECTED: noop("Rejected"),
    Deposit.EXPIRED: noop("Expired"),
    Deposit.CANCELLED: noop("Cancelled"),
    Deposit.RETURNING: noop("Being sent back"),
    Deposit.RETURNED: noop("Sent back"),
    Deposit.CHARGED_BACK: noop("Charged back"),
}
#: Nothing came in, and nothing is waited for: money that comes all the same is a new deposit.
ENDED_WITHOUT = frozenset({Deposit.FAILED, Deposit.REJECTED, Deposit.EXPIRED, Deposit.CANCELLED})
DEPOSIT_FINAL = ENDED_WITHOUT | {Deposit.CREDITED, Deposit.RETURNED, Deposit.CHARGED_BACK}
#: The money is, or was, ours.
RECEIVED_ONCE = (
    Deposit.RECEIVED,
    Deposit.IN_REVIEW,
    Deposit.CREDITED,
    Deposit.UNCERTAIN,
    Deposit.RETURNING,
    Deposit.RETURNED,
    Deposit.CHARGED_BACK,
)

DEPOSIT: Workflow[Deposit] = Workflow(
    name="deposit",
    moves={
        (Deposit.STARTED, "charge"): Deposit.PENDING,
        (Deposit.STARTED, "park"): Deposit.PARKED,
        (Deposit.STARTED, "expire"): Deposit.EXPIRED,
        (Deposit.PARKED, "charge"): Deposit.PENDING,
        (Deposit.PARKED, "cancel"): Deposit.CANCELLED,
        (Deposit.PARKED, "expire"): Deposit.EXPIRED,
        (Deposit.PENDING, "receive"): Deposit.RECEIVED,
        (Deposit.PENDING, "fail"): Deposit.FAILED,
        (Deposit.PENDING, "reject"): Deposit.REJECTED,
        (Deposit.PENDING, "cancel"): Deposit.CANCELLED,
        (Deposit.PENDING, "expire"): Deposit.EXPIRED,
        (Deposit.RECEIVED, "credit"): Deposit.CREDITED,
        (Deposit.RECEIVED, "review"): Deposit.IN_REVIEW,
        (Deposit.RECEIVED, "lose"): Deposit.UNCERTAIN,
        (Deposit.RECEIVED, "unbind"): Deposit.CANCELLED,
        (Deposit.IN_REVIEW, "credit"): Deposit.CREDITED,
        (Deposit.IN_REVIEW, "lose"): Deposit.UNCERTAIN,
        (Deposit.IN_REVIEW, "return"): Deposit.RETURNING,
        (Deposit.IN_REVIEW, "unbind"): Deposit.CANCELLED,
        (Deposit.UNCERTAIN, "credit"): Deposit.CREDITED,
        (Deposit.UNCERTAIN, "review"): Deposit.IN_REVIEW,
        (Deposit.RETURNING, "give_back"): Deposit.RETURNED,
        (Deposit.CREDITED, "charge_back"): Deposit.CHARGED_BACK,
    },
)


class Review(StrEnum):
    """Why a person has to look before money is credited."""

    THRESHOLD = "threshold"
    AMOUNT = "amount"
    CURRENCY = "currency"
    KYC_CAP = "kyc_cap"
    NAME = "name"
    LATE = "late"
    SECOND = "second"
    ACCOUNT = "account"
    FEE = "fee"
    REFUSED = "refused"
    UNMOVED = "unmoved"
    ALONE = "alone"
    UNSURE = "unsure"
    CAME_BACK = "came_back"
    HANDED = "handed"
    SCREENING = "screening"


REVIEW_LABELS: dict[str, str] = {
    Review.THRESHOLD: noop("Above the amount that passes by itself."),
    Review.AMOUNT: noop("Another amount came than was asked for."),
    Review.CURRENCY: noop("Another currency came than was asked for."),
    Review.KYC_CAP: noop("More than a client without KYC may pay in."),
    Review.NAME: noop("The payer's name is not the client's."),
    Review.LATE: noop("It came after the deposit had ended."),
    Review.SECOND: noop("It came a second time for one deposit."),
    Review.ACCOUNT: noop("Client or account do not take money now."),
    Review.FEE: noop("Nothing is left after our fee."),
    Review.REFUSED: noop("MetaTrader refused."),
    Review.UNMOVED: noop("Settled by hand: nothing had moved."),
    Review.ALONE: noop(
        "Who matched its money also began it, or handed the statement in: another has to look."
    ),
    Review.UNSURE: noop("The wire has neither its reference nor a bank account that is known."),
    Review.CAME_BACK: noop("A payout of ours came back."),
    Review.HANDED: noop("One person recorded that it came: somebody else has to look."),
    Review.SCREENING: noop("The coins are not screened, or the screening found something."),
}


class Signature(StrEnum):
    """Whether a callback is signed as its provider signs."""

    GOOD = "good"
    FORGED = "forged"
    STALE = "stale"
    MISSING = "missing"


SIGNATURE_LABELS: dict[str, str] = {
    Signature.GOOD: noop("signed"),
    Signature.FORGED: noop("wrong signature"),
    Signature.STALE: noop("signed too long ago"),
    Signature.MISSING: noop("not signed"),
}


class Outcome(StrEnum):
    """What a callback came to."""

    APPLIED = "applied"
    REPEATED = "repeated"
    NOTHING_NEW = "nothing_new"
    NEW_DEPOSIT = "new_deposit"
    CONTRADICTS = "contradicts"
    UNREADABLE = "unreadable"
    UNKNOWN_DEPOSIT = "unknown_deposit"
    WRONG_PROVIDER = "wrong_provider"
    WRONG_ADDRESS = "wrong_address"


OUTCOME_LABELS: dict[str, str] = {
    Outcome.APPLIED: noop("carried out"),
    Outcome.REPEATED: noop("told before, nothing happened"),
    Outcome.NOTHING_NEW: noop("older than what is known, nothing happened"),
    Outcome.NEW_DEPOSIT: noop("money after the end: a new deposit in review"),
    Outcome.CONTRADICTS: noop("contradicts what stands, a person has to look"),
    Outcome.UNREADABLE: noop("not readable, refused"),
    Outcome.UNKNOWN_DEPOSIT: noop("about no deposit of ours, refused"),
    Outcome.WRONG_PROVIDER: noop("about a deposit of another provider, refused"),
    Outcome.WRONG_ADDRESS: noop("from an address that is not allowed, refused"),
}


#: The provider's code of methods whose money comes by wire: its word is the bank's statement.
BANK_WIRE = "bank-wire"


class FileOutcome(StrEnum):
    """What became of a bank's file."""

    TAKEN = "taken"
    REFUSED = "refused"


FILE_LABELS: dict[str, str] = {
    FileOutcome.TAKEN: noop("imported"),
    FileOutcome.REFUSED: noop("refused, nothing posted"),
}


class Use(StrEnum):
    """What a row of the bank was for."""

    DEPOSIT = "deposit"
    FEE = "fee"
    SENT_BACK = "sent_back"
    GONE_BACK = "gone_back"
    PAYOUT = "payout"
    PAYOUT_BACK = "payout_back"
    DEPOSIT_BACK = "deposit_back"
    SETTLEMENT = "settlement"


USE_LABELS: dict[str, str] = {
    Use.DEPOSIT: noop("a deposit"),
    Use.FEE: noop("a fee of the bank"),
    Use.SENT_BACK: noop("goes back to its sender"),
    Use.GONE_BACK: noop("went back to its sender"),
    Use.PAYOUT: noop("a payout of ours"),
    Use.PAYOUT_BACK: noop("a payout that came back"),
    Use.DEPOSIT_BACK: noop("a deposit that was sent back"),
    Use.SETTLEMENT: noop("a provider's payout to us"),
}
