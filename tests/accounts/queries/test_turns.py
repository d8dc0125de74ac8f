"""Turns: a payment stands at one of them at most, so the first that is found is the only one."""

from itertools import product

import pytest

from accounts.models import Payment
from accounts.queries.turns import TURNS, turn_of
from accounts.states import Withdrawal


@pytest.mark.parametrize("state", list(Withdrawal))
def test_a_payment_stands_at_one_turn_at_most(state: Withdrawal) -> None:
    for asked, because, needs in product(("", "staff:1"), ("", "away"), (False, True)):
        payment = Payment(
            state=state, return_asked_by=asked, waits_because=because, needs_person=needs
        )
        holding = [turn for turn in TURNS if turn.holds(payment)]
        assert len(holding) <= 1
        assert turn_of(payment) is next(iter(holding), None)
