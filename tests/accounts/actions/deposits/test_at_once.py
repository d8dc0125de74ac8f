"""Many at once on real PostgreSQL: one word of the provider, one effect; and what the lock is for.

That they do meet is seen, not hoped: the lock that they need is held until PostgreSQL says that
every one of them waits for it (tests/accounts/actions/test_at_once.py).
"""

import threading
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from accounts.actions.deposits import arriving, callbacks, crediting, following
from accounts.actions.deposits.callbacks import Callback
from accounts.models import Deposit, DepositOperation, Entry, ProviderCallback
from accounts.providers import signing
from accounts.states import LedgerKind
from accounts.terms import Deposit as State
from accounts.terms import Outcome
from backoffice.core import clock, locks
from backoffice.core.models import EventRecord
from tests.accounts.actions.test_at_once import Holding, at_once
from tests.cluster import OWNER, Database
from tests.factories.incoming.deposits import (
    CODE,
    KEY_ID,
    SECRET,
    a_card,
    balanced,
    body_of,
    known_client,
    now_of,
    paid,
    standing,
    start,
    take,
)
from tests.factories.payments import SYSTEM, Till, a_metatrader, a_till, work_done
from trading.models import BalanceOperation

CALLS, RACERS = 100, 8
USD = Decimal("200.00")


@pytest.fixture
def till(fresh_database: Database, redis_server: Any) -> Till:
    """A client with KYC and a card, in a database of the test's own."""
    till = a_till()
    known_client(till)
    a_card(till)
    return till


def row_of(deposit: Deposit) -> Holding:
    """The lock that every act on a deposit needs."""
    return lambda session: session.execute(
        "SELECT 1 FROM accounts_deposit WHERE id = %s FOR UPDATE", [deposit.pk]
    )


def kept(deposit: Deposit, count: int) -> list[int]:
    """The same signed callback, kept so many times."""
    body = body_of(paid(deposit))
    for _ in range(count):
        now = clock.now()
        callbacks.keep_callback(
            callback=Callback(
                provider=CODE,
                address="127.0.0.1",
                headers={signing.HEADER: signing.sign(SECRET, KEY_ID, body, now=now)},
                body=body,
            ),
            actor=SYSTEM,
            now=now,
        )
    return list(ProviderCallback.objects.values_list("id", flat=True))


def received() -> tuple[int, int]:
    """How many entries and events say that money came in."""
    told = EventRecord.objects.filter(name="accounts.deposit.received").count()
    return Entry.objects.filter(postings__account__kind="in_transit").count(), told


def test_b12_one_callback_a_hundred_times_at_once_is_one(
    till: Till, fresh_database: Database
) -> None:
    deposit = start(till)
    numbers = kept(deposit, CALLS)

    def judge(number: int) -> None:
        callbacks.judge_callback(callback_id=numbers[number], actor=SYSTEM, now=clock.now())

    ends = at_once(judge, CALLS, together=20, database=fresh_database, hold=row_of(deposit))

    assert ends == {"done": CALLS}
    found = list(ProviderCallback.objects.values_list("outcome", flat=True))
    assert sorted(found) == sorted([Outcome.APPLIED, *[Outcome.REPEATED] * (CALLS - 1)])
    assert received() == (1, 1)
    assert standing(LedgerKind.IN_TRANSIT) == USD
    assert balanced()


def test_without_the_row_lock_they_do_meet(
    till: Till, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The positive control: with the lock and the guards off, the same race is received often."""
    deposit = start(till)
    with fresh_database.connect(OWNER) as owner:
        owner.execute("ALTER TABLE accounts_deposit DISABLE TRIGGER moves")
    everybody = threading.Barrier(RACERS)
    monkeypatch.setattr(locks, "rows", lambda rows: rows.order_by("pk"))
    real = arriving._receive

    def together(*told: Any) -> None:
        everybody.wait(60)
        real(*told)

    monkeypatch.setattr(arriving, "_receive", together)
    monkeypatch.setattr(arriving, "_post", lambda *told: None)

    ends = at_once(lambda _: take(paid(deposit)), RACERS, together=RACERS, database=fresh_database)

    assert ends["done"] > 1
    assert received()[1] == ends["done"]


def test_b03_one_operation_confirmed_from_a_hundred_threads_is_one_posting(
    till: Till, fresh_database: Database, tmp_path: Path, settings: Any
) -> None:
    with a_metatrader(till, tmp_path, settings) as script:
        deposit = start(till)
        take(paid(deposit))
        crediting.credit_deposit(deposit_id=deposit.pk, actor=SYSTEM, now=clock.now())
    key = DepositOperation.objects.get().key

    ends = at_once(
        lambda _: following.follow_operation(key=key, actor=SYSTEM, now=clock.now()),
        CALLS,
        together=20,
        database=fresh_database,
        hold=row_of(deposit),
    )

    assert ends == {"done": CALLS}
    assert Entry.objects.filter(reference=f"deposit:{deposit.pk}").count() == 3
    assert EventRecord.objects.filter(name="accounts.deposit.credited").count() == 1
    assert (till.posted(), len(script.booked)) == (Decimal("1200.00"), 1)


def test_b02_many_workers_credit_it_at_once_and_metatrader_sees_one(
    till: Till, fresh_database: Database, tmp_path: Path, settings: Any
) -> None:
    with a_metatrader(till, tmp_path, settings) as script:
        deposit = start(till)
        take(paid(deposit))
        at_once(
            lambda _: crediting.credit_deposit(
                deposit_id=deposit.pk, actor=SYSTEM, now=clock.now()
            ),
            RACERS,
            together=RACERS,
            database=fresh_database,
            hold=row_of(deposit),
        )
        work_done()
    assert len(script.booked) == 1
    assert now_of(deposit).state == State.CREDITED
    assert BalanceOperation.objects.get().attempts == 1


def test_one_form_sent_many_times_begins_once(till: Till, fresh_database: Database) -> None:
    key = uuid4()
    lock = f"accounts.deposit.{key}"

    def hold(session: psycopg.Connection) -> object:
        return session.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [lock])

    ends = at_once(
        lambda _: start(till, key=key), RACERS, together=RACERS, database=fresh_database, hold=hold
    )
    assert ends == {"done": RACERS}
    assert Deposit.objects.count() == 1


def test_the_cap_holds_for_requests_at_once(till: Till, fresh_database: Database) -> None:
    """Three of 900 under a cap of 2,000: two are charged, one is parked, whoever comes first."""
    known_client(till, 0)
    start(till, "1.00")
    lock = f"accounts.paid_in.{till.client.pk}"

    def hold(session: psycopg.Connection) -> object:
        return session.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [lock])

    at_once(lambda _: start(till, "900.00"), 3, together=3, database=fresh_database, hold=hold)
    states = Deposit.objects.exclude(asked_amount=1).values_list("state", flat=True)
    assert sorted(states) == [State.PARKED, State.STARTED, State.STARTED]
