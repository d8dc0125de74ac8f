"""Fields and serializers of the API: money as text with its currency's digits, nothing unknown."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from backoffice.core.money import rounded


class Shown(serializers.Serializer[Any]):
    """What a door shows: named fields only."""


class Taken(serializers.Serializer[Any]):
    """What a door takes: a field that it does not know is refused, so that no typo goes unseen."""

    def to_internal_value(self, data: Any) -> Any:
        """Refuse unknown fields, then read the known ones."""
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError({unknown[0]: [_("There is no such field.")]})
        return super().to_internal_value(data)


class Nothing(Taken):
    """An act that takes nothing, or a list that is not narrowed."""


class Period(Taken):
    """A stretch of time, half-open: from this moment, before that one."""

    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)

    def validate(self, attrs: Any) -> Any:
        """Refuse a stretch that ends before it begins."""
        if "since" in attrs and "until" in attrs and attrs["until"] <= attrs["since"]:
            raise serializers.ValidationError({"until": [_("It has to lie after `since`.")]})
        return attrs


class MoneyField(serializers.CharField):
    """An amount of the row's currency, as text with that currency's digits; null when unknown."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, allow_null=True, **kwargs)

    def get_attribute(self, instance: Any) -> Any:
        """Return the row itself: its currency decides the digits."""
        return instance

    def to_representation(self, value: Any) -> Any:
        """Return for example "100.00"."""
        amount = getattr(value, self.source or "")
        return None if amount is None else str(rounded(amount, value.currency))


class TextField(serializers.CharField):
    """Text of a row as it is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)


class NumberField(serializers.IntegerField):
    """A whole number of a row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)


class MomentField(serializers.DateTimeField):
    """A moment, in UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)


class PriceField(serializers.CharField):
    """A number as text, without an exponent; null when unknown."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, allow_null=True, **kwargs)

    def to_representation(self, value: Any) -> Any:
        """Return its digits."""
        return format(value, "f")
