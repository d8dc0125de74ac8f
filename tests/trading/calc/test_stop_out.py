"""Stop out: where the lines are, and who goes first."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.terms import a_group
from trading.calc.stop_out import level_percent, level_type, most_losing, stop_out_comment
from trading.terms import LevelType


@pytest.mark.parametrize(
    ("equity", "expected"),
    [
        ("1000.01", LevelType.OK),
        ("1000.00", LevelType.MARGIN_CALL),
        ("500.00", LevelType.MARGIN_CALL),
        ("499.99", LevelType.STOP_OUT),
        ("-1.00", LevelType.STOP_OUT),
    ],
)
def test_margin_call_is_at_or_below_and_stop_out_below(equity: str, expected: LevelType) -> None:
    assert level_type(Decimal(equity), Decimal(1000), a_group()) is expected


def test_without_margin_nothing_is_due() -> None:
    assert level_type(Decimal(-5), Decimal(0), a_group()) is LevelType.OK
    assert level_percent(Decimal(-5), Decimal(0)) == 0


def test_compares_exactly_and_shows_two_decimals() -> None:
    equity, margin = Decimal("1000.001"), Decimal(1000)
    assert level_percent(equity, margin) == Decimal("100.00")
    assert level_type(equity, margin, a_group()) is LevelType.OK


def test_the_most_losing_position_goes_first() -> None:
    assert most_losing({7: Decimal(-5), 3: Decimal(-9), 5: Decimal(2)}) == 3
    assert most_losing({}) is None


def test_of_equal_losses_the_oldest_ticket_goes() -> None:
    assert most_losing({9: Decimal(-5), 4: Decimal(-5)}) == 4


def test_the_comment_reads_as_the_server_writes_it() -> None:
    assert stop_out_comment(Decimal(-2430), Decimal(1800)) == "[so/a: -135.0% -2430.0/1800.0]"
    assert stop_out_comment(Decimal(5), Decimal(0)) == "[so/a: 0.0% 5.0/0.0]"


@given(st.dictionaries(st.integers(1, 10**9), st.decimals(-(10**6), 10**6, places=2), min_size=1))
def test_nobody_loses_more_than_the_first(results: dict[int, Decimal]) -> None:
    first = most_losing(results)
    assert first is not None
    assert results[first] == min(results.values())
