"""Account figures: what is summed, what counts as free, and what a missing quote leaves unknown."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.terms import a_group, a_position, a_symbol, an_account, quotes
from trading.calc.equity import (
    NeedsQuotes,
    account_state,
    counted_floating,
    may_open,
    reckon,
    state,
)
from trading.terms import Cmd, FreeMarginMode, LevelType

EURUSD = {"EURUSD": a_symbol()}
MARKET = quotes(EURUSD="1.2050 1.2052")
MONEY = st.decimals(min_value=-(10**6), max_value=10**6, places=2)


def test_values_buys_at_the_bid_and_sells_at_the_ask() -> None:
    pair = [a_position(ticket=1), a_position(Cmd.SELL, "0.50", ticket=2)]
    known = reckon(an_account(), pair, EURUSD, a_group(), MARKET)
    assert known.results == {1: Decimal("500.00"), 2: Decimal("-260.00")}
    assert [position.price for position in known.positions] == [
        Decimal("1.2050"),
        Decimal("1.2052"),
    ]


def test_sums_the_account() -> None:
    position = a_position(
        swap=Decimal("-1.50"), commission=Decimal("-7.00"), taxes=Decimal("-0.50")
    )
    account = an_account(credit=Decimal("100.00"))
    found = account_state(account, [position], EURUSD, a_group(), MARKET)
    assert found.floating == Decimal("491.00")
    assert found.equity == Decimal("10591.00")
    assert found.margin == Decimal("1000.00")
    assert found.free_margin == Decimal("9591.00")
    assert found.level_percent == Decimal("1059.10")
    assert found.level_type is LevelType.OK


def test_without_positions_the_level_is_zero() -> None:
    found = account_state(an_account(), [], {}, a_group(), {})
    assert (found.level_percent, found.margin, found.equity) == (0, 0, Decimal("10000.00"))


def test_passes_over_pending_orders_and_closed_trades() -> None:
    closed = a_position(closed_at=a_position().opened_at)
    found = account_state(
        an_account(), [closed, a_position(Cmd.BUY_LIMIT)], EURUSD, a_group(), MARKET
    )
    assert found.floating == found.margin == 0


@pytest.mark.parametrize(
    ("mode", "of_profit", "of_loss"),
    [
        (FreeMarginMode.DONT_USE, "0", "0"),
        (FreeMarginMode.USE_ALL, "5", "-5"),
        (FreeMarginMode.USE_PROFIT, "5", "0"),
        (FreeMarginMode.USE_LOSS, "0", "-5"),
    ],
)
def test_the_group_says_what_counts_as_free(
    mode: FreeMarginMode, of_profit: str, of_loss: str
) -> None:
    assert counted_floating(Decimal(5), mode) == Decimal(of_profit)
    assert counted_floating(Decimal(-5), mode) == Decimal(of_loss)
    found = state(an_account(), Decimal(-5), Decimal(100), a_group(free_margin_mode=mode))
    assert found.free_margin == Decimal(9900) + Decimal(of_loss)
    assert found.equity == Decimal(9995)


def test_a_missing_conversion_is_named_and_never_zero() -> None:
    specs = {**EURUSD, "EURCHF": a_symbol("EURCHF")}
    positions = [a_position(ticket=1), a_position(ticket=2, symbol="EURCHF")]
    market = {**MARKET, **quotes(EURCHF="1.1191")}
    known = reckon(an_account(), positions, specs, a_group(), market)
    assert known.floating is None
    assert known.results == {1: Decimal("500.00")}
    assert known.margin == Decimal("2000.00")
    [need] = known.needs
    assert (need.ticket, need.symbol, need.needed) == (2, "EURCHF", ("CHFUSD", "USDCHF"))
    with pytest.raises(NeedsQuotes, match="EURCHF #2 ") as refused:
        account_state(an_account(), positions, specs, a_group(), market)
    assert refused.value.needs == known.needs


@pytest.mark.parametrize(("specs", "market"), [(EURUSD, {}), ({}, MARKET)])
def test_a_symbol_without_quote_or_contract_is_named(specs: dict, market: dict) -> None:
    known = reckon(an_account(), [a_position()], specs, a_group(), market)
    assert {need.needed for need in known.needs} == {("EURUSD",)}
    assert known.floating is None
    assert (known.margin is None) == (not specs)


def test_a_margin_rate_that_was_never_fixed_leaves_the_margin_unknown() -> None:
    position = a_position(margin_rate=Decimal(0))
    known = reckon(an_account(), [position], EURUSD, a_group(), MARKET)
    assert known.margin is None
    assert known.floating == Decimal("500.00")
    assert [(need.ticket, need.purpose) for need in known.needs] == [(1, "margin")]
    with pytest.raises(NeedsQuotes):
        account_state(an_account(), [position], EURUSD, a_group(), MARKET)


def test_a_trade_may_open_with_free_margin_or_without_more_margin() -> None:
    group = a_group()
    before = state(an_account(), Decimal(0), Decimal(9000), group)
    assert may_open(before, state(an_account(), Decimal(0), Decimal(10_000), group), group)
    short = state(an_account(), Decimal(0), Decimal("10000.01"), group)
    assert not may_open(before, short, group)
    assert may_open(before, short, a_group(virtual_credit=Decimal("0.01")))
    sunk = state(an_account(), Decimal(-9999), Decimal(9000), group)
    assert may_open(sunk, sunk, group)


@given(MONEY, MONEY, MONEY, st.decimals(min_value="0.01", max_value=10**6, places=2))
def test_the_figures_hang_together(
    balance: Decimal, credit: Decimal, floating: Decimal, margin: Decimal
) -> None:
    found = state(an_account(balance=balance, credit=credit), floating, margin, a_group())
    assert found.equity == balance + credit + floating
    assert found.free_margin == found.equity - margin
    assert abs(found.level_percent - found.equity * 100 / margin) <= Decimal("0.005")
