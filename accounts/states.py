"""Words of money: payment methods, the way the money goes, and what the books know."""

from enum import StrEnum

from backoffice.core.words import noop


class MethodKind(StrEnum):
    """What carries the money."""

    BANK_WIRE = "bank_wire"
    CARD = "card"
    E_WALLET = "e_wallet"
    CRYPTO = "crypto"
    CASH_OFFICE = "cash_office"


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
    EXTERNAL = "external"
    OPENING = "opening"


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
    LedgerKind.EXTERNAL: noop("Moved in MetaTrader directly"),
    LedgerKind.OPENING: noop("Opening balances"),
}
ENTRY_LABELS: dict[str, str] = {
    Entering.POST: noop("Posted"),
    Entering.RESERVE: noop("Reserved"),
    Entering.SETTLE: noop("Settled"),
    Entering.VOID: noop("Voided"),
    Entering.REVERSE: noop("Reversed"),
}
