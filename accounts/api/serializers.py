"""Payments as machines read them and ask for them."""

import re
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.states import STATED_LABELS, WITHDRAWAL_LABELS
from backoffice.ui.rest.fields import (
    MomentField,
    MoneyField,
    NumberField,
    Shown,
    Taken,
    TextField,
)

AMOUNT = re.compile(r"[0-9]{1,14}(\.[0-9]{1,4})?")


class PaymentShown(Shown):
    """A withdrawal; `requisite` shows only its ends, `message` what the client may read."""

    id = NumberField()
    kind = TextField()
    state = TextField()
    is_final = serializers.BooleanField(read_only=True)
    client = NumberField(source="client_id")
    account = NumberField(source="account_id")
    method = TextField(source="method.code")
    amount = MoneyField()
    currency = TextField()
    requisite = TextField(source="requisite_masked")
    requested_at = MomentField()
    due_at = MomentField()
    approved_at = MomentField(allow_null=True)
    debited_at = MomentField(allow_null=True)
    sent_at = MomentField(allow_null=True)
    closed_at = MomentField(allow_null=True)
    missing = TextField(source="missing_text")
    message = TextField(source="reject_public")


class PaymentMethodShown(Shown):
    """A way for money to leave."""

    id = NumberField()
    code = TextField()
    name = TextField()
    kind = TextField()
    currency = TextField()


class PaymentMethodsShown(Shown):
    """What one client is offered."""

    items = PaymentMethodShown(many=True, read_only=True)


class PaymentsNarrowed(Taken):
    """What narrows the payments."""

    client = serializers.IntegerField(required=False, min_value=1, max_value=2**62)
    account = serializers.IntegerField(required=False, min_value=1, max_value=2**62)
    state = serializers.ChoiceField(choices=list(WITHDRAWAL_LABELS), required=False)


class AmountTaken(serializers.CharField):
    """An amount as text: a JSON number may have lost a digit on its way."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the amount; refuse a number, an exponent, a sign."""
        if not isinstance(data, str) or AMOUNT.fullmatch(data) is None or not Decimal(data):
            raise serializers.ValidationError(_("Send a positive amount as text, as in 100.00."))
        return Decimal(data)


class WithdrawalTaken(Taken):
    """What a client asks for. `amount` is text, in the account's currency."""

    account = serializers.IntegerField(min_value=1, max_value=2**62)
    amount = AmountTaken()
    method = serializers.IntegerField(min_value=1, max_value=2**62)
    requisite = serializers.CharField(max_length=120)
    holder = serializers.CharField(max_length=160)
    stated_reason = serializers.ChoiceField(choices=list(STATED_LABELS))
    stated_text = serializers.CharField(
        max_length=300, required=False, default="", allow_blank=True
    )


class CancellationTaken(Taken):
    """Why a withdrawal is taken back."""

    reason = serializers.CharField(max_length=300)
