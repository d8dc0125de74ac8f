"""Conversions: which price, over which pairs, how old, rounded to whose digits."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.calc.conversion import SAME, NoQuote, Pair, Rate, is_worse, rate_between

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def quoted(*pairs: tuple[str, str, str], age: timedelta = timedelta(0)) -> dict:  # type: ignore[type-arg]
    return {
        (name[:3], name[3:]): Pair(symbol=name, bid=Decimal(bid), ask=Decimal(ask), at=NOW - age)
        for name, bid, ask in pairs
    }


EURUSD, USDJPY = ("EURUSD", "1.10000", "1.10010"), ("USDJPY", "150.00", "150.02")


def rate(source: str, target: str, *pairs: tuple[str, str, str], markup: str = "0") -> Rate:
    return rate_between(
        source, target, quoted(*pairs), markup_percent=Decimal(markup), now=NOW, oldest=MINUTE
    )


def test_one_currency_is_one_money() -> None:
    assert rate("USD", "USD") == SAME
    assert SAME.of(Decimal("10.00"), "USD") == Decimal("10.00")


def test_the_base_is_sold_at_the_bid_and_bought_at_the_ask() -> None:
    sold, bought = rate("EUR", "USD", EURUSD), rate("USD", "EUR", EURUSD)
    assert (sold.rate, sold.source) == (Decimal("1.1"), "EURUSD bid 1.10000")
    assert bought.source == "EURUSD ask 1.10010"
    assert bought.of(Decimal("110.01"), "EUR") == Decimal("100.00")
    assert bought.of(Decimal("110.00"), "EUR") == Decimal("99.99")


def test_the_markup_is_the_clients_cost() -> None:
    assert rate("EUR", "USD", EURUSD, markup="0.5").rate == Decimal("1.0945")


def test_two_pairs_by_the_dollar_and_the_targets_digits() -> None:
    found = rate("EUR", "JPY", EURUSD, USDJPY)
    assert found.rate == Decimal(165)
    assert found.of(Decimal("10.01"), "JPY") == Decimal(1651)


def test_cents() -> None:
    assert rate("USC", "USD").of(Decimal("12345.00"), "USD") == Decimal("123.45")
    assert rate("USD", "USC").of(Decimal("1.00"), "USC") == Decimal("100.00")
    assert rate("USC", "EUR", EURUSD).rate < Decimal("0.0091")


def test_what_is_old_or_has_no_price_does_not_count() -> None:
    with pytest.raises(NoQuote):
        rate("EUR", "USD")
    with pytest.raises(NoQuote):
        rate("EUR", "USD", ("EURUSD", "0", "1.1"))
    old = quoted(EURUSD, age=2 * MINUTE)
    with pytest.raises(NoQuote):
        rate_between("EUR", "USD", old, markup_percent=Decimal(0), now=NOW, oldest=MINUTE)


def test_worse_by_more_than_is_let_pass() -> None:
    shown = Decimal("1.1")
    assert not is_worse(Decimal("1.0945"), shown, Decimal("0.5"))
    assert is_worse(Decimal("1.0944"), shown, Decimal("0.5"))
    assert not is_worse(Decimal("1.2"), shown, Decimal("0.5"))


@given(
    amount=st.decimals("0.01", "1e9", places=2),
    bid=st.decimals("0.0001", "1000", places=5),
    markup=st.decimals("0", "5", places=2),
)
def test_there_and_back_never_earns(amount: Decimal, bid: Decimal, markup: Decimal) -> None:
    pair = ("EURUSD", str(bid), str(bid + Decimal("0.00001")))
    there = rate("EUR", "USD", pair, markup=str(markup)).of(amount, "USD")
    back = rate("USD", "EUR", pair, markup=str(markup)).of(there, "EUR")
    assert back <= amount
