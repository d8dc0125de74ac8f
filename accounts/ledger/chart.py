"""The chart: which accounts the books have, and on which side each grows.

An amount in the books is signed: a debit is positive, a credit negative. An account that grows on
the credit side (what we owe) therefore shows its balance with the sign turned.
"""

from dataclasses import dataclass
from enum import StrEnum

from accounts.states import LedgerKind


class Side(StrEnum):
    """On which side an account grows."""

    DEBIT = "debit"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True)
class Account:
    """One kind of account: its side, what it is kept per, and what it means.

    `guarded` accounts belong to one client: a reservation may not take more than is available, and
    PostgreSQL keeps their running balance.
    """

    kind: LedgerKind
    side: Side
    guarded: bool
    per: str
    means: str


CHART: dict[LedgerKind, Account] = {
    account.kind: account
    for account in (
        Account(
            LedgerKind.CLIENT_FUNDS, Side.CREDIT, True, "trading account", "balance in MetaTrader"
        ),
        Account(
            LedgerKind.CLIENT_CREDIT, Side.CREDIT, True, "trading account", "credit in MetaTrader"
        ),
        Account(
            LedgerKind.TRADING_RESULT, Side.DEBIT, False, "entity", "what trading gave to clients"
        ),
        Account(LedgerKind.CREDIT_GIVEN, Side.DEBIT, False, "entity", "credit that was lent out"),
        Account(LedgerKind.PAYOUTS_DUE, Side.CREDIT, False, "entity", "debited, not yet paid out"),
        Account(
            LedgerKind.METHOD_CLEARING, Side.DEBIT, False, "payment method", "money at bank or PSP"
        ),
        Account(
            LedgerKind.IN_TRANSIT, Side.CREDIT, False, "entity", "on its way to a trading account"
        ),
        Account(LedgerKind.FEES, Side.CREDIT, False, "entity", "what we take from clients"),
        Account(
            LedgerKind.PROVIDER_FEES, Side.DEBIT, False, "entity", "what providers take from us"
        ),
        Account(
            LedgerKind.EXTERNAL, Side.DEBIT, False, "entity", "moved in MetaTrader behind our back"
        ),
        Account(
            LedgerKind.OPENING, Side.DEBIT, False, "entity", "what stood there when the books began"
        ),
        Account(
            LedgerKind.BANK, Side.DEBIT, False, "bank account", "what the bank's statement says"
        ),
        Account(
            LedgerKind.SUSPENSE, Side.CREDIT, False, "entity", "moved at the bank, nobody's as yet"
        ),
        Account(
            LedgerKind.CLIENT_WALLET, Side.CREDIT, True, "client", "money that waits at the broker"
        ),
        Account(
            LedgerKind.CONVERSION, Side.CREDIT, False, "entity", "taken for another currency's"
        ),
        Account(LedgerKind.CORRECTIONS, Side.DEBIT, False, "entity", "given to clients by hand"),
        Account(
            LedgerKind.CHARGEBACKS,
            Side.DEBIT,
            False,
            "entity",
            "taken by providers, owed by clients",
        ),
        Account(LedgerKind.REBATES, Side.DEBIT, False, "entity", "rebates that clients got"),
        Account(LedgerKind.DIVIDENDS, Side.DEBIT, False, "entity", "dividends on open positions"),
        Account(LedgerKind.PRIZES, Side.DEBIT, False, "entity", "prizes that clients got"),
        Account(
            LedgerKind.NEGATIVE_BALANCES, Side.DEBIT, False, "entity", "losses borne for clients"
        ),
        Account(
            LedgerKind.PROVIDER_RESERVE,
            Side.DEBIT,
            False,
            "payment method",
            "held back by a provider",
        ),
    )
}


def grows_on_credit(kind: LedgerKind | str) -> bool:
    """Return whether the account's balance is the negative of the sum of its postings."""
    return CHART[LedgerKind(kind)].side is Side.CREDIT
