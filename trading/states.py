"""What may follow what in the market: a balance operation's life, and how a server is doing."""

from enum import StrEnum

from backoffice.core.states import Workflow
from backoffice.core.words import noop


class Operation(StrEnum):
    """Where one money command to MetaTrader stands (docs/decisions/0005-send-gate.md)."""

    NOT_STARTED = "NOT_STARTED"
    SENDING = "SENDING"
    CONFIRMED = "CONFIRMED"
    REFUSED = "REFUSED"
    UNCERTAIN = "UNCERTAIN"
    ABSENT = "ABSENT"
    MANUAL = "MANUAL"
    ABANDONED = "ABANDONED"


OPERATION_LABELS: dict[str, str] = {
    Operation.NOT_STARTED: noop("Not started"),
    Operation.SENDING: noop("Being sent"),
    Operation.CONFIRMED: noop("Confirmed by MetaTrader"),
    Operation.REFUSED: noop("Refused by MetaTrader"),
    Operation.UNCERTAIN: noop("No clear answer"),
    Operation.ABSENT: noop("Proved absent"),
    Operation.MANUAL: noop("Waits for a person"),
    Operation.ABANDONED: noop("Given up before it was sent"),
}

OPERATION = Workflow(
    name="balance operation",
    moves={
        (Operation.NOT_STARTED, "send"): Operation.SENDING,
        (Operation.SENDING, "confirm"): Operation.CONFIRMED,
        (Operation.SENDING, "refuse"): Operation.REFUSED,
        (Operation.SENDING, "lose"): Operation.UNCERTAIN,
        (Operation.SENDING, "prove_absent"): Operation.ABSENT,  # the attempt never left us
        (Operation.UNCERTAIN, "confirm"): Operation.CONFIRMED,
        (Operation.UNCERTAIN, "prove_absent"): Operation.ABSENT,
        (Operation.UNCERTAIN, "hand_over"): Operation.MANUAL,
        (Operation.ABSENT, "send"): Operation.SENDING,
        (Operation.ABSENT, "hand_over"): Operation.MANUAL,  # tried too often, or contradicted
        (Operation.SENDING, "hand_over"): Operation.MANUAL,
        # Given up while provably nothing is on its way; from then on no attempt can begin.
        (Operation.NOT_STARTED, "abandon"): Operation.ABANDONED,
        (Operation.ABSENT, "abandon"): Operation.ABANDONED,
        (Operation.ABANDONED, "hand_over"): Operation.MANUAL,  # contradicted by a late answer
    },
)


class Ending(StrEnum):
    """How one attempt of a money command ended, as far as its own answer said."""

    DONE = "done"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    UNCERTAIN = "uncertain"
    SILENT = "silent"  # nobody was left to hear the answer


class ServerStatus(StrEnum):
    """How the mirror of one MetaTrader server is doing."""

    NEW = "new"
    LOADING = "loading"
    CURRENT = "current"
    UNREACHABLE = "unreachable"


SERVER_STATUS_LABELS: dict[str, str] = {
    ServerStatus.NEW: noop("Not read yet"),
    ServerStatus.LOADING: noop("Loading"),
    ServerStatus.CURRENT: noop("Up to date"),
    ServerStatus.UNREACHABLE: noop("Unreachable"),
}


class LiveStatus(StrEnum):
    """How the live feed of one server is doing, as the heartbeat says it."""

    LIVE = "live"
    AGEING = "ageing"
    UNREACHABLE = "unreachable"
