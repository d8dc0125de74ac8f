"""What the policy of deposits says: one amount for every currency, or a table by currency."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.calc.deposit_rules import Facts, reasons, rules_of
from accounts.terms import Review

TABLE = {"USD": "2000", "JPY": "300000", "EUR": "much"}


def facts(received: str, currency: str) -> Facts:
    amount = Decimal(received)
    return Facts(
        asked=amount, asked_currency=currency, received=amount, currency=currency, credit=amount,
        kyc_level=0, paid_in=Decimal(0), same_name=True, is_served=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "received", "currency", "is_above"),
    [
        ("2000", "2000.00", "USD", False),
        ("2000", "2000.01", "EUR", True),
        (TABLE, "2000.00", "USD", False),
        (TABLE, "2000.01", "USD", True),
        (TABLE, "300000", "JPY", False),
        (TABLE, "300001", "JPY", True),
        (TABLE, "0.01", "EUR", True),  # a slip of the pen lets nothing through
        (TABLE, "0.01", "GBP", True),  # what a table leaves out is held to nothing
        ({}, "0.01", "USD", True),
        ("nonsense", "2000.01", "USD", True),
    ],
)
def test_the_cap_and_the_threshold_are_by_currency(
    value: Any, received: str, currency: str, is_above: bool
) -> None:
    rules = rules_of({"cap_without_kyc": value, "review_from": "1000000"})
    assert (Review.KYC_CAP in reasons(rules, facts(received, currency))) is is_above


def test_from_where_a_person_looks_is_by_currency_too() -> None:
    rules = rules_of({"cap_without_kyc": "1000000", "review_from": {"USD": "500", "JPY": "90000"}})
    told = {("499.99", "USD"): False, ("500.00", "USD"): True, ("89999", "JPY"): False}
    for (received, currency), looks in told.items():
        assert (Review.THRESHOLD in reasons(rules, facts(received, currency))) is looks
