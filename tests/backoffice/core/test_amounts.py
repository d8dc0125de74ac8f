"""Amounts in rows: four digits kept, and the database refuses more than the currency has."""

from decimal import Decimal

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction

from backoffice.core.amounts import AmountField, CurrencyField, amount_digits_check


@pytest.fixture
def priced(db):
    """A temporary table of this test: the application may make no other."""

    class Priced(models.Model):
        amount = AmountField()
        currency = CurrencyField()

        class Meta:
            app_label = "probe"
            managed = False
            constraints = [
                amount_digits_check("priced_digits", amount="amount", currency="currency")
            ]

    with connection.schema_editor() as editor:
        clause = Priced._meta.constraints[0].constraint_sql(Priced, editor)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE probe_priced "
            f"(id bigserial, amount numeric(20,4), currency varchar(4), {clause}) ON COMMIT DROP"
        )
    yield Priced
    apps.all_models.pop("probe", None)


@pytest.mark.parametrize(
    ("amount", "currency", "is_kept"),
    [
        ("12.34", "USD", True),
        ("12.3400", "USD", True),
        ("12.345", "USD", False),
        ("-0.001", "USD", False),
        ("1", "JPY", True),
        ("1.5", "JPY", False),
        ("1.234", "KWD", True),
        ("1.2345", "KWD", False),
        ("0.0001", "BTC", True),
        ("9999999999999999.99", "EUR", True),
    ],
)
def test_the_database_counts_digits(priced, amount, currency, is_kept):
    if is_kept:
        row = priced.objects.create(amount=Decimal(amount), currency=currency)
        row.refresh_from_db()
        assert row.amount == Decimal(amount)
    else:
        with pytest.raises(IntegrityError, match="priced_digits"), transaction.atomic():
            priced.objects.create(amount=Decimal(amount), currency=currency)


def test_validation_says_no_before_the_database_does(priced):
    with pytest.raises(ValidationError):
        priced(amount=Decimal("1.5"), currency="JPY").full_clean()
    priced(amount=Decimal(1), currency="JPY").full_clean()


@pytest.mark.parametrize("code", ["USD", "USDT"])
def test_a_currency(code):
    CurrencyField().clean(code, None)


@pytest.mark.parametrize("code", ["", "US", "usd", "U5D", "EUROS", "ÄÖÜ", None])
def test_no_currency(code):
    with pytest.raises(ValidationError):
        CurrencyField().clean(code, None)


def test_migrations_hold_only_what_differs():
    assert AmountField(null=True).deconstruct()[3] == {"null": True}
    assert CurrencyField(default="USD").deconstruct()[3] == {"default": "USD"}
    assert AmountField().clone().decimal_places == 4
