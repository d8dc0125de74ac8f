"""The program that carries withdrawals from the request to the debit, and counts what each takes.

    python -m tests.bench.withdrawals AGENT_URL JOURNAL DSN BARE_URL

In an empty, migrated database beside a demo's agent. Rounds of ours and of the bare loop take
turns, so that both meet the same weather. Its last line is JSON.
"""

import json
import multiprocessing
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import cycle
from pathlib import Path
from uuid import uuid4

import django

if __name__ == "__main__":
    django.setup()  # before anything that has models

import httpx
import psycopg
from django.db import connection
from django.test.utils import CaptureQueriesContext

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
from trading.gateway.remote.client import Client
from trading.models import Position, TradingAccount

ACTOR = Actor.system("bench")
CUSTOMERS, WARM, ROUNDS, PER_ROUND = 20, 24, 6, 25  # warm: the books of every account are open
CREWS, EACH = 4, 20
PATIENCE_SECONDS = 60.0
BARE_TABLE = "CREATE TABLE bare_row (id bigserial PRIMARY KEY, body text NOT NULL)"
BARE_WRITE = "INSERT INTO bare_row (body) VALUES ('a row of the bare loop, as short as can be')"
INTENT = b'"kind":"intent"'
WRITING = ("INSERT", "UPDATE", "DELETE", "COPY")


@dataclass
class Till:
    """Accounts with money, whoever asks and whoever approves."""

    asker: Actor
    approver: Actor
    accounts: list[TradingAccount]
    methods: dict[str, int]
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
        until = time.monotonic() + PATIENCE_SECONDS
        while work.run_due(now()) or state_of(payment) != Withdrawal.DEBITED:
            if time.monotonic() > until:  # somebody beside may have had it in hand
                raise SystemExit(f"withdrawal {payment.pk} is {state_of(payment)}")


def state_of(payment: Payment) -> str:
    """Where a payment stands now."""
    return str(Payment.objects.values_list("state", flat=True).get(pk=payment.pk))


def a_till(agent_url: str) -> Till:
    """Set a broker up, out of the demo's MetaTrader."""
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
        asker=_hired("support", desks["office"]),
        approver=_hired("compliance", desks["office"]),
        accounts=[_bound(account, where) for account in _quiet()],
        methods={one.currency: one.pk for one in PaymentMethod.objects.all()},
    )


def _hired(role: str, desk_id: int) -> Actor:
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


@dataclass(frozen=True)
class Taken:
    """What one withdrawal takes: its statements in their order, calls to the agent, intents."""

    statements: list[str]
    calls: int
    intents: int

    @property
    def commits(self) -> int:
        """How often PostgreSQL is told to keep something: by COMMIT, or by a write on its own."""
        kept, inside = 0, False
        for one in self.statements:
            inside = one == "BEGIN" or (inside and one != "COMMIT")
            kept += one == "COMMIT" or (one == BARE_WRITE and not inside)
        return kept


def taken_by(till: Till, journal: Path) -> Taken:
    """Carry one withdrawal and count."""
    post, calls, before = Client._post, [], journal.read_bytes().count(INTENT)

    def counted(self, *arguments):
        calls.append(1)
        return post(self, *arguments)

    Client._post = counted
    try:
        with CaptureQueriesContext(connection) as captured:
            till.carry()
    finally:
        Client._post = post
    statements = [_plain(one["sql"]) for one in captured.captured_queries]
    return Taken(statements, len(calls), journal.read_bytes().count(INTENT) - before)


def _plain(sql: str) -> str:
    """A statement as the bare loop runs it: what reads as it is, what writes as one short row."""
    word = sql.lstrip().partition(" ")[0].upper()
    writes = word in WRITING or "event_append(" in sql or (word == "WITH" and "INSERT INTO" in sql)
    return BARE_WRITE if writes else sql


def carry_bare(taken: Taken, session: psycopg.Connection, agent: httpx.Client) -> None:
    """As many statements, commits, calls and flushes, and nothing of ours between."""
    for statement in taken.statements:
        done = session.execute(statement)  # type: ignore[call-overload]
        if done.description is not None:
            done.fetchall()
    for call in range(taken.calls):
        path = "/command" if call < taken.intents else "/question"
        agent.post(path, content=b"x" * 400).raise_for_status()


def at_once(act: Callable[[int], Callable[[], None]]) -> float:
    """Let CREWS processes do it EACH times at the same time; the seconds until the last is done.

    `act` is called in each process, with its number, and returns what is done.
    """
    fork = multiprocessing.get_context("fork")
    ready, times = fork.Barrier(CREWS), fork.SimpleQueue()

    def crew(number: int) -> None:
        once = act(number)
        once()  # connections, and what is prepared, before the start
        ready.wait()
        start = time.monotonic()
        for _number in range(EACH):
            once()
        times.put((start, time.monotonic()))

    connection.close()
    processes = [fork.Process(target=crew, args=(number,)) for number in range(CREWS)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        if process.exitcode:
            raise SystemExit(f"a crew ended with {process.exitcode}")
    told = [times.get() for _process in processes]
    return max(end for _, end in told) - min(start for start, _ in told)


def ours_of(till: Till) -> Callable[[int], Callable[[], None]]:
    """A crew of ours: accounts of its own."""

    def begin(number: int) -> Callable[[], None]:
        return Till(till.asker, till.approver, till.accounts[number::CREWS], till.methods).carry

    return begin


def bare_of(taken: Taken, dsn: str, bare_url: str) -> Callable[[int], Callable[[], None]]:
    """A crew of the bare loop: a session and a connection of its own."""

    def begin(number: int) -> Callable[[], None]:
        session = psycopg.connect(dsn, autocommit=True)
        agent = httpx.Client(base_url=bare_url, timeout=20)
        return lambda: carry_bare(taken, session, agent)

    return begin


def main() -> None:
    """Set up, count, race, tell."""
    agent_url, journal, dsn, bare_url = sys.argv[1:]
    till = a_till(agent_url)
    for _number in range(WARM):
        till.carry()
    taken = taken_by(till, Path(journal))
    seconds = {"ours": 0.0, "bare": 0.0}
    with (
        psycopg.connect(dsn, autocommit=True) as session,
        httpx.Client(base_url=bare_url, timeout=20) as agent,
    ):
        session.execute(BARE_TABLE)
        carry_bare(taken, session, agent)
        for _round in range(ROUNDS):
            start = time.monotonic()
            for _number in range(PER_ROUND):
                till.carry()
            middle = time.monotonic()
            for _number in range(PER_ROUND):
                carry_bare(taken, session, agent)
            seconds["ours"] += middle - start
            seconds["bare"] += time.monotonic() - middle
    crews = {"ours": at_once(ours_of(till)), "bare": at_once(bare_of(taken, dsn, bare_url))}
    told = {
        "count": ROUNDS * PER_ROUND,
        "crews": CREWS,
        "crews_count": CREWS * EACH,
        "crews_ours": crews["ours"],
        "crews_bare": crews["bare"],
        "statements": len(taken.statements),
        "commits": taken.commits,
        "calls": taken.calls,
        "intents": taken.intents,
        **seconds,
    }
    sys.stdout.write("\n" + json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
