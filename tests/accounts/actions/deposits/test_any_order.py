"""Deposits at random: people, providers and MetaTrader in any order, and the books at the end.

The seed in the failure's message plays the same day again.
"""

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum

from accounts.actions.deposits import deciding, starting
from accounts.models import Deposit
from accounts.providers.errors import Unavailable, Uncertain
from accounts.providers.port import Told
from accounts.states import LedgerKind
from accounts.tasks import push_deposit
from accounts.terms import Deposit as State
from backoffice.core import clock
from backoffice.core.errors import Rejected
from tests.accounts.actions.deposits.test_crashes import turns
from tests.factories.agents import Script
from tests.factories.incoming.deposits import (
    Cardly,
    accept,
    balanced,
    declined,
    paid,
    standing,
    start,
    take,
)
from tests.factories.payments import Till, work_done
from trading.gateway.agent.engine import LinkError

pytestmark = pytest.mark.django_db
STEPS = 40
LATER = timedelta(seconds=20)


class Day:
    """One random day at the till."""

    def __init__(self, seed: int, till: Till, script: Script, cardly: Cardly) -> None:
        self.chance = random.Random(seed)
        self.till, self.script, self.cardly = till, script, cardly
        self.acts: tuple[Callable[[], object], ...] = (
            self.begin, self.begin, self.pay, self.pay, self.pay, self.pay_otherwise,
            self.pay_again,
            self.decline, self.cancel, self.reject, self.accept, self.send_back, self.unasked,
            self.break_line, self.break_provider, self.push, self.push, self.work, self.work,
        )  # fmt: skip

    def run(self) -> None:
        """So many steps; what the house refuses is refused."""
        self.begin()
        for _ in range(STEPS):
            try:
                self.chance.choice(self.acts)()
            except Rejected:
                continue

    def one(self) -> Deposit:
        return self.chance.choice(list(Deposit.objects.select_related("method").order_by("id")))

    def begin(self) -> None:
        start(self.till, f"{self.chance.randint(1, 400)}.00")

    def pay(self) -> None:
        take(paid(self.one()))

    def pay_otherwise(self) -> None:
        deposit = self.one()
        take(paid(deposit, f"{self.chance.randint(3, 400)}.00"))

    def pay_again(self) -> None:
        take(paid(self.one(), reference=f"again-{self.chance.randint(1, 9)}"))

    def decline(self) -> None:
        take(declined(self.one()))

    def unasked(self) -> None:
        take(paid(self.one(), told=Told.REFUNDED, reference="unasked"))

    def cancel(self) -> None:
        starting.cancel_deposit(reason="stop", actor=self.till.asker.actor, **self.which())

    def reject(self) -> None:
        deciding.reject_deposit(reason="no", actor=self.till.approver.actor, **self.which())

    def accept(self) -> None:
        accept(self.one(), self.till.cashier)

    def send_back(self) -> None:
        deciding.return_deposit(reason="back", actor=self.till.second.actor, **self.which())

    def which(self) -> dict[str, Any]:
        return {"deposit_id": self.one().pk, "now": clock.now()}

    def break_line(self) -> None:
        def lose() -> None:
            self.script.before = self.script.after = lambda: None
            raise LinkError("the line broke")

        setattr(self.script, self.chance.choice(("before", "after")), lose)

    def break_provider(self) -> None:
        self.cardly.before = self.cardly.after = None
        if self.chance.random() < 0.3:
            self.cardly.before = Unavailable("down")
        elif self.chance.random() < 0.5:
            self.cardly.after = Uncertain("500 after applying")

    def push(self) -> None:
        push_deposit(self.one().pk)

    def work(self) -> None:
        work_done(later=LATER)


@pytest.mark.parametrize("seed", [7])
def test_the_books_agree_after_a_random_day(
    till: Till, script: Script, cardly: Cardly, seed: int
) -> None:
    day = Day(seed, till, script, cardly)
    day.run()
    script.before = script.after = lambda: None
    cardly.before = cardly.after = None
    turns()

    waits = Deposit.objects.filter(state__in=(State.IN_REVIEW, State.RETURNING))
    credited = Deposit.objects.filter(state=State.CREDITED)
    open_ = waits.aggregate(total=Sum("received_amount"))["total"] or 0
    assert not Deposit.objects.filter(state__in=(State.RECEIVED, State.UNCERTAIN)).exists()
    assert standing(LedgerKind.IN_TRANSIT) == open_, f"seed {seed}"
    booked = sorted(one.profit for one in script.booked)
    assert booked == sorted(credited.values_list("credit_amount", flat=True)), f"seed {seed}"
    assert len({one.comment for one in script.booked}) == len(booked)
    references = Deposit.objects.exclude(provider_reference="").values_list("provider_reference")
    assert len(set(references)) == len(references)
    till.mirror_as_booked()
    assert till.agrees(), f"seed {seed}"
    assert balanced()
    assert Decimal(0) < credited.count() < Deposit.objects.count()
