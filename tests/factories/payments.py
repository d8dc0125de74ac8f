"""A client with money on a trading account, the staff around it, and a scripted MetaTrader."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import transaction

from accounts.actions import withdrawals
from accounts.calc.checks import Audit
from accounts.ledger import balances, proof
from accounts.models import Payment, PaymentMethod
from accounts.queries import books, checks
from accounts.states import StatedReason
from backoffice.core import clock, work
from backoffice.core.actors import Actor
from backoffice.core.models import EventRecord
from backoffice.identity.models import User
from backoffice.settings.env import AgentKey
from crm.models import Client
from tests.factories.agents import KEY, KEY_ID, Running, Script, an_agent
from tests.factories.market import a_balance_record, a_closed_trade
from tests.factories.money import a_login
from tests.factories.people import SETUP, a_client, a_legal_entity, a_staff_user
from trading.actions import sending_terms, trading_accounts
from trading.gateway import registry
from trading.gateway.remote.gateway import RemoteGateway
from trading.mirror import moves, rows
from trading.models import ServerState, TradingAccount
from trading.states import ServerStatus
from trading.terms import Cmd

IBAN = "ES91 2100 0418 4502 0005 1332"
DEPOSIT = Decimal("990.00")
EARNED = Decimal("10.00")
FAR = timedelta(minutes=5)


@dataclass
class Till:
    """One client with 1,000.00 USD in MetaTrader: 990.00 paid in, 10.00 earned."""

    client: Client
    account: TradingAccount
    method: PaymentMethod
    asker: User
    approver: User
    cashier: User
    second: User
    script: Script = field(default_factory=Script)
    running: Running | None = None  # the agent over it, while there is one

    def ask(self, amount: str = "70.00", **changes: Any) -> Payment:
        """Ask for a withdrawal, as sales does."""
        return withdrawals.request_withdrawal(
            request=self.request(amount, **changes), actor=self.asker.actor, now=clock.now()
        )

    def request(self, amount: str = "70.00", **changes: Any) -> withdrawals.Request:
        """What sales writes into the form."""
        known: dict[str, Any] = {
            "key": uuid4(),
            "account_id": self.account.pk,
            "amount": Decimal(amount),
            "method_id": self.method.pk,
            "requisite": IBAN,
            "holder": self.client.full_name,
            "stated_reason": StatedReason.EARNED,
        }
        return withdrawals.Request(**(known | changes))

    def approve(self, payment: Payment, user: User | None = None) -> Payment:
        """Approve it as the page shows it now."""
        return withdrawals.approve_withdrawal(
            payment_id=payment.pk,
            fingerprint=fingerprint(payment),
            actor=(user or self.approver).actor,
            now=clock.now(),
        )

    def approved(self, amount: str = "70.00") -> Payment:
        """A withdrawal that is asked for and approved; nothing was sent yet."""
        return self.approve(self.ask(amount))

    def mirror_as_booked(self) -> None:
        """Let the mirror catch up with what the scripted MetaTrader booked."""
        booked = [one for one in self.script.booked if one.login == self.account.login]
        write(self.account, *booked)
        moved = sum((one.profit for one in booked if one.cmd is Cmd.BALANCE), Decimal(0))
        credit = sum((one.profit for one in booked if one.cmd is Cmd.CREDIT), Decimal(0))
        balance = DEPOSIT + EARNED + moved
        TradingAccount.objects.filter(pk=self.account.pk).update(balance=balance, credit=credit)

    def see(self) -> None:
        """Let the mirror be fresh now."""
        ServerState.objects.filter(server=self.account.server).update(synced_at=clock.now())

    def available(self) -> Decimal:
        """What the books would still let go."""
        known = books.books_of(self.account.pk)
        assert known is not None
        return balances.of(known.funds).available

    def posted(self) -> Decimal:
        """What the client has by the books."""
        known = books.books_of(self.account.pk)
        assert known is not None
        return balances.of(known.funds).posted

    def audit(self) -> Audit:
        """How the books explain MetaTrader's balance now."""
        audit = books.audit_of(self.account.pk)
        assert audit is not None
        return audit

    def agrees(self) -> bool:
        """Whether books and MetaTrader agree to the cent, nothing in flight, and all is proved."""
        audit = self.audit()
        assert proof.findings() == []
        return (audit.gap, audit.in_flight) == (0, 0)


def fingerprint(payment: Payment) -> str:
    """The fingerprint that the page of this payment shows now."""
    answers = checks.look(checks.asked_by(payment), now=clock.now()).answers
    return checks.picture_of(payment, answers).fingerprint


def a_till(login: int = 7, *, email: str = "", **terms: int) -> Till:
    """Make it: with everything that a withdrawal needs, MetaTrader apart."""
    entity = a_legal_entity()
    asker = a_staff_user("sales_agent", entity=entity)
    client = a_client("Ana Ruiz", entity=entity, owner=asker, email=email)
    account = a_login(login)
    TradingAccount.objects.filter(pk=account.pk).update(balance=DEPOSIT + EARNED)
    account.refresh_from_db()
    state = {"status": ServerStatus.CURRENT, "synced_at": clock.now()}
    ServerState.objects.update_or_create(server=account.server, defaults=state)
    trading_accounts.bind_account(
        account_id=account.pk, client_id=client.pk, actor=SETUP, now=clock.now()
    )
    write(
        account,
        a_balance_record(login * 10, login, str(DEPOSIT)),
        a_closed_trade(login * 10 + 1, login, opened_at=clock.now() - FAR, profit=EARNED),
    )
    method = PaymentMethod.objects.create(
        legal_entity=entity,
        code="wire",
        name="Wire",
        kind="bank_wire",
        currency="USD",
        direction="out",
    )
    return Till(
        client=client,
        account=account,
        method=method,
        asker=asker,
        approver=a_staff_user("back_office", entity=entity),
        cashier=a_staff_user("finance", entity=entity),
        second=a_staff_user("compliance", entity=entity),
    )


def a_request_of(client: Client, login: int) -> Payment:
    """A withdrawal of 70.00 that waits, from a new account of the client's with 1,000.00 USD."""
    account = a_login(login)
    TradingAccount.objects.filter(pk=account.pk).update(balance=Decimal(1000))
    ServerState.objects.update_or_create(
        server=account.server, defaults={"status": ServerStatus.CURRENT, "synced_at": clock.now()}
    )
    trading_accounts.bind_account(
        account_id=account.pk, client_id=client.pk, actor=SETUP, now=clock.now()
    )
    write(account, a_balance_record(login * 10, login, "1000.00"))
    method, _ = PaymentMethod.objects.get_or_create(
        legal_entity=client.legal_entity,
        code="wire",
        defaults={"name": "Wire", "kind": "bank_wire", "currency": "USD", "direction": "out"},
    )
    request = withdrawals.Request(
        key=uuid4(),
        account_id=account.pk,
        amount=Decimal("70.00"),
        method_id=method.pk,
        requisite=IBAN,
        holder=client.full_name,
        stated_reason=StatedReason.EARNED,
    )
    return withdrawals.request_withdrawal(request=request, actor=SYSTEM, now=clock.now())


def write(account: TradingAccount, *records: Any) -> None:
    """Put tickets into the account's mirror."""
    owners = {account.login: rows.Owner(account.pk, account.currency)}
    with transaction.atomic():
        moves.write_tickets(account.server_id, records, owners, clock.now())


@contextmanager
def a_metatrader(till: Till, folder: Path, settings: Any, **agent: Any) -> Iterator[Script]:
    """Run an agent over the till's script, and let money be sent there."""
    server = till.account.server
    settings.MT4_AGENT_KEYS = {server.code: AgentKey(KEY_ID, KEY)}
    registry.register(RemoteGateway)
    with an_agent(till.script, folder, **agent) as running:
        till.running = running
        server.agent_url = running.address.url
        server.save(update_fields=["agent_url"])
        sending_terms.set_sending_terms(
            server_id=server.pk,
            terms=sending_terms.Terms(
                deadline_ms=30_000, transport_delay_ms=100, clock_skew_ms=100, visibility_lag_ms=100
            ),
            actor=SETUP,
            now=clock.now(),
        )
        yield till.script
    registry.register(RemoteGateway)


def work_done(*, later: timedelta = timedelta(0)) -> int:
    """Do what is on the work list, now or a while later; return how many pieces were taken."""
    return work.run_due(clock.now() + later, limit=100)


def told(payment: Payment) -> list[str]:
    """The short names of what happened to a payment, in order; letters about it are no part."""
    names = []
    for event in EventRecord.objects.exclude(name__startswith="crm.letter").order_by("id"):
        body = event.told()
        if ["payment", str(payment.pk)] in body["subjects"]:
            names.append(body["event"].partition(".")[2])
    return names


SYSTEM = Actor.system("test")
