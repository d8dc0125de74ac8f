"""Profit: each mode's formula, each term rounded, buys and sells mirrored."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.terms import a_symbol
from trading.calc.convert import Rate
from trading.calc.profit import profit
from trading.terms import ProfitMode, Side, SymbolSpec

PRICES = st.decimals(min_value="0.5", max_value="2", places=5)
VOLUMES = st.integers(min_value=1, max_value=100_000)

EURUSD = a_symbol("EURUSD")
USDJPY = a_symbol("USDJPY", digits=3)
OIL = a_symbol("UKOUSD", digits=2, contract_size=Decimal(1000))
DAX = a_symbol("GER40", profit_mode=ProfitMode.CFD, contract_size=Decimal(10), digits=1)
FUTURE = a_symbol(
    "ES", profit_mode=ProfitMode.FUTURES, tick_size=Decimal("0.25"), tick_price=Decimal("12.5")
)


@pytest.mark.parametrize(
    ("spec", "side", "volume", "prices", "expected"),
    [
        (EURUSD, Side.BUY, 100, ("1.2000", "1.2050"), "500.00"),
        (EURUSD, Side.SELL, 100, ("1.2000", "1.2050"), "-500.00"),
        (OIL, Side.BUY, 10, ("72.21", "73.56"), "135.00"),
        (DAX, Side.BUY, 25, ("18000.0", "18010.5"), "26.25"),
        (DAX, Side.SELL, 25, ("18000.0", "18010.5"), "-26.25"),
        (FUTURE, Side.BUY, 200, ("4500.00", "4501.25"), "125.00"),
        (FUTURE, Side.SELL, 200, ("4500.00", "4501.25"), "-125.00"),
    ],
)
def test_follows_the_mode(
    spec: SymbolSpec, side: Side, volume: int, prices: tuple[str, str], expected: str
) -> None:
    opened, closed = map(Decimal, prices)
    assert str(profit(side, volume, opened, closed, spec, "USD")) == expected


def test_converts_before_it_rounds() -> None:
    rate = Rate(over=Decimal("156.349"))
    found = profit(Side.BUY, 1, Decimal("156.157"), Decimal("156.349"), USDJPY, "USD", rate)
    assert found == Decimal("1.23")


def test_forex_rounds_each_term_by_itself() -> None:
    rate = Rate(times=Decimal("0.5"))
    spec = a_symbol("EURGBP", contract_size=Decimal(1))
    # 0.01 → 0.005 → 0.01 and 0.02 → 0.01: the terms meet, the rounded difference would be 0.01.
    assert profit(Side.BUY, 100, Decimal("0.01"), Decimal("0.02"), spec, "USD", rate) == 0
    cfd = a_symbol("EURGBP", contract_size=Decimal(1), profit_mode=ProfitMode.CFD)
    assert profit(Side.BUY, 100, Decimal("0.01"), Decimal("0.02"), cfd, "USD", rate) == Decimal(
        "0.01"
    )


def test_yen_accounts_have_no_decimals() -> None:
    found = profit(Side.SELL, 4, Decimal("129.307"), Decimal("129.147"), a_symbol("GBPJPY"), "JPY")
    assert str(found) == "640"


def test_a_future_without_a_tick_size_is_an_error() -> None:
    spec = a_symbol("ES", profit_mode=ProfitMode.FUTURES)
    with pytest.raises(ValueError, match="ES is a futures symbol without a tick size"):
        profit(Side.BUY, 100, Decimal(1), Decimal(2), spec, "USD")


@given(PRICES, PRICES, VOLUMES, st.sampled_from([EURUSD, DAX, FUTURE]))
def test_a_sell_loses_what_a_buy_wins(
    opened: Decimal, closed: Decimal, volume: int, spec: SymbolSpec
) -> None:
    bought = profit(Side.BUY, volume, opened, closed, spec, "USD")
    assert profit(Side.SELL, volume, opened, closed, spec, "USD") == -bought


@given(PRICES, VOLUMES)
def test_a_price_that_stands_still_earns_nothing(price: Decimal, volume: int) -> None:
    assert profit(Side.BUY, volume, price, price, EURUSD, "USD") == 0


@given(PRICES, PRICES, PRICES, VOLUMES)
def test_never_falls_when_the_price_rises(
    opened: Decimal, one: Decimal, other: Decimal, volume: int
) -> None:
    low, high = sorted((one, other))
    assert profit(Side.BUY, volume, opened, low, EURUSD, "USD") <= profit(
        Side.BUY, volume, opened, high, EURUSD, "USD"
    )
