"""Points and pips by digits, and what a step is worth."""

from decimal import Decimal

import pytest

from tests.factories.terms import a_symbol
from trading.calc.convert import Rate
from trading.calc.pips import moved_pips, pip, point, step_value


@pytest.mark.parametrize(
    ("digits", "one_point", "one_pip"),
    [
        (5, "0.00001", "0.0001"),
        (4, "0.0001", "0.0001"),
        (3, "0.001", "0.01"),
        (2, "0.01", "0.01"),
        (0, "1", "1"),
    ],
)
def test_steps_follow_the_digits(digits: int, one_point: str, one_pip: str) -> None:
    spec = a_symbol(digits=digits)
    assert (point(spec), pip(spec)) == (Decimal(one_point), Decimal(one_pip))


def test_counts_pips_with_their_sign() -> None:
    assert moved_pips(Decimal("1.20000"), Decimal("1.20155"), a_symbol()) == Decimal("15.5")
    assert moved_pips(Decimal("150.00"), Decimal("149.00"), a_symbol(digits=3)) == -100


def test_a_step_is_worth_contract_times_lots_times_rate() -> None:
    spec = a_symbol()
    assert step_value(pip(spec), 100, spec) == 10
    assert step_value(pip(spec), 50, spec, Rate(times=Decimal("1.3"))) == Decimal("6.5")
