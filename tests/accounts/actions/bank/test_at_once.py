"""Many at once on real PostgreSQL: one file is taken once, one row is bound by one person."""

from collections import Counter
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from accounts.actions.bank import steps
from accounts.calc.bank import writing
from accounts.models import BankRow, BankUse, Deposit
from accounts.states import LedgerKind
from tests.accounts.actions.bank.test_binding import bind
from tests.accounts.actions.test_at_once import Holding, at_once
from tests.cluster import Database
from tests.factories.incoming.bank import (
    Bank,
    a_bank_account,
    a_row,
    books_agree,
    expected,
    reference_of,
    take,
)
from tests.factories.incoming.deposits import balanced, known_client
from tests.factories.incoming.deposits import standing as on_ledger
from tests.factories.payments import Till, a_till
from tests.factories.people import a_staff_user

RACERS = 6


@pytest.fixture
def till(fresh_database: Database, redis_server: Any) -> Till:
    """A client with KYC and a bank account of the house, in a database of the test's own."""
    till = a_till()
    known_client(till)
    a_bank_account(till)
    return till


@pytest.fixture
def bank(till: Till) -> Bank:
    """The bank."""
    return Bank(a_bank_account(till))


def row_of(row: BankRow) -> Holding:
    """The lock that every use of a row needs."""
    return lambda session: session.execute(
        "SELECT 1 FROM accounts_bankrow WHERE id = %s FOR UPDATE", [row.pk]
    )


def test_one_row_bound_by_many_to_many_is_bound_once(
    till: Till, bank: Bank, fresh_database: Database
) -> None:
    wires = [expected(till) for _ in range(RACERS)]
    (row,) = bank.sends(a_row("200.00", text=reference_of(wires[0])))
    people = [a_staff_user("finance", entity=till.client.legal_entity) for _ in range(RACERS)]

    ends = at_once(
        lambda nth: bind(row, wires[nth], people[nth]),
        RACERS,
        together=RACERS,
        database=fresh_database,
        hold=row_of(row),
    )

    assert ends == Counter({"done": 1, "NotPossible": RACERS - 1})
    assert BankUse.objects.count() == 1
    assert Deposit.objects.filter(received_amount__isnull=False).count() == 1
    assert on_ledger(LedgerKind.IN_TRANSIT) == Decimal("200.00")
    assert balanced()


def test_without_the_row_lock_the_database_still_lets_one_through(
    till: Till, bank: Bank, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The positive control: they do meet, and then the unique use is what stops the others."""
    wires = [expected(till) for _ in range(3)]
    (row,) = bank.sends(a_row("200.00"))
    monkeypatch.setattr(steps, "require_free", lambda row: None)

    ends = at_once(
        lambda nth: bind(row, wires[nth], till.cashier), 3, together=3, database=fresh_database
    )

    assert ends == Counter({"done": 1, "IntegrityError": 2})
    assert (on_ledger(LedgerKind.IN_TRANSIT), balanced()) == (Decimal("200.00"), True)


def test_one_file_handed_in_by_many_is_taken_once(
    till: Till, bank: Bank, fresh_database: Database
) -> None:
    body = writing.camt(bank.statement(a_row("10.00"), a_row("20.00")))
    name = f"accounts.bank.{bank.account.pk}"

    def hold(session: psycopg.Connection) -> object:
        return session.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])

    outcomes: list[str] = []

    def hand_in(nth: int) -> None:
        outcomes.append(str(take(bank.account, body).outcome))

    ends = at_once(hand_in, RACERS, together=RACERS, database=fresh_database, hold=hold)

    assert ends == Counter({"done": RACERS})
    assert Counter(outcomes) == Counter({"taken": 1, "refused": RACERS - 1})
    assert (BankRow.objects.count(), books_agree(), balanced()) == (2, True, True)
