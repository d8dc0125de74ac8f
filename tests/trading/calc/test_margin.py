"""Margin: every mode of a position, and both ways of charging a hedge."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.terms import a_group, a_position, a_symbol
from trading.calc.margin import account_margin, hedged_margin, position_margin, symbol_margin
from trading.terms import Cmd, MarginMode, SymbolSpec, TradeRecord

EUR = a_symbol("EURUSD", margin_hedged=Decimal(50_000))


def dec(text: str) -> Decimal:
    return Decimal(text)


@pytest.mark.parametrize(
    ("fields", "lots", "price", "leverage", "expected"),
    [
        ({}, 100, "1.2", 100, "1000"),
        ({"margin_mode": MarginMode.CFD, "contract_size": dec("100")}, 100, "80", 100, "8000"),
        (
            {"margin_mode": MarginMode.CFD_LEVERAGE, "contract_size": dec("100")},
            3,
            "2702.74",
            500,
            "16.21644",
        ),
        (
            {
                "margin_mode": MarginMode.CFD_INDEX,
                "contract_size": dec("1"),
                "tick_price": dec("12.5"),
                "tick_size": dec("0.25"),
            },
            200,
            "4500",
            100,
            "450000",
        ),
        ({"margin_mode": MarginMode.FUTURES, "margin_initial": dec("5000")}, 150, "9", 100, "7500"),
        ({"margin_mode": MarginMode.CFD, "margin_initial": dec("700")}, 200, "9", 100, "1400"),
        ({"margin_initial": dec("50000")}, 200, "9", 100, "1000"),
        (
            {"margin_mode": MarginMode.CFD_LEVERAGE, "margin_initial": dec("500")},
            200,
            "9",
            100,
            "10",
        ),
    ],
)
def test_follows_the_mode(
    fields: dict[str, object], lots: int, price: str, leverage: int, expected: str
) -> None:
    assert symbol_margin(lots, dec(price), a_symbol(**fields), leverage) == dec(expected)


def test_an_index_without_a_tick_size_is_an_error() -> None:
    with pytest.raises(ValueError, match="EURUSD is an index without a tick size"):
        symbol_margin(100, dec("1"), a_symbol(margin_mode=MarginMode.CFD_INDEX), 100)


def test_converts_and_then_takes_the_percentage() -> None:
    spec = a_symbol(margin_percentage=dec("115"))
    assert position_margin(100, dec("1.279"), spec, 100, dec("1.279")) == dec("1470.85")


def total(positions: list[TradeRecord], spec: SymbolSpec, *, larger_leg: bool = False) -> Decimal:
    group = a_group(hedge_larger_leg=larger_leg)
    return account_margin(positions, {spec.name: spec}, group, 100)


def test_rounds_the_sum_and_not_the_positions() -> None:
    gold = a_symbol(
        "XAUUSD", contract_size=dec("100"), margin_mode=MarginMode.CFD_LEVERAGE, digits=2
    )
    prices = (("0.03", "2702.74"), ("0.01", "2702.53"), ("0.03", "2727.61"), ("0.03", "2752.79"))
    sells = [a_position(Cmd.SELL, lots, price, symbol="XAUUSD") for lots, price in prices]
    assert account_margin(sells, {"XAUUSD": gold}, a_group(), 500) == dec("54.50")


def test_a_hedge_is_charged_with_the_hedged_size_on_both_sides() -> None:
    assert total([a_position(), a_position(Cmd.SELL)], EUR) == dec("1000.00")
    assert total([a_position(), a_position(Cmd.SELL)], a_symbol()) == 0


def test_the_uncovered_rest_is_charged_in_full() -> None:
    spec = a_symbol("EURGBP", margin_hedged=dec("25000"))
    pair = [
        a_position(Cmd.BUY, "0.62", symbol="EURGBP", margin_rate=dec("1.1758")),
        a_position(Cmd.SELL, "0.24", symbol="EURGBP", margin_rate=dec("1.1758")),
    ]
    # 38 EUR uncovered + 0.48 lots × 25,000 / 1000 = 12 EUR; × 1.1758 = 58.79 as MetaTrader printed.
    assert account_margin(pair, {"EURGBP": spec}, a_group(), 1000) == dec("58.79")


def test_a_cfd_hedge_takes_the_average_price_of_both_sides() -> None:
    spec = a_symbol(
        "OIL", contract_size=dec("100"), margin_mode=MarginMode.CFD, margin_hedged=dec("50")
    )
    pair = [a_position(price="80", symbol="OIL"), a_position(Cmd.SELL, price="90", symbol="OIL")]
    assert total(pair, spec) == 2 * 50 * 85


def test_with_initial_margin_the_hedged_size_is_money() -> None:
    spec = a_symbol(
        margin_mode=MarginMode.CFD, margin_initial=dec("1000"), margin_hedged=dec("300")
    )
    assert total([a_position(), a_position(Cmd.SELL)], spec) == 600
    future = a_symbol(
        margin_mode=MarginMode.FUTURES, margin_initial=dec("1000"), margin_hedged=dec("300")
    )
    assert total([a_position(), a_position(Cmd.SELL)], future) == 600


def test_the_larger_leg_pays_for_both() -> None:
    legs = [a_position(lots="4.00"), a_position(Cmd.SELL, "3.00")]
    assert total(legs, EUR, larger_leg=True) == dec("4000.00")


def test_the_larger_leg_weighs_its_prices() -> None:
    # The JPY pairs of one printed statement, 1:25: 69,205 + 106,844 + 185,040.
    legs = {
        "AUDJPY": (("0.09", "86.5917"), ("0.20", "86.50615")),
        "EURJPY": (("0.22", "121.4132"), ("0.11", "121.3515")),
        "USDJPY": (("0.29", "112.8963"), ("0.41", "112.8293")),
    }
    specs = {name: a_symbol(name, digits=3) for name in legs}
    positions = [
        a_position(cmd, lots, price, symbol=name, margin_rate=dec(price))
        for name, sides in legs.items()
        for cmd, (lots, price) in zip((Cmd.BUY, Cmd.SELL), sides, strict=True)
    ]
    group = a_group(currency="JPY", hedge_larger_leg=True)
    assert account_margin(positions, specs, group, 25) == 361_089


def test_pending_balance_and_closed_records_need_none() -> None:
    closed = a_position(closed_at=a_position().opened_at)
    pending = [a_position(cmd) for cmd in Cmd if not cmd.is_market]
    assert total([closed, *pending], EUR) == 0


def test_symbols_do_not_hedge_each_other() -> None:
    other = a_symbol("GBPUSD")
    pair = [a_position(), a_position(Cmd.SELL, symbol="GBPUSD")]
    assert account_margin(pair, {"EURUSD": EUR, "GBPUSD": other}, a_group(), 100) == 2000


VOLUMES = st.lists(st.integers(min_value=1, max_value=10_000), max_size=6)


def _book(buys: list[int], sells: list[int]) -> list[TradeRecord]:
    sides = ((Cmd.BUY, buys), (Cmd.SELL, sells))
    return [
        a_position(cmd, volume_hundredths=volume) for cmd, volumes in sides for volume in volumes
    ]


@given(VOLUMES, VOLUMES)
def test_a_hedge_never_costs_more_than_its_positions_alone(
    buys: list[int], sells: list[int]
) -> None:
    book = _book(buys, sells)
    alone = sum(
        (position_margin(p.volume_hundredths, p.open_price, EUR, 100, Decimal(1)) for p in book),
        Decimal(0),
    )
    larger = hedged_margin(book, EUR, 100, larger_leg=True)
    basic = hedged_margin(book, EUR, 100, larger_leg=False)
    assert larger == max(sum(buys), sum(sells)) * 10
    assert larger <= alone
    assert abs(basic - max(sum(buys), sum(sells)) * 10) < Decimal("1e-15")  # Hedged is half a lot


@given(VOLUMES)
def test_one_side_alone_is_the_plain_sum(volumes: list[int]) -> None:
    assert hedged_margin(_book(volumes, []), EUR, 100, larger_leg=False) == sum(volumes) * 10
