"""Whoever carries a deposit dies at any step, or at any two: it comes right, once, to the cent.

A step is a statement that PostgreSQL is sent or a call to provider or MetaTrader, counted in a run
without a crash; every place before and after such a call is enumerated, not drawn. A death is an
exception that nothing here catches. Then the sweep alone goes on.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.actions.deposits import arriving, charging, crediting, deciding, returning
from accounts.actions.deposits import steps as deposit_steps
from accounts.ledger import book
from accounts.models import Deposit
from accounts.queries import deposits
from accounts.states import LedgerKind
from accounts.tasks import push_deposit
from accounts.terms import Deposit as State
from backoffice.core import clock, outbox
from tests.factories.agents import Script
from tests.factories.incoming.deposits import (
    Cardly,
    balanced,
    now_of,
    paid,
    standing,
    start,
    take,
)
from tests.factories.payments import SYSTEM, Till, work_done
from trading.actions import balance, looking_up, verdicts
from trading.models import BalanceOperation
from trading.states import Operation

pytestmark = pytest.mark.django_db
FAR, USD = timedelta(hours=1), Decimal("200.00")
#: Where somebody can die: before the call, and after it.
PLACES: tuple[tuple[Any, str], ...] = (
    (charging, "_begin"),
    (Cardly, "start_charge"),
    (charging, "_opened"),
    (arriving, "_keep"),
    (arriving, "_post"),
    (arriving, "_reasons"),
    (crediting, "_prepare"),
    (deposit_steps, "plan"),
    (balance, "_asked"),
    (balance, "_begin"),
    (balance, "_told"),
    (verdicts, "confirmed"),
    (book, "post"),
    (deposit_steps, "clear_doubt"),
    (outbox, "emit"),
    (returning, "_due"),
    (Cardly, "send_back"),
    (returning, "_sent"),
)
#: Some of them in the suite; `DEPOSIT_DEATHS=all` dies at every one.
EVERY = 1 if os.environ.get("DEPOSIT_DEATHS") == "all" else 5
POINTS = [(place, name, side) for place, name in PLACES for side in ("before", "after")]


class Died(BaseException):
    """The process is gone."""


@contextmanager
def dying(monkeypatch: pytest.MonkeyPatch, place: Any, name: str, side: str) -> Iterator[list[str]]:
    """Die at the first call of this name, before or after it; the list tells whether it came."""
    real, died = getattr(place, name), []

    def once(*told: Any, **named: Any) -> Any:
        if died:
            return real(*told, **named)
        if side == "before":
            died.append(name)
            raise Died
        real(*told, **named)
        died.append(name)
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(place, name, once)
        yield died


def survived(act: Callable[[], Any]) -> Any:
    """Do something and return what it returns; a death ends it and nothing else: None."""
    try:
        return act()
    except Died:
        return None


def turns(count: int = 3) -> None:
    """What the clockwork does by itself: pushes what is due, looks up what nobody answered."""
    for number in range(count):
        now = clock.now() + FAR * (number + 1)
        waiting = Deposit.objects.filter(next_try_at__isnull=False, closed_at=None)
        waiting.update(next_try_at=clock.now())
        for operation in BalanceOperation.objects.filter(
            state__in=(Operation.SENDING, Operation.UNCERTAIN)
        ):
            for seconds in range(3):
                try:
                    looking_up.look_up(
                        operation_id=operation.pk,
                        actor=SYSTEM,
                        now=now + timedelta(seconds=seconds),
                    )
                except looking_up.StillUnknown:
                    continue
        for one in deposits.deposits_to_push(clock.now()):
            push_deposit(one)
        work_done(later=FAR * (number + 1))


def test_it_comes_right_after_a_death_at_every_step(
    till: Till, script: Script, cardly: Cardly, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deposit for each place, all of one client: each is booked once, and the books agree."""
    points = POINTS[:-6:EVERY]
    deaths = 0
    for number, (place, name, side) in enumerate(points, start=1):
        with dying(monkeypatch, place, name, side) as died:
            deposit = lived(till)
        deaths += len(died)
        take(paid(deposit))  # the provider tells it again until it is taken
        turns()
        done = now_of(deposit)
        told = (name, side, done.waits_because, done.uncertain_words)
        assert done.state == State.CREDITED, told
        assert [one.profit for one in script.booked] == [USD] * number, told
        assert len(cardly.charges) <= number, told
        till.mirror_as_booked()
        till.see()
    assert deaths == len(points)
    assert standing(LedgerKind.IN_TRANSIT) == 0
    assert till.agrees()


def lived(till: Till) -> Deposit:
    """The life of a deposit in which somebody dies once; whoever comes next goes on."""
    deposit = None
    while deposit is None:
        deposit = survived(lambda: start(till))
    survived(lambda: push_deposit(deposit.pk))
    survived(lambda: take(paid(deposit)))
    for _ in range(2):
        survived(
            lambda: crediting.credit_deposit(deposit_id=deposit.pk, actor=SYSTEM, now=clock.now())
        )
        survived(work_done)
    return deposit


def test_a_return_comes_right_after_a_death(
    till: Till, cardly: Cardly, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, name, side in POINTS[-6:]:
        deposit = start(till)
        take(paid(deposit, "150.00"))
        before = len(cardly.refunds)
        back(till, deposit)
        with dying(monkeypatch, place, name, side):
            survived(
                lambda deposit=deposit: returning.send_deposit_back(  # type: ignore[misc]
                    deposit_id=deposit.pk, actor=SYSTEM, now=clock.now()
                )
            )
        turns(1)
        assert now_of(deposit).state == State.RETURNED, (name, side)
        assert len(cardly.refunds) == before + 1
    assert (standing(LedgerKind.IN_TRANSIT), balanced()) == (0, True)
    assert not deposits.deposits_to_push(clock.now() + FAR)


def back(till: Till, deposit: Deposit) -> None:
    """A person sends it back."""
    deciding.return_deposit(
        deposit_id=deposit.pk, reason="not ours", actor=till.cashier.actor, now=clock.now()
    )
