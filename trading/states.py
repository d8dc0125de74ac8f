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
    BY_HAND = "BY_HAND"


OPERATION_LABELS: dict[str, str] = {
    Operation.NOT_STARTED: noop("Not started"),
    Operation.SENDING: noop("Being sent"),
    Operation.CONFIRMED: noop("Confirmed by MetaTrader"),
    Operation.REFUSED: noop("Refused by MetaTrader"),
    Operation.UNCERTAIN: noop("No clear answer"),
    Operation.ABSENT: noop("Proved absent"),
    Operation.MANUAL: noop("Waits for a person"),
    Operation.ABANDONED: noop("Given up: nothing moved"),
    Operation.BY_HAND: noop("To be booked by hand"),
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
        # Where we may not write: a person books it with its marker, and the mirror finds that.
        (Operation.NOT_STARTED, "ask_by_hand"): Operation.BY_HAND,
        (Operation.ABSENT, "ask_by_hand"): Operation.BY_HAND,
        (Operation.BY_HAND, "confirm"): Operation.CONFIRMED,
        (Operation.BY_HAND, "hand_over"): Operation.MANUAL,
        # Out of MANUAL lead two people with evidence (actions/hand_settlement.py), never an answer.
        (Operation.MANUAL, "settle_moved"): Operation.CONFIRMED,
        (Operation.MANUAL, "settle_unmoved"): Operation.ABANDONED,
    },
)


class Ending(StrEnum):
    """How one attempt of a money command ended, as far as its own answer said."""

    DONE = "done"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    UNCERTAIN = "uncertain"
    SILENT = "silent"  # nobody was left to hear the answer


class Outcome(StrEnum):
    """What people found that became of a money command which machines could not decide."""

    MOVED = "moved"
    NOT_MOVED = "not_moved"


class Settling(StrEnum):
    """Where a settlement by hand stands: one person proposes it, another confirms it."""

    PROPOSED = "PROPOSED"
    CONFIRMED = "CONFIRMED"
    DECLINED = "DECLINED"


OUTCOME_LABELS: dict[str, str] = {
    Outcome.MOVED: noop("It moved: MetaTrader has the record"),
    Outcome.NOT_MOVED: noop("It did not move"),
}
SETTLING_LABELS: dict[str, str] = {
    Settling.PROPOSED: noop("Waits for a second person"),
    Settling.CONFIRMED: noop("Confirmed"),
    Settling.DECLINED: noop("Declined"),
}


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


class Evidence(StrEnum):
    """Why an account may be a client's."""

    EMAIL = "email"
    PHONE = "phone"
    PHONE_TAIL = "phone_tail"
    NAME = "name"
    ID_NUMBER = "id_number"
    COMMENT_NUMBER = "comment_number"
    COMMENT_EMAIL = "comment_email"
    ACCOUNT_EMAIL = "account_email"
    ACCOUNT_PHONE = "account_phone"
    COUNTRY = "country"
    AGENT = "agent"
    OTHER_NAME = "other_name"
    OTHER_COUNTRY = "other_country"


EVIDENCE_LABELS: dict[str, str] = {
    Evidence.EMAIL: noop("same e-mail"),
    Evidence.PHONE: noop("same phone"),
    Evidence.PHONE_TAIL: noop("same end of the phone"),
    Evidence.NAME: noop("same name"),
    Evidence.ID_NUMBER: noop("same id number as another account"),
    Evidence.COMMENT_NUMBER: noop("comment names the client's number"),
    Evidence.COMMENT_EMAIL: noop("comment holds the client's e-mail"),
    Evidence.ACCOUNT_EMAIL: noop("same e-mail as another account"),
    Evidence.ACCOUNT_PHONE: noop("same phone as another account"),
    Evidence.COUNTRY: noop("same country"),
    Evidence.AGENT: noop("same agent as another account"),
    Evidence.OTHER_NAME: noop("but the name differs"),
    Evidence.OTHER_COUNTRY: noop("but the country differs"),
}


class Strength(StrEnum):
    """How much the evidence for one client weighs, all of it together."""

    STRONG = "strong"
    FAIR = "fair"
    WEAK = "weak"


class BindingOutcome(StrEnum):
    """What became of one account of a bulk act."""

    BOUND = "BOUND"
    REGISTERED = "REGISTERED"
    TAKEN = "TAKEN"
    GONE = "GONE"
    NOT_YOURS = "NOT_YOURS"
    DUPLICATE = "DUPLICATE"
    NAMELESS = "NAMELESS"
    REFUSED = "REFUSED"
    UNDONE = "UNDONE"
    CHANGED_SINCE = "CHANGED_SINCE"


BINDING_LABELS: dict[str, str] = {
    BindingOutcome.BOUND: noop("Given to the client"),
    BindingOutcome.REGISTERED: noop("Client registered, account given"),
    BindingOutcome.TAKEN: noop("Belongs to a client already"),
    BindingOutcome.GONE: noop("Gone from the server"),
    BindingOutcome.NOT_YOURS: noop("Not yours to give"),
    BindingOutcome.DUPLICATE: noop("Looks like a client who is known"),
    BindingOutcome.NAMELESS: noop("MetaTrader holds no name"),
    BindingOutcome.REFUSED: noop("Refused"),
    BindingOutcome.UNDONE: noop("Taken back"),
    BindingOutcome.CHANGED_SINCE: noop("Changed since: left as it is"),
}
#: After these the account has an owner by this very act, and the act can be undone.
GIVEN = (BindingOutcome.BOUND, BindingOutcome.REGISTERED)


class Source(StrEnum):
    """Where our copy of a server is read from: its agent, or the broker's SQL replica of it."""

    AGENT = "agent"
    REPLICA = "replica"


SOURCE_LABELS: dict[str, str] = {
    Source.AGENT: noop("Agent"),
    Source.REPLICA: noop("SQL replica"),
}


class Verified(StrEnum):
    """What a verification of a server's mirror came to."""

    RUNNING = "running"
    EQUAL = "equal"
    DIFFERENT = "different"
    FAILED = "failed"


VERIFICATION_LABELS: dict[str, str] = {
    Verified.RUNNING: noop("Being compared"),
    Verified.EQUAL: noop("No difference"),
    Verified.DIFFERENT: noop("Differences"),
    Verified.FAILED: noop("Not compared"),
}


class AccountVerb(StrEnum):
    """What staff can have done to an account in MetaTrader."""

    OPEN = "open"
    LEVERAGE = "leverage"
    GROUP = "group"
    ENABLE = "enable"
    DISABLE = "disable"
    FORBID = "forbid"
    ALLOW = "allow"
    PASSWORD = "password"  # noqa: S105  # the name of an act
    INVESTOR = "investor"
    DELETE = "delete"


ACCOUNT_VERB_LABELS: dict[str, str] = {
    AccountVerb.OPEN: noop("Open an account"),
    AccountVerb.LEVERAGE: noop("Change the leverage"),
    AccountVerb.GROUP: noop("Move to another group"),
    AccountVerb.ENABLE: noop("Enable"),
    AccountVerb.DISABLE: noop("Disable"),
    AccountVerb.FORBID: noop("Make read-only"),
    AccountVerb.ALLOW: noop("Let trade again"),
    AccountVerb.PASSWORD: noop("Reset the main password"),
    AccountVerb.INVESTOR: noop("Reset the investor password"),
    AccountVerb.DELETE: noop("Delete in MetaTrader"),
}
PASSWORDS = (AccountVerb.PASSWORD, AccountVerb.INVESTOR)


class AccountOrder(StrEnum):
    """Where one account command stands."""

    WAITING = "WAITING"
    READY = "READY"
    SENDING = "SENDING"
    UNCERTAIN = "UNCERTAIN"
    DONE = "DONE"
    REFUSED = "REFUSED"
    NOT_SENT = "NOT_SENT"
    ABSENT = "ABSENT"
    UNPROVEN = "UNPROVEN"
    DECLINED = "DECLINED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    STALE = "STALE"


ACCOUNT_ORDER_LABELS: dict[str, str] = {
    AccountOrder.WAITING: noop("Waits for a second person"),
    AccountOrder.READY: noop("Ready to send"),
    AccountOrder.SENDING: noop("Being sent"),
    AccountOrder.UNCERTAIN: noop("Being confirmed"),
    AccountOrder.DONE: noop("Done"),
    AccountOrder.REFUSED: noop("Refused by MetaTrader"),
    AccountOrder.NOT_SENT: noop("Not sent"),
    AccountOrder.ABSENT: noop("Proved not done"),
    AccountOrder.UNPROVEN: noop("Cannot be read back"),
    AccountOrder.DECLINED: noop("Declined"),
    AccountOrder.CANCELLED: noop("Taken back"),
    AccountOrder.EXPIRED: noop("Expired"),
    AccountOrder.STALE: noop("The account changed meanwhile"),
}

ACCOUNT_ORDER: Workflow[AccountOrder] = Workflow(
    name="account request",
    moves={
        (AccountOrder.WAITING, "confirm"): AccountOrder.READY,
        (AccountOrder.WAITING, "decline"): AccountOrder.DECLINED,
        (AccountOrder.WAITING, "cancel"): AccountOrder.CANCELLED,
        (AccountOrder.WAITING, "expire"): AccountOrder.EXPIRED,
        (AccountOrder.WAITING, "outdate"): AccountOrder.STALE,
        (AccountOrder.READY, "outdate"): AccountOrder.STALE,
        (AccountOrder.READY, "send"): AccountOrder.SENDING,
        (AccountOrder.READY, "keep_back"): AccountOrder.NOT_SENT,
        (AccountOrder.SENDING, "do"): AccountOrder.DONE,
        (AccountOrder.SENDING, "refuse"): AccountOrder.REFUSED,
        (AccountOrder.SENDING, "keep_back"): AccountOrder.NOT_SENT,
        (AccountOrder.SENDING, "lose"): AccountOrder.UNCERTAIN,
        # Out of UNCERTAIN leads what reading the account back proves, never a second try.
        (AccountOrder.UNCERTAIN, "do"): AccountOrder.DONE,
        (AccountOrder.UNCERTAIN, "prove_absent"): AccountOrder.ABSENT,
        (AccountOrder.UNCERTAIN, "give_up"): AccountOrder.UNPROVEN,
    },
)
#: Somebody or something still has to act on these.
ORDER_OPEN = (
    AccountOrder.WAITING,
    AccountOrder.READY,
    AccountOrder.SENDING,
    AccountOrder.UNCERTAIN,
)


class Change(StrEnum):
    """What others can change on a server behind our back."""

    OPENED = "opened"
    DELETED = "deleted"
    GROUP = "group"
    LEVERAGE = "leverage"
    ENABLED = "enabled"
    READ_ONLY = "read_only"
    PASSWORD = "password"  # noqa: S105  # the name of a change
    DATA = "data"
    MONEY = "money"
    TRADE_OPENED = "trade_opened"
    TRADE_CLOSED = "trade_closed"
    TRADE_CHANGED = "trade_changed"
    TRADE_DELETED = "trade_deleted"
    RECORD_CHANGED = "record_changed"


CHANGE_LABELS: dict[str, str] = {
    Change.OPENED: noop("account opened"),
    Change.DELETED: noop("account deleted"),
    Change.GROUP: noop("group"),
    Change.LEVERAGE: noop("leverage"),
    Change.ENABLED: noop("enabled or disabled"),
    Change.READ_ONLY: noop("right to trade"),
    Change.PASSWORD: noop("password"),
    Change.DATA: noop("personal data"),
    Change.MONEY: noop("balance or credit"),
    Change.TRADE_OPENED: noop("trade opened"),
    Change.TRADE_CLOSED: noop("trade closed"),
    Change.TRADE_CHANGED: noop("trade altered"),
    Change.TRADE_DELETED: noop("trade deleted"),
    Change.RECORD_CHANGED: noop("history altered"),
}


class AlertState(StrEnum):
    """Where an alert stands."""

    NEW = "NEW"
    SEEN = "SEEN"
    CLOSED = "CLOSED"


ALERT_LABELS: dict[str, str] = {
    AlertState.NEW: noop("New"),
    AlertState.SEEN: noop("Seen"),
    AlertState.CLOSED: noop("Closed"),
}

ALERT: Workflow[AlertState] = Workflow(
    name="alert",
    moves={
        (AlertState.NEW, "see"): AlertState.SEEN,
        (AlertState.SEEN, "see"): AlertState.SEEN,
        (AlertState.NEW, "happen again"): AlertState.NEW,
        (AlertState.SEEN, "happen again"): AlertState.NEW,
        (AlertState.NEW, "close"): AlertState.CLOSED,
        (AlertState.SEEN, "close"): AlertState.CLOSED,
    },
)
