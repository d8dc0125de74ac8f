"""Words of a provider's settlement: what a line is, which way it goes, what became of a file."""

from enum import StrEnum

from backoffice.core.words import noop


class LineKind(StrEnum):
    """What a line of a settlement says that happened at the provider."""

    CAPTURE = "capture"
    REFUND = "refund"
    CHARGEBACK = "chargeback"
    WITHDRAWAL = "withdrawal"
    CORRECTION = "correction"
    FEE = "fee"
    RESERVE_HELD = "reserve_held"
    RESERVE_RELEASED = "reserve_released"
    PAYOUT = "payout"


LINE_LABELS: dict[str, str] = {
    LineKind.CAPTURE: noop("Taken from a client"),
    LineKind.REFUND: noop("Sent back to a client"),
    LineKind.CHARGEBACK: noop("Called back by a client's bank"),
    LineKind.WITHDRAWAL: noop("Paid out to a client"),
    LineKind.CORRECTION: noop("Correction by the provider"),
    LineKind.FEE: noop("Fee of the provider"),
    LineKind.RESERVE_HELD: noop("Reserve held back"),
    LineKind.RESERVE_RELEASED: noop("Reserve released"),
    LineKind.PAYOUT: noop("Paid to our bank"),
}
#: Which way the amount of a line goes, seen from what the provider owes us; a fee line has none,
#: and a correction carries its own sign.
SIGNS: dict[LineKind, int] = {
    LineKind.CAPTURE: 1,
    LineKind.REFUND: -1,
    LineKind.CHARGEBACK: -1,
    LineKind.WITHDRAWAL: -1,
    LineKind.CORRECTION: 1,
    LineKind.FEE: 0,
    LineKind.RESERVE_HELD: -1,
    LineKind.RESERVE_RELEASED: 1,
    LineKind.PAYOUT: -1,
}
#: What only the provider knows: the books learn of it by this line.
TOLD_ONLY_HERE = (LineKind.FEE, LineKind.RESERVE_HELD, LineKind.RESERVE_RELEASED)


class FileState(StrEnum):
    """Where a settlement file stands."""

    WAITING = "waiting"
    TAKEN = "taken"
    REFUSED = "refused"
    DROPPED = "dropped"


STATE_LABELS: dict[str, str] = {
    FileState.WAITING: noop("to be looked at"),
    FileState.TAKEN: noop("imported"),
    FileState.REFUSED: noop("refused, nothing booked"),
    FileState.DROPPED: noop("dropped, nothing booked"),
}
