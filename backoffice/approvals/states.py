"""Where a request for approval stands, what a person can say about it, what may follow what."""

from enum import StrEnum

from backoffice.core.states import Workflow
from backoffice.core.words import noop


class Standing(StrEnum):
    """Where a request stands."""

    WAITING = "WAITING"
    GRANTED = "GRANTED"
    EXECUTED = "EXECUTED"
    REFUSED = "REFUSED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    VOIDED = "VOIDED"


STANDING_LABELS: dict[str, str] = {
    Standing.WAITING: noop("Waits for others"),
    Standing.GRANTED: noop("Granted"),
    Standing.EXECUTED: noop("Carried out"),
    Standing.REFUSED: noop("Turned down"),
    Standing.CANCELLED: noop("Taken back"),
    Standing.EXPIRED: noop("Expired"),
    Standing.VOIDED: noop("Void"),
}
#: Something can still come of these.
LIVE = (Standing.WAITING, Standing.GRANTED)

APPROVAL: Workflow[Standing] = Workflow(
    name="approval",
    moves={
        (Standing.WAITING, "grant"): Standing.GRANTED,
        (Standing.WAITING, "refuse"): Standing.REFUSED,
        (Standing.WAITING, "cancel"): Standing.CANCELLED,
        (Standing.WAITING, "expire"): Standing.EXPIRED,
        (Standing.WAITING, "void"): Standing.VOIDED,
        (Standing.GRANTED, "execute"): Standing.EXECUTED,
        (Standing.GRANTED, "void"): Standing.VOIDED,
        # What it allowed was given up before it happened: a debit that never left, for one.
        (Standing.EXECUTED, "void"): Standing.VOIDED,
    },
)


class Verdict(StrEnum):
    """What somebody said. The last two are said of what one person did alone, the day after."""

    AGREE = "AGREE"
    REFUSE = "REFUSE"
    IN_ORDER = "IN_ORDER"
    OBJECTION = "OBJECTION"


VERDICT_LABELS: dict[str, str] = {
    Verdict.AGREE: noop("Agreed"),
    Verdict.REFUSE: noop("Turned it down"),
    Verdict.IN_ORDER: noop("Reviewed: in order"),
    Verdict.OBJECTION: noop("Reviewed: objection"),
}

#: The second factor behind a vote.
PROOF_LABELS: dict[str, str] = {
    "passkey": noop("with a passkey"),
    "code": noop("with a one-time code"),
    "recovery": noop("with a recovery code"),
}
