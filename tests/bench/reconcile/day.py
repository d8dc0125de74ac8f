"""The program that loads a day of clean operations and reconciles it.

    python -m tests.bench.reconcile.day [OPERATIONS]

In an empty, migrated database. Its last line is JSON: seconds, and what was compared.
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

from django.db import connection

from accounts.actions.reconciling import comparing
from accounts.models import AccountBooks, BookedTicket, Entry, LedgerAccount, Posting, ResultDay
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

WHOLE, EACH, AT_ONCE = 100_000, 50, 5_000
AMOUNT = Decimal("10.00")
AUDITOR = Actor.system("reconciliation")
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
        accounts = self._accounts(operations // EACH)
        books = self._books(accounts)
        ticket, some = 0, []
        for account in accounts:
            for _ in range(EACH):
                ticket += 1
                some.append((account, books[account.pk], ticket))
            if len(some) >= AT_ONCE:
                self._operate(some)
                some = []
        self._operate(some)

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


def main(operations: int) -> dict[str, Any]:
    """Load, reconcile, and read both sides bare."""
    from django.db import transaction

    with transaction.atomic():
        Day(operations)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
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
        "differing": day.differing,
    }  # fmt: skip


if __name__ == "__main__":
    amount = int(sys.argv[1]) if len(sys.argv) > 1 else WHOLE
    sys.stdout.write(json.dumps(main(amount)) + "\n")
