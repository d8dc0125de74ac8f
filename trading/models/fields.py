"""Fields of the mirror: prices, the server's wall clock, and a check on many amounts at once."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.core.amounts import CurrencyDigits, Rounded


class PriceField(models.DecimalField):
    """A price: NUMERIC(20, 8)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_digits"] = 20
        kwargs["decimal_places"] = 8
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Leave out of migrations what is always the same."""
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, args, kwargs


class WallTimeField(models.DateTimeField):
    """What the server's wall clock showed: a naive datetime, `timestamp without time zone`.

    It stands beside a UTC moment and is never converted: people compare it with MetaTrader's own
    screens.
    """

    description = "wall clock time"

    def db_type(self, connection: Any) -> str:
        """Return PostgreSQL's type without a zone."""
        return "timestamp without time zone"

    def to_python(self, value: Any) -> datetime | None:
        """Return the naive datetime; ValidationError when it carries a zone."""
        if value is None or isinstance(value, datetime):
            moment = value
        else:
            moment = datetime.fromisoformat(value)
        if moment is not None and moment.tzinfo is not None:
            raise ValidationError(_("A server's wall clock time carries no time zone."))
        return moment

    def get_prep_value(self, value: Any) -> Any:
        """Return the value as it is: Django must not give it a zone."""
        return models.Field.get_prep_value(self, self.to_python(value))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Return the value for the driver, as it is."""
        return value if prepared else self.get_prep_value(value)


def amounts_check(name: str, *amounts: str) -> models.CheckConstraint:
    """Return the constraint: none of these has more digits than the row's `currency` has."""
    exact = Q()
    for amount in amounts:
        exact &= Q(**{amount: Rounded(F(amount), CurrencyDigits(F("currency")))})
    return models.CheckConstraint(name=name, condition=exact)
