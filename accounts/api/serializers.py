"""Payments as machines read them and ask for them."""

from decimal import Decimal

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


class WithdrawalTaken(Taken):
    """What a client asks for. `amount` is text, in the account's currency."""

    account = serializers.IntegerField(min_value=1, max_value=2**62)
    amount = serializers.DecimalField(
        max_digits=18, decimal_places=4, min_value=Decimal("0.0001"), coerce_to_string=True
    )
    method = serializers.IntegerField(min_value=1, max_value=2**62)
    requisite = serializers.CharField(max_length=120)
    holder = serializers.CharField(max_length=160)
    stated_reason = serializers.ChoiceField(choices=list(STATED_LABELS))
    stated_text = serializers.CharField(
        max_length=300, required=False, default="", allow_blank=True
    )

    def to_internal_value(self, data: object) -> object:
        """Refuse an amount that is no text: a JSON number may have lost a digit on its way."""
        if isinstance(data, dict) and isinstance(data.get("amount"), float):
            sentence = _("Send it as text, as in 100.00: a JSON number may have lost a digit.")
            raise serializers.ValidationError({"amount": [sentence]})
        return super().to_internal_value(data)


class CancellationTaken(Taken):
    """Why a withdrawal is taken back."""

    reason = serializers.CharField(max_length=300)
