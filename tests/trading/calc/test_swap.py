"""Swap: the nights that count, and each way a rate is written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.terms import a_position, a_symbol, quotes
from trading.calc.convert import NoQuote
from trading.calc.swap import nightly, nights
from trading.terms import Cmd, ProfitMode, SwapType, SymbolSpec, TradeRecord

MONDAY, WEDNESDAY, FRIDAY, SATURDAY, SUNDAY = 0, 2, 4, 5, 6
GOLD = a_symbol(
    "XAUUSD",
    digits=2,
    contract_size=Decimal(100),
    swap_long=Decimal("-52.72"),
    swap_short=Decimal("3.26"),
)


def charge(
    spec: SymbolSpec,
    position: TradeRecord,
    weekday: int = MONDAY,
    price: str = "1.25",
    **market: str,
) -> str:
    return str(nightly(position, spec, Decimal(price), "USD", quotes(**market), weekday=weekday))


@pytest.mark.parametrize(
    ("weekday", "expected"),
    [(MONDAY, 1), (1, 1), (WEDNESDAY, 3), (3, 1), (FRIDAY, 1), (SATURDAY, 0), (SUNDAY, 0)],
)
def test_wednesday_counts_three_times_and_the_weekend_not(weekday: int, expected: int) -> None:
    assert nights(weekday, a_symbol()) == expected


def test_the_triple_day_is_the_symbol_s() -> None:
    assert nights(FRIDAY, a_symbol(swap_triple_weekday=FRIDAY)) == 3


def test_points_as_printed_on_gold() -> None:
    assert charge(GOLD, a_position(Cmd.BUY)) == "-52.72"
    assert charge(GOLD, a_position(Cmd.BUY), WEDNESDAY) == "-158.16"
    assert charge(GOLD, a_position(Cmd.SELL)) == "3.26"
    assert charge(GOLD, a_position(Cmd.SELL), WEDNESDAY) == "9.78"
    assert charge(GOLD, a_position(Cmd.BUY, "0.10"), SUNDAY) == "0"


def test_points_convert_as_profit_does() -> None:
    cross = a_symbol("EURGBP", swap_long=Decimal(-2))
    assert charge(cross, a_position(), GBPUSD="1.3 1.4") == "-2.60"
    with pytest.raises(NoQuote):
        charge(cross, a_position())


def test_dollars_are_money_in_base_currency() -> None:
    spec = a_symbol(swap_type=SwapType.DOLLARS, swap_long=Decimal(-4))
    assert charge(spec, a_position(lots="0.50"), EURUSD="1.24 1.26") == "-2.50"


def test_margin_currency_is_money_in_margin_currency() -> None:
    spec = a_symbol(
        swap_type=SwapType.MARGIN_CURRENCY, margin_currency="USD", swap_short=Decimal(4)
    )
    assert charge(spec, a_position(Cmd.SELL), WEDNESDAY) == "12.00"


def test_interest_is_a_year_s_percentage_over_360_days() -> None:
    forex = a_symbol(swap_type=SwapType.INTEREST, swap_long=Decimal("-3.6"))
    assert charge(forex, a_position(), EURUSD="1.25") == "-12.50"
    cfd = a_symbol(
        "GER40",
        profit_currency="USD",
        profit_mode=ProfitMode.CFD,
        contract_size=Decimal(10),
        swap_type=SwapType.INTEREST,
        swap_long=Decimal("-3.6"),
    )
    assert charge(cfd, a_position(), price="18000") == "-18.00"


@given(
    st.integers(min_value=1, max_value=10_000),
    st.integers(min_value=0, max_value=6),
    st.sampled_from([Cmd.BUY, Cmd.SELL]),
)
def test_costs_and_earnings_keep_their_sign(volume: int, weekday: int, cmd: Cmd) -> None:
    position = a_position(cmd, volume_hundredths=volume)
    found = nightly(position, GOLD, Decimal(2000), "USD", {}, weekday=weekday)
    assert found <= 0 if cmd is Cmd.BUY else found >= 0
    assert (found == 0) == (weekday in (SATURDAY, SUNDAY))
