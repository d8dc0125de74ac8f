"""B-10: a move is claimed before anything else is written, and counts only from its own state."""

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions import approving, execution, steps, withdrawals
from accounts.models import Entry, Payment
from accounts.states import RejectReason, Withdrawal
from backoffice.core import clock
from backoffice.core.models import EventRecord
from tests.accounts.actions.test_at_once import at_once
from tests.cluster import OWNER, Database
from tests.factories.agents import Script
from tests.factories.incoming.deposits import (
    a_card,
    a_cardly,
    declined,
    known_client,
    paid,
    start,
    take,
)
from tests.factories.payments import SYSTEM, Till, a_till, fingerprint, work_done

RACERS = 8
LOCK = re.compile(r"\bFOR (NO KEY )?UPDATE\b")
WRITES = ("INSERT", "UPDATE", "DELETE")
Act = Callable[[], Any]


def statements(act: Act) -> list[str]:
    """What an act sends, savepoints left out."""
    with CaptureQueriesContext(connection) as sent:
        act()
    told = [query["sql"].strip() for query in sent.captured_queries]
    return [one for one in told if "SAVEPOINT" not in one]


def claim(told: list[str], table: str) -> int:
    """Where the row that moves is locked."""
    return next(at for at, one in enumerate(told) if f'"{table}"' in one and LOCK.search(one))


def first_write(told: list[str]) -> int:
    """Where the first row of any table is written."""
    return next(at for at, one in enumerate(told) if one.upper().startswith(WRITES))


def decisions(till: Till, payment: Payment) -> dict[str, Act]:
    """Every decision about a withdrawal that was asked for."""
    about: dict[str, Any] = {"payment_id": payment.pk, "now": clock.now()}
    no = withdrawals.Rejection(reason=RejectReason.OTHER, public="Not now.")
    return {
        "approve": lambda: withdrawals.approve_withdrawal(
            fingerprint=fingerprint(payment), actor=till.approver.actor, **about
        ),
        "reject": lambda: withdrawals.reject_withdrawal(
            rejection=no, actor=till.approver.actor, **about
        ),
        "cancel": lambda: withdrawals.cancel_withdrawal(
            reason="a mistake", actor=till.asker.actor, **about
        ),
    }


@pytest.mark.parametrize("verb", ["approve", "reject", "cancel"])
def test_b10_a_decision_claims_the_withdrawal_before_it_writes(till: Till, verb: str) -> None:
    told = statements(decisions(till, till.ask())[verb])
    assert claim(told, "accounts_payment") < first_write(told), told


def test_b10_sending_claims_withdrawal_and_operation_before_metatrader_is_asked(
    till: Till, script: Script
) -> None:
    payment = till.approved()
    asked: list[int] = []
    log = connection.queries_log  # of this thread; MetaTrader is asked in another
    begun = len(log)
    with CaptureQueriesContext(connection) as sent:
        script.before = lambda: asked.append(len(log) - begun)
        execution.execute_withdrawal(payment_id=payment.pk, actor=SYSTEM, now=clock.now())
    told = [query["sql"].strip() for query in sent.captured_queries]
    assert claim(told, "accounts_payment") < first_write(told), told
    attempt = next(at for at, one in enumerate(told) if 'INTO "trading_balanceattempt"' in one)
    assert claim(told, "trading_balanceoperation") < attempt < asked[0], told
    assert len(script.booked) == 1


def test_b10_a_deposit_is_claimed_before_it_is_received_or_given_up(
    till: Till, settings: Any
) -> None:
    known_client(till)
    a_card(till)
    deposit, other = start(till), start(till)
    with a_cardly(settings):
        work_done()  # the provider knows both
    for notice in (paid(deposit), declined(other)):
        told = statements(lambda one=notice: take(one))
        assert claim(told, "accounts_deposit") < first_write(told), told


@pytest.mark.parametrize("is_guarded", [True, False])
def test_b10_of_many_that_saw_the_same_state_one_moves(
    fresh_database: Database, redis_server: Any, monkeypatch: pytest.MonkeyPatch, is_guarded: bool
) -> None:
    """Without the row lock everybody has read REQUESTED: PostgreSQL lets one of them go on from
    it, and nothing of the others stays. With its trigger off, the positive control, all do.
    """
    till = a_till()
    payment = till.ask()
    if not is_guarded:
        with fresh_database.connect(OWNER) as owner:
            owner.execute("ALTER TABLE accounts_payment DISABLE TRIGGER moves")
    everybody = threading.Barrier(RACERS)

    def unlocked(payment_id: int) -> Payment:
        found = Payment.objects.select_related("reservation").get(pk=payment_id)
        everybody.wait(60)
        return found

    monkeypatch.setattr(steps, "locked", unlocked)
    # The guards of the books and of the approval would refuse the others too: they are not asked.
    monkeypatch.setattr(steps, "release", lambda *told, **words: None)
    monkeypatch.setattr(approving, "withdraw", lambda *told, **words: None)

    cancel = decisions(till, payment)["cancel"]
    ends = at_once(lambda _: cancel(), RACERS, together=RACERS, database=fresh_database)

    told = EventRecord.objects.filter(name="accounts.withdrawal.cancelled").count()
    assert told == ends["done"]
    assert Payment.objects.get().state == Withdrawal.CANCELLED
    assert Entry.objects.filter(act="reserve").count() == 1
    if is_guarded:
        assert ends == {"done": 1, "IntegrityError": RACERS - 1}
    else:
        assert ends["done"] > 1
