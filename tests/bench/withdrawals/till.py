"""A broker out of the demo's MetaTrader, and withdrawals carried for it as our pages carry them."""

import time
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import cycle
from uuid import uuid4

from accounts.actions import withdrawals
from accounts.models import Payment, PaymentMethod
from accounts.queries import checks
from accounts.states import StatedReason, Withdrawal
from backoffice.core import work
from backoffice.core.actors import Actor
from backoffice.core.clock import now
from backoffice.demo.story import staff
from backoffice.demo.story.__main__ import read_server, register_server
from backoffice.identity.actions import people, roles
from crm.actions import clients
from trading.actions import servers, trading_accounts
from trading.models import Position, TradingAccount

ACTOR = Actor.system("bench")
CUSTOMERS = 20
#: Letters are no part of a withdrawal's money: their pieces of work are taken and closed unopened.
POST = "accounts.tasks.write_to_client"
PATIENCE_SECONDS = 60.0


@dataclass
class Till:
    """Accounts with money, whoever asks and whoever approves."""

    asker: Actor
    approver: Actor
    accounts: list[TradingAccount]
    methods: dict[str, int]
    asked: list[int] = field(default_factory=list)
    _turn: object = field(init=False)

    def __post_init__(self) -> None:
        self._turn = cycle(self.accounts)

    def carry(self) -> None:
        """One withdrawal: asked for, looked at, approved, sent to MetaTrader, followed, booked."""
        account = next(self._turn)  # type: ignore[call-overload]
        request = withdrawals.Request(
            key=uuid4(), account_id=account.pk, amount=Decimal("1.00"),
            method_id=self.methods[account.currency], requisite=f"DE00 {account.pk:012d}",
            holder=account.name, stated_reason=StatedReason.NEED,
        )  # fmt: skip
        payment = withdrawals.request_withdrawal(request=request, actor=self.asker, now=now())
        answers = checks.look(checks.asked_by(payment), now=now()).answers
        withdrawals.approve_withdrawal(
            payment_id=payment.pk,
            fingerprint=checks.picture_of(payment, answers).fingerprint,
            actor=self.approver,
            now=now(),
        )
        work.run_due(now())  # one look finds both pieces, and then nothing
        self.asked.append(payment.pk)

    def require_debited(self) -> None:
        """Exit unless everything that was asked for is debited: a crew beside may be at it."""
        until = time.monotonic() + PATIENCE_SECONDS
        rows = Payment.objects.filter(pk__in=self.asked).exclude(state=Withdrawal.DEBITED)
        while left := list(rows.values_list("pk", "state")):
            if time.monotonic() > until:
                raise SystemExit(f"not debited: {left[:5]}")
            work.run_due(now())
        self.asked.clear()


def a_till(agent_url: str) -> Till:
    """Set a broker up, out of the demo's MetaTrader; nobody writes to its clients."""
    work._reactions[POST] = _unopened
    entity_id, brand_id = staff.company()
    desks = staff.set_up_desks(entity_id)
    server_id = register_server(agent_url)
    read_server(server_id)
    staff.offer_wires(entity_id)
    servers.assign_groups(
        server_id=server_id, mask="*", legal_entity_id=entity_id, actor=ACTOR, now=now()
    )
    where = clients.Place(legal_entity_id=entity_id, brand_id=brand_id, desk_id=desks["office"])
    return Till(
        asker=hired("support", desks["office"]),
        approver=hired("compliance", desks["office"]),
        accounts=[_bound(account, where) for account in _quiet()],
        methods={one.currency: one.pk for one in PaymentMethod.objects.all()},
    )


def _unopened(event: object, **_more: object) -> None:
    """Do nothing for an event."""


def hired(role: str, desk_id: int) -> Actor:
    """A new member of staff with one role."""
    user = people.create_staff(
        email=f"{role}@bench.example", full_name=role, password=uuid4().hex, desk_id=desk_id,
        actor=ACTOR, now=now(),
    )  # fmt: skip
    roles.grant_role(user_id=user.pk, role=role, actor=ACTOR, now=now())
    return Actor.parse(f"staff:{user.pk}")


def _quiet() -> list[TradingAccount]:
    """Accounts with money and without positions: no price moves what is free."""
    busy = Position.objects.values("account_id")
    rows = TradingAccount.objects.filter(enabled=True, closed_on_server=False, balance__gt=1000)
    return list(rows.filter(currency__in=("USD", "EUR")).exclude(pk__in=busy)[:CUSTOMERS])


def _bound(account: TradingAccount, where: clients.Place) -> TradingAccount:
    person = clients.Person(full_name=account.name, email=f"{account.login}@bench.example")
    client = clients.register_client(person=person, place=where, actor=ACTOR, now=now())
    trading_accounts.bind_account(
        account_id=account.pk, client_id=client.pk, actor=ACTOR, now=now()
    )
    return account
