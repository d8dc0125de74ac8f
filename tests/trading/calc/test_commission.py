"""Commission: money, pips and percent, on the symbols that the group names."""

from decimal import Decimal
from typing import Any

import pytest

from tests.factories.terms import a_group, a_symbol, quotes
from trading.calc.commission import at_open
from trading.calc.convert import NoQuote
from trading.terms import CommissionType, ProfitMode, Side, SymbolSpec

BITCOIN = a_symbol("BTCUSD", contract_size=Decimal(1), digits=3)


def charge(
    kind: CommissionType, rate: str, spec: SymbolSpec, volume: int, price: str, **market: str
) -> str:
    group = a_group(commission_type=kind, commission=Decimal(rate))
    return str(at_open(group, spec, Side.BUY, volume, Decimal(price), quotes(**market)))


@pytest.mark.parametrize(
    ("volume", "rate", "expected"),
    [(2, "2.00", "-0.04"), (42, "2.00", "-0.84"), (5, "7", "-0.35"), (4, "7", "-0.28")],
)
def test_money_is_per_lot(volume: int, rate: str, expected: str) -> None:
    assert charge(CommissionType.MONEY, rate, a_symbol(), volume, "1.1") == expected


def test_percent_is_of_the_notional() -> None:
    assert charge(CommissionType.PERCENT, "0.1", BITCOIN, 100, "115400.740") == "-115.40"


def test_percent_of_a_cross_converts_its_base() -> None:
    found = charge(CommissionType.PERCENT, "0.006", a_symbol("EURGBP"), 100, "0.87", EURUSD="1.18")
    assert found == "-7.08"


def test_percent_of_a_dollar_pair_needs_no_quote() -> None:
    assert charge(CommissionType.PERCENT, "0.006", a_symbol("USDCHF"), 100, "0.9") == "-6.00"


def test_percent_of_a_cfd_is_of_its_price() -> None:
    dax = a_symbol(
        "GER40", profit_currency="EUR", profit_mode=ProfitMode.CFD, contract_size=Decimal(1)
    )
    assert charge(CommissionType.PERCENT, "0.01", dax, 100, "18000", EURUSD="1.10") == "-1.98"
    with pytest.raises(NoQuote):
        charge(CommissionType.PERCENT, "0.01", dax, 100, "18000")


def test_pips_are_points_at_the_profit_rate() -> None:
    assert charge(CommissionType.PIPS, "3", a_symbol(), 100, "1.1") == "-3.00"
    assert charge(CommissionType.PIPS, "3", a_symbol("EURGBP"), 100, "0.9", GBPUSD="1.3") == "-3.90"


@pytest.mark.parametrize(
    "fields", [{"commission": Decimal(0)}, {"commission_symbols": ("GBPUSD",)}]
)
def test_charges_nothing_where_the_group_does_not(fields: dict[str, Any]) -> None:
    group = a_group(**{"commission": Decimal(7), **fields})
    assert at_open(group, a_symbol(), Side.BUY, 100, Decimal(1), {}) == 0
    named = a_group(commission=Decimal(7), commission_symbols=("EURUSD",))
    assert at_open(named, a_symbol(), Side.SELL, 100, Decimal(1), {}) == -7
