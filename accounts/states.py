"""Words of money: methods, the books, and what a withdrawal can be and become."""

from enum import StrEnum

from backoffice.core.states import Workflow
from backoffice.core.words import noop


class MethodKind(StrEnum):
    """What carries the money."""

    BANK_WIRE = "bank_wire"
    CARD = "card"
    E_WALLET = "e_wallet"
    CRYPTO = "crypto"
    CASH_OFFICE = "cash_office"
    LOCAL_AGENT = "local_agent"


class Direction(StrEnum):
    """Which way a method is offered."""

    IN = "in"
    OUT = "out"
    BOTH = "both"


METHOD_KIND_LABELS: dict[MethodKind, str] = {
    MethodKind.BANK_WIRE: noop("Bank wire"),
    MethodKind.CARD: noop("Card"),
    MethodKind.E_WALLET: noop("E-wallet"),
    MethodKind.CRYPTO: noop("Crypto"),
    MethodKind.CASH_OFFICE: noop("Cash at an office"),
    MethodKind.LOCAL_AGENT: noop("Local agent"),
}
DIRECTION_LABELS: dict[Direction, str] = {
    Direction.IN: noop("Deposits"),
    Direction.OUT: noop("Withdrawals"),
    Direction.BOTH: noop("Deposits and withdrawals"),
}


class LedgerKind(StrEnum):
    """What an account of the books is for."""

    CLIENT_FUNDS = "client_funds"
    CLIENT_CREDIT = "client_credit"
    TRADING_RESULT = "trading_result"
    CREDIT_GIVEN = "credit_given"
    PAYOUTS_DUE = "payouts_due"
    METHOD_CLEARING = "method_clearing"
    IN_TRANSIT = "in_transit"
    FEES = "fees"
    PROVIDER_FEES = "provider_fees"
    EXTERNAL = "external"
    OPENING = "opening"
    BANK = "bank"
    SUSPENSE = "suspense"
    CLIENT_WALLET = "client_wallet"
    CONVERSION = "conversion"
    CORRECTIONS = "corrections"
    CHARGEBACKS = "chargebacks"
    REBATES = "rebates"
    DIVIDENDS = "dividends"
    PRIZES = "prizes"
    NEGATIVE_BALANCES = "negative_balances"
    PROVIDER_RESERVE = "provider_reserve"


class PastKind(StrEnum):
    """What a balance record from before the books was."""

    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    ADJUSTMENT = "adjustment"
    CREDIT = "credit"


PAST_LABELS: dict[str, str] = {
    PastKind.DEPOSIT: noop("Deposit"),
    PastKind.WITHDRAWAL: noop("Withdrawal"),
    PastKind.ADJUSTMENT: noop("Adjustment"),
    PastKind.CREDIT: noop("Credit"),
}


class Entering(StrEnum):
    """What an entry does to the books."""

    POST = "post"
    RESERVE = "reserve"
    SETTLE = "settle"
    VOID = "void"
    REVERSE = "reverse"


class Phase(StrEnum):
    """Whether a line counts for good, or only sets money aside."""

    POSTED = "posted"
    PENDING = "pending"


LEDGER_LABELS: dict[str, str] = {
    LedgerKind.CLIENT_FUNDS: noop("Client funds"),
    LedgerKind.CLIENT_CREDIT: noop("Client credit"),
    LedgerKind.TRADING_RESULT: noop("Trading result"),
    LedgerKind.CREDIT_GIVEN: noop("Credit given"),
    LedgerKind.PAYOUTS_DUE: noop("Payouts due"),
    LedgerKind.METHOD_CLEARING: noop("Clearing of a payment method"),
    LedgerKind.IN_TRANSIT: noop("In transit"),
    LedgerKind.FEES: noop("Fees that we take"),
    LedgerKind.PROVIDER_FEES: noop("Fees of providers"),
    LedgerKind.EXTERNAL: noop("Moved in MetaTrader directly"),
    LedgerKind.OPENING: noop("Opening balances"),
    LedgerKind.BANK: noop("Bank"),
    LedgerKind.SUSPENSE: noop("Moved at the bank, not yet assigned"),
    LedgerKind.CLIENT_WALLET: noop("Client wallet"),
    LedgerKind.CONVERSION: noop("Conversion of currencies"),
    LedgerKind.CORRECTIONS: noop("Corrections by hand"),
    LedgerKind.CHARGEBACKS: noop("Charged back"),
    LedgerKind.REBATES: noop("Rebates to clients"),
    LedgerKind.DIVIDENDS: noop("Dividends on positions"),
    LedgerKind.PRIZES: noop("Prizes to clients"),
    LedgerKind.NEGATIVE_BALANCES: noop("Negative balances that we bore"),
    LedgerKind.PROVIDER_RESERVE: noop("Reserve that a provider holds back"),
}
ENTRY_LABELS: dict[str, str] = {
    Entering.POST: noop("Posted"),
    Entering.RESERVE: noop("Reserved"),
    Entering.SETTLE: noop("Settled"),
    Entering.VOID: noop("Voided"),
    Entering.REVERSE: noop("Reversed"),
}


class Withdrawal(StrEnum):
    """Where a withdrawal stands, as people see it."""

    REQUESTED = "REQUESTED"
    WAITING_CLIENT = "WAITING_CLIENT"
    APPROVED = "APPROVED"
    DEBITED = "DEBITED"
    SENT = "SENT"
    PAID = "PAID"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    REFUSED = "REFUSED"
    UNCERTAIN = "UNCERTAIN"
    RETURNING = "RETURNING"
    RETURNED = "RETURNED"


WITHDRAWAL_LABELS: dict[str, str] = {
    Withdrawal.REQUESTED: noop("Requested"),
    Withdrawal.WAITING_CLIENT: noop("Waits for the client"),
    Withdrawal.APPROVED: noop("Approved"),
    Withdrawal.DEBITED: noop("Debited"),
    Withdrawal.SENT: noop("Payout sent"),
    Withdrawal.PAID: noop("Paid"),
    Withdrawal.REJECTED: noop("Rejected"),
    Withdrawal.CANCELLED: noop("Cancelled"),
    Withdrawal.REFUSED: noop("Could not be carried out"),
    Withdrawal.UNCERTAIN: noop("Being confirmed"),
    Withdrawal.RETURNING: noop("Being returned"),
    Withdrawal.RETURNED: noop("Returned"),
}
FINAL = frozenset(
    {
        Withdrawal.PAID,
        Withdrawal.REJECTED,
        Withdrawal.CANCELLED,
        Withdrawal.REFUSED,
        Withdrawal.RETURNED,
    }
)
#: While a withdrawal is in one of these, its hold stands (in UNCERTAIN perhaps: see the leg).
UNDECIDED = (Withdrawal.REQUESTED, Withdrawal.WAITING_CLIENT)

WITHDRAWAL: Workflow[Withdrawal] = Workflow(
    name="withdrawal",
    moves={
        (Withdrawal.REQUESTED, "ask_client"): Withdrawal.WAITING_CLIENT,
        (Withdrawal.WAITING_CLIENT, "supply"): Withdrawal.REQUESTED,
        **{(state, "approve"): Withdrawal.APPROVED for state in UNDECIDED},
        **{
            (state, verb): end
            for state in (*UNDECIDED, Withdrawal.APPROVED)
            for verb, end in (("reject", Withdrawal.REJECTED), ("cancel", Withdrawal.CANCELLED))
        },
        (Withdrawal.APPROVED, "void_approval"): Withdrawal.REQUESTED,
        (Withdrawal.APPROVED, "debit"): Withdrawal.DEBITED,
        (
            Withdrawal.APPROVED,
            "refuse",
        ): Withdrawal.REFUSED,  # too little is free, or MetaTrader's no
        **{
            (state, "lose"): Withdrawal.UNCERTAIN
            for state in (
                Withdrawal.APPROVED,
                Withdrawal.DEBITED,
                Withdrawal.SENT,
                Withdrawal.RETURNING,
            )
        },
        # Out of UNCERTAIN leads what the leg proves, never a guess.
        (Withdrawal.UNCERTAIN, "debit"): Withdrawal.DEBITED,
        (Withdrawal.UNCERTAIN, "refuse"): Withdrawal.REFUSED,
        (Withdrawal.UNCERTAIN, "try_again"): Withdrawal.APPROVED,
        (Withdrawal.UNCERTAIN, "find_unsent"): Withdrawal.DEBITED,
        (Withdrawal.UNCERTAIN, "find_sent"): Withdrawal.SENT,
        (Withdrawal.UNCERTAIN, "credit"): Withdrawal.RETURNED,
        (Withdrawal.UNCERTAIN, "return_again"): Withdrawal.RETURNING,
        (Withdrawal.DEBITED, "send"): Withdrawal.SENT,
        (Withdrawal.SENT, "confirm"): Withdrawal.PAID,
        (Withdrawal.DEBITED, "return"): Withdrawal.RETURNING,
        (Withdrawal.SENT, "return"): Withdrawal.RETURNING,
        (Withdrawal.RETURNING, "credit"): Withdrawal.RETURNED,
    },
)


class Leg(StrEnum):
    """Which part of a withdrawal: out of MetaTrader, to the client, or back into MetaTrader."""

    DEBIT = "debit"
    PAYOUT = "payout"
    RETURN = "return"


class Verdict(StrEnum):
    """What a check says. Not known is never green."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    UNKNOWN = "unknown"


VERDICT_LABELS: dict[str, str] = {
    Verdict.GREEN: noop("green"),
    Verdict.AMBER: noop("amber"),
    Verdict.RED: noop("red"),
    Verdict.UNKNOWN: noop("not known"),
}
CHECK_LABELS: dict[int, str] = {
    1: noop("Free funds"),
    2: noop("Balance audit"),
    3: noop("Open requests"),
    4: noop("Closed loop"),
    5: noop("Requisite"),
    6: noop("Name"),
    7: noop("KYC"),
    9: noop("Credit"),
    10: noop("Trading"),
    11: noop("Shared data"),
    13: noop("Chargeback window"),
    16: noop("Freshness"),
    17: noop("Cool-off"),
    18: noop("Limits"),
    19: noop("Marks of risk"),
    20: noop("Out against in"),
    21: noop("Open positions"),
}


class Occasion(StrEnum):
    """When checks were run and kept."""

    REQUEST = "request"
    APPROVAL = "approval"
    EXECUTION = "execution"


class StatedReason(StrEnum):
    """Why the client wants the money, in the client's words."""

    EARNED = "earned"
    NEED = "need"
    NOT_SATISFIED = "not_satisfied"
    OTHER = "other"


STATED_LABELS: dict[str, str] = {
    StatedReason.EARNED: noop("Earned funds"),
    StatedReason.NEED: noop("Needs the money"),
    StatedReason.NOT_SATISFIED: noop("Not satisfied"),
    StatedReason.OTHER: noop("Other"),
}


class RejectReason(StrEnum):
    """Why staff say no."""

    REQUISITE = "requisite"
    DOCUMENTS = "documents"
    TRADING = "trading"
    RULES = "rules"
    OTHER = "other"


REJECT_LABELS: dict[str, str] = {
    RejectReason.REQUISITE: noop("The requisite is not the client's own, or wrong"),
    RejectReason.DOCUMENTS: noop("Documents are missing or out of date"),
    RejectReason.TRADING: noop("The trading on the account has to be looked at first"),
    RejectReason.RULES: noop("Against the rules of the method or of the broker"),
    RejectReason.OTHER: noop("Another reason"),
}


class Missing(StrEnum):
    """What a client still has to give before a withdrawal can be decided."""

    IDENTITY = "identity"
    ADDRESS = "address"
    STATEMENT = "statement"
    REQUISITE_PROOF = "requisite_proof"
    SOURCE = "source"
    EXPLANATION = "explanation"
    OTHER = "other"


MISSING_LABELS: dict[str, str] = {
    Missing.IDENTITY: noop("Proof of identity that is still valid"),
    Missing.ADDRESS: noop("Proof of address"),
    Missing.STATEMENT: noop("Bank statement"),
    Missing.REQUISITE_PROOF: noop("Proof that the requisite is the client's own"),
    Missing.SOURCE: noop("Where the money came from"),
    Missing.EXPLANATION: noop("An explanation of the trading"),
    Missing.OTHER: noop("Something else, see the text"),
}


class Gap(StrEnum):
    """How MetaTrader's books, or a provider's settlement, and ours can differ."""

    MISSING_IN_MT4 = "missing_in_mt4"
    MISSING_IN_LEDGER = "missing_in_ledger"
    AMOUNT = "amount"
    DUPLICATE_MARKER = "duplicate_marker"
    CHANGED_MARKER = "changed_marker"
    DAMAGED_MARKER = "damaged_marker"
    BALANCE = "balance"
    # A provider's settlement: missing there, not booked here, amount, duplicate, foreign.
    NOT_SETTLED = "not_settled"
    SETTLED_UNBOOKED = "settled_unbooked"
    SETTLED_OTHERWISE = "settled_otherwise"
    SETTLED_TWICE = "settled_twice"
    SETTLED_UNKNOWN = "settled_unknown"
    NOT_AT_BANK = "not_at_bank"


GAP_LABELS: dict[str, str] = {
    Gap.MISSING_IN_MT4: noop("Booked here, missing in MetaTrader"),
    Gap.MISSING_IN_LEDGER: noop("Our marker in MetaTrader, not booked here"),
    Gap.AMOUNT: noop("Another amount in MetaTrader than here"),
    Gap.DUPLICATE_MARKER: noop("Two records in MetaTrader carry one marker"),
    Gap.CHANGED_MARKER: noop("A record of ours, its marker changed in MetaTrader"),
    Gap.DAMAGED_MARKER: noop("A comment that opens like our marker and is none"),
    Gap.BALANCE: noop("The balance differs, and no record explains it"),
    Gap.NOT_SETTLED: noop("Booked here, missing in the provider's settlement"),
    Gap.SETTLED_UNBOOKED: noop("Settled by the provider, known here and not booked"),
    Gap.SETTLED_OTHERWISE: noop("Another amount in the provider's settlement than here"),
    Gap.SETTLED_TWICE: noop("Twice in the provider's settlement"),
    Gap.SETTLED_UNKNOWN: noop("In the provider's settlement, unknown here"),
    Gap.NOT_AT_BANK: noop("Paid by the provider, not on our bank's statement"),
}


class Remedy(StrEnum):
    """What two people can agree to do about a difference."""

    LEAVE = "leave"
    TAKE_OVER = "take_over"
    TAKE_SETTLED = "take_settled"


REMEDY_LABELS: dict[str, str] = {
    Remedy.LEAVE: noop("It stays as it is"),
    Remedy.TAKE_OVER: noop("The books take MetaTrader's balance over"),
    Remedy.TAKE_SETTLED: noop("The books take the provider's word over"),
}


class Booked(StrEnum):
    """Why a money record of MetaTrader is accounted for in the books."""

    OPENING = "opening"
    OURS = "ours"
    EXTERNAL = "external"
