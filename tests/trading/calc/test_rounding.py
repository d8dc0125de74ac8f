"""Rounding: half up, by currency, with nothing lost and no minus zero."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.calc.rounding import digits, normalise, rounded

AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, places=8)
CURRENCIES = st.sampled_from(["USD", "EUR", "JPY", "KWD", "USC", "ABC"])


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("0.005", "USD", "0.01"),
        ("-0.005", "USD", "-0.01"),
        ("2.675", "EUR", "2.68"),
        ("716.5", "JPY", "717"),
        ("-716.5", "JPY", "-717"),
        ("1.2345", "KWD", "1.235"),
        ("54.5039", "USD", "54.50"),
        ("1.004", "ABC", "1.00"),
    ],
)
def test_rounds_half_up_to_the_currency(amount: str, currency: str, expected: str) -> None:
    assert str(normalise(Decimal(amount), currency)) == expected


def test_never_prints_a_minus_zero() -> None:
    assert str(normalise(Decimal("-0.004"), "USD")) == "0.00"
    assert str(rounded(Decimal("-0.4"), 0)) == "0"


@given(AMOUNTS, CURRENCIES)
def test_moves_an_amount_by_half_a_step_at_most(amount: Decimal, currency: str) -> None:
    step = Decimal(1).scaleb(-digits(currency))
    assert abs(normalise(amount, currency) - amount) <= step / 2


@given(AMOUNTS, CURRENCIES)
def test_is_symmetric_and_settled(amount: Decimal, currency: str) -> None:
    once = normalise(amount, currency)
    assert normalise(-amount, currency) == -once
    assert normalise(once, currency) == once
