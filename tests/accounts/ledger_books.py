"""Books to test with: one client's funds, the house's opening account, and payouts due."""

from dataclasses import dataclass
from decimal import Decimal

from accounts.ledger import book
from accounts.models import Entry, LedgerAccount
from accounts.states import LedgerKind
from tests.factories.money import a_ledger_account, a_login, an_act


@dataclass(frozen=True)
class Books:
    """Three accounts that a withdrawal touches."""

    funds: LedgerAccount
    payouts: LedgerAccount
    opening: LedgerAccount

    def holds(self, amount: str) -> list[book.Line]:
        """The lines that take an amount from the client's funds towards the payouts."""
        return moved(self.funds, self.payouts, amount)


def moved(debited: LedgerAccount, credited: LedgerAccount, amount: str) -> list[book.Line]:
    """Two lines: a debit and its credit."""
    return [
        book.Line(account=debited, amount=Decimal(amount)),
        book.Line(account=credited, amount=-Decimal(amount)),
    ]


def books_with(amount: str) -> Books:
    """Books in which the client has this amount."""
    books = Books(
        funds=a_ledger_account(LedgerKind.CLIENT_FUNDS, login=a_login()),
        payouts=a_ledger_account(LedgerKind.PAYOUTS_DUE),
        opening=a_ledger_account(LedgerKind.OPENING),
    )
    opened(books, amount)
    return books


def opened(books: Books, amount: str) -> Entry:
    """Post an opening balance."""
    act = an_act("opening:1", purpose="opening")
    return book.post(act=act, lines=moved(books.opening, books.funds, amount))
