"""Model fields of money, and the database's own check on a currency's digits."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _


class AmountField(models.DecimalField):  # type: ignore[type-arg]  # generic for mypy only
    """An amount in the currency of the row: NUMERIC(20, 4), so that no currency loses a digit."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_digits"] = 20
        kwargs["decimal_places"] = 4
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Leave out of migrations what is always the same."""
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, args, kwargs


class CurrencyField(models.CharField):  # type: ignore[type-arg]  # generic for mypy only
    """The code of a currency: three or four capital letters."""

    description = "currency code"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 4
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Leave out of migrations what is always the same."""
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs

    def validate(self, value: Any, model_instance: Any) -> None:
        """Refuse what is not three or four capital letters."""
        super().validate(value, model_instance)
        if not (3 <= len(value) <= 4 and value.isascii() and value.isalpha() and value.isupper()):
            raise ValidationError(_("A currency is three or four capital letters, such as USD."))


class CurrencyDigits(Func):
    """The SQL function currency_digits(text), made by core's first migration."""

    function = "currency_digits"
    output_field = models.IntegerField()


class Rounded(Func):
    """round(numeric, integer) in SQL."""

    function = "round"
    output_field = models.DecimalField(max_digits=20, decimal_places=4)


def amount_digits_check(name: str, *, amount: str, currency: str) -> models.CheckConstraint:
    """Return the constraint: `amount` has no more digits than the currency in `currency` has."""
    exact = Rounded(F(amount), CurrencyDigits(F(currency)))
    return models.CheckConstraint(name=name, condition=Q(**{amount: exact}))
