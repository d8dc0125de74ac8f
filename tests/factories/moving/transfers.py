"""A till whose client has a second account, and what moves between them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from accounts.actions import chart
from accounts.actions.transfers import requesting
from accounts.actions.transfers.requesting import Place, Request
from accounts.ledger import balances, book, proof
from accounts.models import LedgerAccount, Transfer
from accounts.queries import books
from accounts.states import LedgerKind
from backoffice.core import clock
from backoffice.core.models import EventRecord
from crm.models import Client
from tests.factories.agents import Script
from tests.factories.market import a_balance_record
from tests.factories.money import a_login
from tests.factories.payments import SYSTEM, Till, a_metatrader, a_till, work_done, write
from tests.factories.people import SETUP
from trading.actions import looking_up, trading_accounts
from trading.models import BalanceOperation, TradingAccount
from trading.states import Operation

LATER = timedelta(minutes=5)
HAD = Decimal("500.00")


@dataclass
class Pair:
    """A till's client with 1,000.00 USD on login 7 and 500.00 on another login."""

    till: Till
    other: TradingAccount
    had: Decimal = HAD

    @property
    def script(self) -> Script:
        """The MetaTrader of both."""
        return self.till.script

    def request(self, amount: str = "100.00", **changes: Any) -> Request:
        """What sales writes into the form: from login 7 to the other."""
        known: dict[str, Any] = {
            "key": uuid4(),
            "client_id": self.till.client.pk,
            "source": Place(account_id=self.till.account.pk),
            "target": Place(account_id=self.other.pk),
            "amount": Decimal(amount),
        }
        return Request(**(known | changes))

    def ask(self, amount: str = "100.00", **changes: Any) -> Transfer:
        """Ask for it, as sales does."""
        return requesting.request_transfer(
            request=self.request(amount, **changes),
            actor=self.till.asker.actor,
            now=clock.now(),
        )

    def balance(self, account: TradingAccount) -> Decimal:
        """What MetaTrader's script says stands on an account."""
        began = Decimal("1000.00") if account.pk == self.till.account.pk else self.had
        booked = (one.profit for one in self.script.booked if one.login == account.login)
        return began + sum(booked, Decimal(0))

    def balances(self) -> tuple[Decimal, Decimal]:
        """Both of them."""
        return self.balance(self.till.account), self.balance(self.other)

    def mirror_as_booked(self) -> None:
        """Let the mirror catch up with what MetaTrader booked on both."""
        for account in (self.till.account, self.other):
            booked = [one for one in self.script.booked if one.login == account.login]
            write(account, *booked)
            now = {"balance": self.balance(account)}
            TradingAccount.objects.filter(pk=account.pk).update(**now)

    def agree(self) -> bool:
        """Whether books and MetaTrader agree on both, nothing is in flight, and all is proved."""
        self.mirror_as_booked()
        assert proof.findings() == []
        audits = [books.audit_of(one.pk) for one in (self.till.account, self.other)]
        return in_transit() == 0 and all(
            one is None or (one.gap, one.in_flight) == (0, 0) for one in audits
        )


def a_pair(*, currency: str = "USD", had: str = "500.00") -> Pair:
    """Make it."""
    till = a_till()
    Client.objects.filter(pk=till.client.pk).update(kyc_level=3)
    till.client.refresh_from_db()
    return Pair(till, an_account_of(till.client, 8, currency=currency, had=had), Decimal(had))


def an_account_of(
    client: Client, login: int, *, currency: str = "USD", had: str = "500.00"
) -> TradingAccount:
    """A further login of a client's."""
    account = a_login(login, currency=currency)
    TradingAccount.objects.filter(pk=account.pk).update(balance=Decimal(had))
    trading_accounts.bind_account(
        account_id=account.pk, client_id=client.pk, actor=SETUP, now=clock.now()
    )
    if Decimal(had):
        write(account, a_balance_record(login * 10, login, had))
    account.refresh_from_db()
    return account


def a_transfer_of(client: Client, login: int) -> Transfer:
    """A transfer of 5.00 that may go, between two new accounts of the client's."""
    known = Transfer.objects.filter(client=client).first()
    if known is not None:
        return known
    Client.objects.filter(pk=client.pk).update(kyc_level=3)
    first, second = (an_account_of(client, login + step) for step in range(2))
    request = Request(
        key=uuid4(),
        client_id=client.pk,
        source=Place(account_id=first.pk),
        target=Place(account_id=second.pk),
        amount=Decimal("5.00"),
    )
    return requesting.request_transfer(request=request, actor=SYSTEM, now=clock.now())


@contextmanager
def a_pair_in_metatrader(pair: Pair, folder: Path, settings: Any) -> Iterator[Pair]:
    """The pair behind a real agent."""
    with a_metatrader(pair.till, folder, settings):
        yield pair


def fill_wallet(client: Client, amount: str, currency: str = "USD") -> LedgerAccount:
    """Put money into a client's wallet, as if it came from the bank."""
    entity = {"legal_entity_id": client.legal_entity_id, "currency": currency, "now": clock.now()}
    wallet = chart.account_of(LedgerKind.CLIENT_WALLET, client_id=client.pk, **entity)
    other = chart.account_of(LedgerKind.SUSPENSE, **entity)
    act = chart.act_of(
        f"test:{uuid4()}", purpose="test", reference="test:1", actor=SYSTEM, now=clock.now()
    )
    lines = [
        book.Line(account=other, amount=Decimal(amount)),
        book.Line(account=wallet, amount=-Decimal(amount)),
    ]
    book.post(act=act, lines=lines)
    return wallet


def in_transit() -> Decimal:
    """What stands in transit by the books, all currencies together."""
    accounts = LedgerAccount.objects.filter(kind=LedgerKind.IN_TRANSIT)
    return sum((balances.of(one).posted for one in accounts), Decimal(0))


def now_of(transfer: Transfer) -> Transfer:
    """The row as it stands now."""
    return Transfer.objects.get(pk=transfer.pk)


def settled() -> None:
    """Look up what nobody answered as often as it takes, as the chase does; then go on."""
    for _ in range(4):
        waiting = BalanceOperation.objects.filter(
            state__in=(Operation.SENDING, Operation.UNCERTAIN)
        )
        for operation in waiting:
            for seconds in range(3):
                try:
                    looking_up.look_up(
                        operation_id=operation.pk,
                        actor=SYSTEM,
                        now=clock.now() + LATER + timedelta(seconds=seconds),
                    )
                except looking_up.StillUnknown:
                    continue
        if not work_done(later=2 * LATER):
            break


def told(transfer: Transfer) -> list[str]:
    """The short names of what happened to a transfer, in their order; its letters are not that."""
    names = []
    for event in EventRecord.objects.order_by("id"):
        body = event.told()
        if "letter" in body["event"]:
            continue
        if ["transfer", str(transfer.pk)] in body["subjects"]:
            names.append(body["event"].rpartition(".")[2])
    return names
