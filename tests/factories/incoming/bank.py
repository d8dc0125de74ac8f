"""A bank account of the till's house, what its bank sends, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from accounts.actions.bank import importing, opening
from accounts.actions.deposits import charging, starting
from accounts.calc.bank import reference, writing
from accounts.calc.bank.statement import Row, Statement
from accounts.models import BankAccount, BankFile, BankRow, Deposit, PaymentMethod
from accounts.queries.bank import standing
from backoffice.core import clock
from crm.models import Client
from tests.factories.payments import SYSTEM, Till
from tests.factories.people import SETUP

NUMBER = "DE02120300000000202051"
#: The bank account of the till's client.
CLIENTS = "ES9121000418450200051332"
DAY = date(2024, 1, 15)


def a_bank_account(till: Till, **changes: Any) -> BankAccount:
    """The bank account for the till's wires, which take deposits from now on."""
    return an_account_of(till.client, **changes)


def an_account_of(client: Client, number: str = NUMBER, code: str = "wire-in") -> BankAccount:
    """The bank account of a client's legal entity in dollars; made when first asked for."""
    known = BankAccount.objects.filter(legal_entity=client.legal_entity).first()
    if known is not None:
        return known
    method = PaymentMethod.objects.create(
        legal_entity=client.legal_entity,
        code=code,
        name="Bank wire",
        kind="bank_wire",
        currency="USD",
        direction="both",
    )
    details = opening.Details(
        name="House bank", holder="House Ltd", number=number, bic="BYLADEM1001"
    )
    return opening.open_bank_account(
        method_id=method.pk, details=details, actor=SETUP, now=clock.now()
    )


@dataclass
class Bank:
    """A bank that keeps our account: it books, and sends statements of what it booked."""

    account: BankAccount
    balance: Decimal = Decimal("1000.00")
    number: int = 0
    day: date = DAY
    sent: list[Statement] = field(default_factory=list)

    def statement(self, *rows: Row, **changes: Any) -> Statement:
        """The bank's next statement, over these rows."""
        self.number += 1
        moved = sum((row.amount for row in rows), Decimal(0))
        one = Statement(
            ident=f"ST-{self.number}",
            account=self.account.number,
            currency=self.account.currency,
            sequence=self.number,
            opened_on=self.day,
            closed_on=self.day,
            opening=self.balance,
            closing=self.balance + moved,
            rows=rows,
        )
        self.balance += moved
        self.day += timedelta(days=1)
        self.sent.append(one)
        return replace(one, **changes)

    def sends(self, *rows: Row, **changes: Any) -> list[BankRow]:
        """Import the bank's next statement; return its rows as they are kept."""
        file = take(self.account, writing.camt(self.statement(*rows, **changes)))
        assert file.outcome == "taken", file.words
        return list(BankRow.objects.filter(statement__file=file).order_by("id"))


def a_row(amount: str, name: str = "Ana Ruiz", text: str = "", **changes: Any) -> Row:
    """One row of the bank; what is not said is made up."""
    known: dict[str, Any] = {
        "reference": f"BANK{uuid4().hex[:12].upper()}",
        "amount": Decimal(amount),
        "booked_on": DAY,
        "value_on": DAY,
        "name": name,
        "account": CLIENTS,
        "text": text,
    }
    return Row(**(known | changes))


def take(account: BankAccount, body: bytes, name: str = "statement.xml") -> BankFile:
    """Import a file, as the clockwork's own door does."""
    upload = importing.Upload(bank_account_id=account.pk, name=name, body=body)
    return importing.take_file(upload=upload, actor=SYSTEM, now=clock.now())


def expected(till: Till, amount: str = "200.00", **changes: Any) -> Deposit:
    """A wire that sales told the client to make, and that is waited for."""
    known: dict[str, Any] = {
        "key": uuid4(),
        "account_id": till.account.pk,
        "amount": Decimal(amount),
        "method_id": a_bank_account(till).method_id,
    }
    deposit = starting.start_deposit(
        request=starting.Request(**(known | changes)), actor=till.asker.actor, now=clock.now()
    )
    charging.charge_deposit(deposit_id=deposit.pk, actor=SYSTEM, now=clock.now())
    return Deposit.objects.get(pk=deposit.pk)


def reference_of(deposit: Deposit) -> str:
    """What the client is told to write into the transfer."""
    return reference.spaced(reference.written(reference.DEPOSIT, deposit.pk))


def books_agree() -> bool:
    """Whether every bank account's books show what its latest statement shows."""
    return standing.differing() == []


def book(bank: Bank, rows: Iterable[Row]) -> tuple[BankRow, ...]:
    """Import a statement of these rows; return them as they are kept."""
    return tuple(bank.sends(*rows))


def a_free_row_of(client: Client) -> BankRow:
    """A row of 200.00 at the bank of the client's house that is nobody's."""
    account = an_account_of(client, number=f"DE{client.legal_entity_id:020d}")
    known = BankRow.objects.filter(account=account).first()
    if known is not None:
        return known
    return Bank(account).sends(a_row("200.00"))[0]
