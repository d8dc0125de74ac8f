"""Clients as machines read and send them."""

from typing import Any

from rest_framework import serializers

from backoffice.ui.rest.fields import (
    MomentField,
    MoneyField,
    NumberField,
    Shown,
    Taken,
    TextField,
)
from crm.states import ClientKind


class ClientFiguresShown(Shown):
    """A client's sums in the reporting currency of the legal entity."""

    currency = TextField()
    equity = MoneyField()
    balance = MoneyField()
    net_deposits = MoneyField()
    figures_at = MomentField(allow_null=True)


class ClientShown(Shown):
    """A client; e-mail and phone in full only with the scope for it."""

    id = NumberField()
    number = NumberField()
    kind = TextField()
    status = TextField()
    full_name = TextField()
    email = serializers.SerializerMethodField()
    phone = serializers.SerializerMethodField()
    country = TextField()
    city = TextField()
    language = TextField()
    timezone = TextField()
    source = TextField()
    tags = serializers.ListField(child=serializers.CharField(), read_only=True)
    legal_entity = TextField(source="legal_entity.code")
    brand = TextField(source="brand.code", default=None, allow_null=True)
    kyc_level = NumberField()
    created_at = MomentField()
    registered_at = MomentField(allow_null=True)
    figures = ClientFiguresShown(read_only=True, allow_null=True)

    def get_email(self, client: Any) -> str:
        """Return the address as far as it may be read."""
        return str(client.email if self.context.get("in_full") else client.email_masked)

    def get_phone(self, client: Any) -> str:
        """Return the number as far as it may be read."""
        return str(client.phone if self.context.get("in_full") else client.phone_masked)


class ClientTaken(Taken):
    """Somebody who registers. `even_if_known`: although the e-mail or phone is a client's."""

    full_name = serializers.CharField(max_length=160)
    email = serializers.EmailField(max_length=254)
    phone = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    country = serializers.RegexField(r"^[A-Za-z]{2}$")
    city = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    language = serializers.CharField(max_length=8, required=False, default="", allow_blank=True)
    timezone = serializers.CharField(max_length=64, required=False, default="", allow_blank=True)
    source = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    kind = serializers.ChoiceField(
        choices=[one.value for one in ClientKind], required=False, default=ClientKind.PERSON.value
    )
    legal_entity = serializers.SlugField(max_length=32)
    brand = serializers.SlugField(max_length=32, required=False, default="", allow_blank=True)
    even_if_known = serializers.BooleanField(required=False, default=False)


class ClientNarrowed(Taken):
    """What finds a client: a whole e-mail address, a whole phone number, or the number."""

    email = serializers.EmailField(required=False)
    phone = serializers.CharField(required=False, max_length=40)
    number = serializers.IntegerField(required=False, min_value=1, max_value=10**18)
