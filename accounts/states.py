"""Words of money: kinds of payment methods and the way the money goes."""

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
