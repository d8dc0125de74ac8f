"""Conversion: which pair serves, under which suffix and at which price, and what is missing."""

from decimal import Decimal

import pytest

from tests.factories.terms import a_symbol, quotes
from trading.calc.convert import SAME, NoQuote, Rate, margin_rate, mid_rate, profit_rate
from trading.terms import ProfitMode, Side

NO_PRICE = Decimal(0)


def rate(symbol: str, deposit: str, side: Side, market: dict, price: str = "0") -> Rate:
    return profit_rate(a_symbol(symbol), deposit, side, Decimal(price), market)


def test_needs_nothing_where_profit_is_the_deposit_currency() -> None:
    assert rate("EURUSD", "USD", Side.BUY, {}) == SAME


def test_divides_by_its_own_closing_price_where_the_base_is_the_deposit() -> None:
    found = rate("USDJPY", "USD", Side.BUY, quotes(USDJPY="1 1"), price="156.349")
    assert found.apply(Decimal("156.349") * 7) == 7


def test_a_buy_takes_the_bid_and_a_sell_the_ask() -> None:
    market = quotes(GBPUSD="1.3000 1.3002")
    assert rate("EURGBP", "USD", Side.BUY, market).value == Decimal("1.3000")
    assert rate("EURGBP", "USD", Side.SELL, market).value == Decimal("1.3002")


def test_an_inverted_pair_divides() -> None:
    market = quotes(USDJPY="150 160")
    assert rate("EURJPY", "USD", Side.BUY, market).apply(Decimal(300)) == 2
    assert rate("EURJPY", "USD", Side.SELL, market).apply(Decimal(320)) == 2


def test_goes_through_the_dollar_in_two_steps() -> None:
    market = quotes(GBPUSD="1.25", USDJPY="160")
    assert rate("EURGBP", "JPY", Side.BUY, market).value == Decimal(200)


def test_a_direct_pair_goes_before_the_dollar() -> None:
    market = quotes(GBPJPY="190", GBPUSD="1.25", USDJPY="160")
    assert rate("EURGBP", "JPY", Side.BUY, market).value == Decimal(190)


def test_asks_for_the_traded_suffix_and_case() -> None:
    market = quotes(**{"GBPUSD": "9", "gbpusd": "8", "gbpusd.m": "1.3"})
    assert rate("eurgbp.m", "USD", Side.BUY, market).value == Decimal("1.3")
    assert rate("eurgbp", "USD", Side.BUY, market).value == Decimal(8)
    with pytest.raises(NoQuote) as missing:
        rate("EURGBP-x", "USD", Side.BUY, market)
    assert missing.value.needed == ("GBPUSD-x", "USDGBP-x")


def test_cfds_convert_by_plain_pairs_at_the_bid() -> None:
    dax = a_symbol(
        "GER40.m", base_currency="GER", profit_currency="EUR", profit_mode=ProfitMode.CFD
    )
    market = quotes(EURUSD="1.10 1.20")
    for side in Side:
        assert profit_rate(dax, "USD", side, Decimal(18_000), market).value == Decimal("1.10")


def test_only_forex_symbols_convert() -> None:
    market = quotes(GBPUSD="1.3")
    specs = {"GBPUSD": a_symbol("GBPUSD", profit_mode=ProfitMode.CFD)}
    with pytest.raises(NoQuote):
        profit_rate(a_symbol("EURGBP"), "USD", Side.BUY, NO_PRICE, market, specs=specs)
    specs = {"GBPUSD": a_symbol("GBPUSD")}
    found = profit_rate(a_symbol("EURGBP"), "USD", Side.BUY, NO_PRICE, market, specs=specs)
    assert found.value == Decimal("1.3")


def test_names_what_is_missing() -> None:
    with pytest.raises(NoQuote) as missing:
        rate("EURCHF", "USD", Side.BUY, {})
    assert missing.value.symbol == "EURCHF"
    assert missing.value.needed == ("CHFUSD", "USDCHF")
    assert str(missing.value) == "EURCHF needs a quote of CHFUSD or USDCHF for its profit"


def test_half_a_road_through_the_dollar_is_no_road() -> None:
    with pytest.raises(NoQuote):
        rate("EURGBP", "JPY", Side.BUY, quotes(GBPUSD="1.3"))


def test_a_price_of_zero_is_no_quote() -> None:
    with pytest.raises(NoQuote):
        rate("EURGBP", "USD", Side.BUY, quotes(GBPUSD="0"))


def test_a_cent_account_counts_hundredths_of_its_parent() -> None:
    assert rate("EURUSD", "USC", Side.BUY, {}).value == 100
    assert rate("USDJPY", "USC", Side.BUY, {}, price="160").apply(Decimal(160)) == 100
    assert margin_rate(a_symbol("EURUSD"), "USC", Decimal("1.25"), {}) == 125


def test_margin_of_the_traded_pair_takes_its_open_price() -> None:
    market = quotes(EURUSD="9")
    assert margin_rate(a_symbol("EURUSD"), "USD", Decimal("1.2228"), market) == Decimal("1.2228")
    usd = a_symbol("EURUSD", margin_currency="USD")
    assert margin_rate(usd, "USD", Decimal("1.2228"), market) == 1
    assert margin_rate(usd, "EUR", Decimal("1.25"), market) == Decimal("0.8")


def test_margin_of_another_pair_takes_the_mid() -> None:
    market = quotes(EURUSD="1.12405 1.12406")
    found = margin_rate(a_symbol("EURCHF"), "USD", Decimal("1.11822"), market)
    assert found == Decimal("1.124055")


def test_margin_goes_through_the_dollar_too() -> None:
    market = quotes(GBPUSD="1.24 1.26", USDJPY="159 161")
    assert margin_rate(a_symbol("GBPCHF"), "JPY", Decimal("1.1"), market) == 200
    with pytest.raises(NoQuote) as missing:
        margin_rate(a_symbol("GBPCHF"), "JPY", Decimal("1.1"), quotes(GBPUSD="1.25"))
    assert missing.value.purpose == "margin"


def test_mid_rate_of_a_currency_to_itself_is_one() -> None:
    assert mid_rate(a_symbol(), "USD", "USD", {}, purpose="swap") == SAME
