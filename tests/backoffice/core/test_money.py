"""Money: digits by currency, halves away from zero, no mixing; the database agrees."""

from decimal import Decimal

import pytest
from django.db import connection

from backoffice.core import money
from backoffice.core.money import Money


@pytest.mark.parametrize(
    ("currency", "digits"),
    [("USD", 2), ("EUR", 2), ("JPY", 0), ("BHD", 3), ("KWD", 3), ("USC", 2), ("BTC", 4)],
)
def test_digits(currency, digits):
    assert money.digits(currency) == digits


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("1.005", "USD", "1.01"),
        ("-1.005", "USD", "-1.01"),
        ("1.00499", "USD", "1.00"),
        ("0.5", "JPY", "1"),
        ("2.5", "JPY", "3"),
        ("-0.5", "JPY", "-1"),
        ("1.0005", "BHD", "1.001"),
    ],
)
def test_a_half_goes_away_from_zero(amount, currency, rounded):
    assert str(money.rounded(Decimal(amount), currency)) == rounded


def test_money_has_one_form():
    assert str(Money(Decimal(5), "USD")) == "5.00 USD"
    assert len({Money(Decimal(5), "USD"), Money(Decimal("5.00"), "USD")}) == 1


def test_money_adds_and_compares_in_one_currency():
    five, two = Money(Decimal(5), "EUR"), Money(Decimal(2), "EUR")
    assert five + two == Money(Decimal(7), "EUR")
    assert five - two == Money(Decimal(3), "EUR")
    assert -two == Money(Decimal(-2), "EUR")
    assert two < five
    assert two <= two
    with pytest.raises(ValueError, match="EUR and USD"):
        _ = five + Money(Decimal(1), "USD")
    with pytest.raises(ValueError, match="EUR and USD"):
        _ = five < Money(Decimal(1), "USD")


@pytest.mark.parametrize("amount", ["0.001", "5.999"])
def test_money_never_has_more_digits_than_its_currency(amount):
    with pytest.raises(ValueError, match="more digits"):
        Money(Decimal(amount), "USD")


@pytest.mark.parametrize("amount", [5, 5.0, "5", Decimal("NaN"), Decimal("Infinity")])
def test_money_is_a_finite_decimal(amount):
    with pytest.raises(TypeError, match="finite Decimal"):
        Money(amount, "USD")


@pytest.mark.django_db
def test_the_database_counts_the_same_digits():
    currencies = [*money.DIGITS, "USD", "EUR", "GBP", "USC", "XYZ"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT c, currency_digits(c) FROM unnest(%s::text[]) AS c", [currencies])
        told = dict(cursor.fetchall())
    assert told == {currency: money.digits(currency) for currency in currencies}
