"""Words of bulk files: what a file and its lines can be, what for, what stands against one."""

from enum import StrEnum

from backoffice.core.states import Workflow
from backoffice.core.words import noop


class Purpose(StrEnum):
    """What a line of a bulk file is for: the causes of an adjustment that a file can name."""

    REBATE = "rebate"
    DIVIDEND = "dividend"
    PRIZE = "prize"
    FEE = "fee"
    NEGATIVE_BALANCE = "negative_balance"
    COMPENSATION = "compensation"
    BONUS = "bonus"
    PROMOTION = "promotion"
    TAKEN_BACK = "taken_back"


PURPOSE_LABELS: dict[str, str] = {
    Purpose.REBATE: noop("Rebate"),
    Purpose.DIVIDEND: noop("Dividend"),
    Purpose.PRIZE: noop("Prize"),
    Purpose.FEE: noop("Fee"),
    Purpose.NEGATIVE_BALANCE: noop("Negative balance after a stop-out"),
    Purpose.COMPENSATION: noop("Compensation"),
    Purpose.BONUS: noop("Bonus"),
    Purpose.PROMOTION: noop("Promotion"),
    Purpose.TAKEN_BACK: noop("Taken back"),
}
#: What moves the balance, and what moves the credit: by the direction that each may have.
OF_BALANCE: dict[Purpose, tuple[int, ...]] = {
    Purpose.REBATE: (1,),
    Purpose.DIVIDEND: (1, -1),
    Purpose.PRIZE: (1,),
    Purpose.FEE: (-1,),
    Purpose.NEGATIVE_BALANCE: (1,),
    Purpose.COMPENSATION: (1,),
}
OF_CREDIT: dict[Purpose, tuple[int, ...]] = {
    Purpose.BONUS: (1,),
    Purpose.PROMOTION: (1,),
    Purpose.COMPENSATION: (1,),
    Purpose.TAKEN_BACK: (-1,),
}


class Bulk(StrEnum):
    """Where a bulk file stands."""

    REFUSED = "REFUSED"
    PREVIEW = "PREVIEW"
    WAITING = "WAITING"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    DONE = "DONE"
    STOPPED = "STOPPED"
    CANCELLED = "CANCELLED"


BULK_LABELS: dict[str, str] = {
    Bulk.REFUSED: noop("Refused, nothing taken"),
    Bulk.PREVIEW: noop("Preview"),
    Bulk.WAITING: noop("Waits for approval"),
    Bulk.RUNNING: noop("Running"),
    Bulk.PAUSED: noop("Paused"),
    Bulk.DONE: noop("Done"),
    Bulk.STOPPED: noop("Stopped"),
    Bulk.CANCELLED: noop("Cancelled"),
}
BULK: Workflow[Bulk] = Workflow(
    name="bulk file",
    moves={
        (Bulk.PREVIEW, "ask"): Bulk.WAITING,
        (Bulk.PREVIEW, "cancel"): Bulk.CANCELLED,
        (Bulk.WAITING, "start"): Bulk.RUNNING,
        (Bulk.WAITING, "cancel"): Bulk.CANCELLED,
        (Bulk.RUNNING, "pause"): Bulk.PAUSED,
        (Bulk.RUNNING, "finish"): Bulk.DONE,
        (Bulk.PAUSED, "resume"): Bulk.RUNNING,
        (Bulk.PAUSED, "stop"): Bulk.STOPPED,
    },
)


class BulkLine(StrEnum):
    """Where one line of a bulk file stands; what became of a MADE one, its adjustment says."""

    CANNOT = "CANNOT"
    WAITING = "WAITING"
    MADE = "MADE"
    REFUSED = "REFUSED"
    LEFT_OUT = "LEFT_OUT"


BULK_LINE_LABELS: dict[str, str] = {
    BulkLine.CANNOT: noop("Cannot be carried out"),
    BulkLine.WAITING: noop("Waits its turn"),
    BulkLine.MADE: noop("On its way"),
    BulkLine.REFUSED: noop("Could not be carried out"),
    BulkLine.LEFT_OUT: noop("Left out"),
}
BULK_LINE: Workflow[BulkLine] = Workflow(
    name="bulk line",
    moves={
        (BulkLine.WAITING, "make"): BulkLine.MADE,
        (BulkLine.WAITING, "refuse"): BulkLine.REFUSED,
        (BulkLine.WAITING, "leave_out"): BulkLine.LEFT_OUT,
    },
)


class BulkSource(StrEnum):
    """Where a bulk file came from."""

    HANDED_IN = "handed_in"
    NEGATIVE_BALANCES = "negative_balances"


BULK_SOURCE_LABELS: dict[str, str] = {
    BulkSource.HANDED_IN: noop("handed in"),
    BulkSource.NEGATIVE_BALANCES: noop("made of the negative balances"),
}


class Snag(StrEnum):
    """What stands against a line, as the preview sees it."""

    UNKNOWN_LOGIN = "unknown_login"
    NO_CLIENT = "no_client"
    CURRENCY = "currency"
    CLOSED = "closed"
    DEMO = "demo"
    OTHER_ENTITY = "other_entity"
    BELOW_ZERO = "below_zero"
    NOT_NEGATIVE = "not_negative"
    TWICE = "twice"


SNAG_LABELS: dict[str, str] = {
    Snag.UNKNOWN_LOGIN: noop("No account of this login is in your reach."),
    Snag.NO_CLIENT: noop("The account belongs to no client: bind it first."),
    Snag.CURRENCY: noop("The account is kept in another currency."),
    Snag.CLOSED: noop("The account is closed or disabled."),
    Snag.DEMO: noop("The account is a demo: its money is made up and cannot be moved."),
    Snag.OTHER_ENTITY: noop("Its client is another legal entity's than the file's first line."),
    Snag.BELOW_ZERO: noop("It would take more than is there."),
    Snag.NOT_NEGATIVE: noop("It would bring the balance above zero, or a position is open."),
    Snag.TWICE: noop("An earlier line gives the same account the same amount for the same reason."),
}
#: These lines can be carried out all the same, if people agree to it.
ONLY_WARNS = (Snag.TWICE,)
