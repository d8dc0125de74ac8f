"""The program that loads a day of clean operations and reconciles it.

    python -m tests.bench.reconcile.day SUPERUSER_DSN [OPERATIONS]

In an empty, migrated database. The first operation is written as the product's rows are; the others
are spread from it by PostgreSQL's superuser, a statement a table, past every trigger. Its last line
is JSON: seconds, and what was compared.
"""

import json
import sys
import time
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import django

if __name__ == "__main__":
    django.setup()  # before anything that has models

import psycopg
from django.db import connection, models, transaction
from psycopg import sql

from accounts.actions.reconciling import comparing
from accounts.models import (
    AccountBooks,
    BookedTicket,
    Entry,
    LedgerAccount,
    LedgerBalance,
    Posting,
    ResultDay,
)
from accounts.states import Booked, Entering, LedgerKind, Phase
from backoffice.core import clock
from backoffice.core.actors import Actor
from tests.factories.money import a_ledger_account, a_login
from tests.factories.people import a_client
from trading.calc.marking import marker
from trading.models import BalanceOperation, BalanceRecord, ServerState, TradingAccount
from trading.models.ticket import ticket_key
from trading.states import Operation, ServerStatus
from trading.terms import BalanceKind

WHOLE, EACH = 100_000, 50
AMOUNT = Decimal("10.00")
AUDITOR = Actor.system("reconciliation")
#: What differs from the first operation's rows, by table; `n` counts the operations from 2.
SPREAD: tuple[tuple[type[models.Model], dict[str, str]], ...] = (
    (
        BalanceOperation,
        {
            "id": "p.id + d.n", "key": "d.key", "marker": "d.marker", "account_id": "d.account_id",
            "ticket": "d.n",
        },
    ),
    (
        BalanceRecord,
        {
            "id": "p.id + d.n - 1", "account_id": "d.account_id", "ticket": "d.n",
            "comment": "d.marker",
        },
    ),
    (Entry, {"id": "p.id + d.n", "key": "d.key", "reference": "'ticket:' || d.n"}),
    (
        BookedTicket,
        {
            "id": "p.id + d.n", "books_id": "d.account_id", "ticket": "d.n",
            "entry_id": "p.entry_id + d.n",
        },
    ),
)  # fmt: skip
#: Two lines an entry: on the account's own funds, and on the other side, which all share.
LINES = """
INSERT INTO accounts_posting (entry_id, account_id, phase, amount, currency)
SELECT p.entry_id + d.n, CASE WHEN p.account_id = %(funds)s THEN d.funds_id ELSE p.account_id END,
       p.phase, p.amount, p.currency
FROM accounts_posting p, day_operation d WHERE p.entry_id = %(entry)s
"""
RUNNING = """
INSERT INTO accounts_ledgerbalance (account_id, posted, pending)
SELECT d.funds_id, sum(p.amount), 0
FROM accounts_posting p JOIN accounts_ledgeraccount a ON a.id = p.account_id
JOIN (SELECT DISTINCT funds_id FROM day_operation) d ON d.funds_id = a.id GROUP BY 1
ON CONFLICT (account_id) DO UPDATE SET posted = excluded.posted
"""
TABLES = (*(model for model, _changes in SPREAD), Posting, LedgerBalance)
BARE = """
SELECT r.account_id, r.ticket, r.amount, r.comment, b.amount, o.marker
FROM trading_balancerecord r
LEFT JOIN accounts_bookedticket b ON b.books_id = r.account_id AND b.ticket = r.ticket
LEFT JOIN trading_balanceoperation o ON o.account_id = r.account_id AND o.ticket = r.ticket
"""


class Day:
    """Accounts with so many operations each, on both sides to the cent."""

    def __init__(self, operations: int) -> None:
        self.now = clock.now() - timedelta(hours=1)
        self.transit = a_ledger_account(LedgerKind.IN_TRANSIT)
        self.accounts = self._accounts(operations // EACH)
        self.books = self._books(self.accounts)
        first = self.accounts[0]
        self._operate([(first, self.books[first.pk], 1)])
        self.operations = operations

    def spread(self, address: str) -> None:
        """Write all other operations, past every trigger."""
        with psycopg.connect(address) as session:
            session.execute(
                "CREATE TEMP TABLE day_operation"
                " (n bigint, key uuid, marker text, account_id bigint, funds_id bigint)"
            )
            with session.cursor().copy("COPY day_operation FROM STDIN") as copy:
                for number in range(1, self.operations):
                    account, key = self.accounts[number // EACH], uuid4()
                    funds = self.books[account.pk].pk
                    copy.write_row((number + 1, key, marker.marker_of(key), account.pk, funds))
            self._spread(session)
        with psycopg.connect(address, autocommit=True) as session:
            session.execute("VACUUM ANALYZE")

    def _spread(self, session: psycopg.Connection[Any]) -> None:
        switch = sql.SQL("ALTER TABLE {} {} TRIGGER ALL")
        names = [sql.Identifier(model._meta.db_table) for model in TABLES]
        for name in names:
            session.execute(switch.format(name, sql.SQL("DISABLE")))
        for model, changes in SPREAD:
            columns = [one.column for one in model._meta.concrete_fields]
            chosen = [changes.get(column, f'p."{column}"') for column in columns]
            statement = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} p, day_operation d").format(
                sql.Identifier(model._meta.db_table),
                sql.SQL(", ").join(map(sql.Identifier, columns)),
                sql.SQL(", ").join(map(sql.SQL, chosen)),  # type: ignore[arg-type]
                sql.SQL("(SELECT * FROM {} ORDER BY id LIMIT 1)").format(
                    sql.Identifier(model._meta.db_table)
                ),
            )
            session.execute(statement)
        first = Posting.objects.earliest("id")
        session.execute(
            LINES, {"funds": self.books[self.accounts[0].pk].pk, "entry": first.entry_id}
        )
        session.execute(RUNNING)
        for name in names:
            session.execute(switch.format(name, sql.SQL("ENABLE")))

    def _accounts(self, count: int) -> list[TradingAccount]:
        first = a_login(1)
        first.client = a_client("Ana Ruiz", entity=self.transit.legal_entity)
        first.balance = AMOUNT * EACH
        first.save()
        fields = [one.attname for one in TradingAccount._meta.concrete_fields if one.name != "id"]
        values = {name: getattr(first, name) for name in fields}
        more = [TradingAccount(**(values | {"login": 1 + n})) for n in range(1, count)]
        ServerState.objects.update_or_create(
            server=first.server,
            defaults={"status": ServerStatus.CURRENT, "synced_at": clock.now()},
        )
        return [first, *TradingAccount.objects.bulk_create(more)]

    def _books(self, accounts: list[TradingAccount]) -> dict[int, LedgerAccount]:
        plain: dict[str, Any] = {
            "legal_entity": self.transit.legal_entity,
            "currency": "USD",
            "opened_at": self.now,
        }
        kinds = (LedgerKind.CLIENT_FUNDS, LedgerKind.CLIENT_CREDIT)
        made = LedgerAccount.objects.bulk_create(
            LedgerAccount(kind=kind, trading_account=one, **plain)
            for kind in kinds
            for one in accounts
        )
        funds, credit = made[: len(accounts)], made[len(accounts) :]
        AccountBooks.objects.bulk_create(
            AccountBooks(account=one, funds=f, credit=c, first_day=self.now.date(), **plain)
            for one, f, c in zip(accounts, funds, credit, strict=True)
        )
        ResultDay.objects.bulk_create(
            ResultDay(books_id=one.pk, day=self.now.date()) for one in accounts
        )
        return {one.pk: f for one, f in zip(accounts, funds, strict=True)}

    def _operate(self, some: list[tuple[TradingAccount, LedgerAccount, int]]) -> None:
        operations = BalanceOperation.objects.bulk_create(
            self._operation(account, ticket) for account, _, ticket in some
        )
        BalanceRecord.objects.bulk_create(
            self._record(account, one.marker, ticket)
            for (account, _, ticket), one in zip(some, operations, strict=True)
        )
        entries = Entry.objects.bulk_create(
            Entry(
                key=uuid4(), act=Entering.POST, purpose="bench", reference=f"ticket:{ticket}",
                actor=str(AUDITOR), occurred_at=self.now, lines=2,
            )
            for _, _, ticket in some
        )  # fmt: skip
        lines = []
        for (_, funds, _), entry in zip(some, entries, strict=True):
            for account, amount in ((funds, -AMOUNT), (self.transit, AMOUNT)):
                lines.append(
                    Posting(
                        entry=entry, account=account, phase=Phase.POSTED, amount=amount,
                        currency="USD",
                    )
                )  # fmt: skip
        Posting.objects.bulk_create(lines)
        BookedTicket.objects.bulk_create(
            BookedTicket(
                books_id=account.pk, ticket=ticket, kind=Booked.OURS, amount=AMOUNT, entry=entry,
                booked_at=self.now,
            )
            for (account, _, ticket), entry in zip(some, entries, strict=True)
        )  # fmt: skip

    def _operation(self, account: TradingAccount, ticket: int) -> BalanceOperation:
        key = uuid4()
        return BalanceOperation(
            key=key, marker=marker.marker_of(key), account=account, kind=BalanceKind.BALANCE,
            amount=AMOUNT, currency="USD", state=Operation.CONFIRMED, attempts=1, ticket=ticket,
            created_by=str(AUDITOR), created_at=self.now, changed_at=self.now,
        )  # fmt: skip

    def _record(self, account: TradingAccount, comment: str, ticket: int) -> BalanceRecord:
        return BalanceRecord(
            id=ticket_key(account.server_id, ticket), server_id=account.server_id,
            account=account, ticket=ticket, cmd=6, currency="USD", amount=AMOUNT,
            recorded_at=self.now, recorded_server_time=self.now.replace(tzinfo=None),
            comment=comment, mirrored_at=self.now,
        )  # fmt: skip


def main(address: str, operations: int) -> dict[str, Any]:
    """Load, reconcile, and read both sides bare."""
    began = time.perf_counter()
    with transaction.atomic():
        day_of = Day(operations)
    day_of.spread(address)
    loaded = time.perf_counter() - began
    with connection.cursor() as cursor:
        began, worked = time.perf_counter(), time.process_time()
        day = comparing.reconcile_day(actor=AUDITOR, now=clock.now())
        seconds, own = time.perf_counter() - began, time.process_time() - worked
        began = time.perf_counter()
        cursor.execute(BARE)
        rows = len(cursor.fetchall())
        bare = time.perf_counter() - began
    return {
        "seconds": seconds, "own_seconds": own, "bare": bare, "rows": rows,
        "accounts": day.accounts, "records": day.records, "booked": day.booked,
        "differing": day.differing, "loaded": loaded,
    }  # fmt: skip


if __name__ == "__main__":
    amount = int(sys.argv[2]) if len(sys.argv) > 2 else WHOLE
    sys.stdout.write(json.dumps(main(sys.argv[1], amount)) + "\n")
