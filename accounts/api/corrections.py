"""Adjustments and disputes: what stands where. Machines only read them; people decide."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from accounts.permissions import SEE_PAYMENTS
from accounts.queries.adjusting import rows as adjustments
from accounts.queries.disputes import rows as disputes
from accounts.terms.adjustments import ADJUSTMENT_LABELS
from accounts.terms.disputes import DISPUTE_LABELS
from backoffice.ui.rest.doors import ListDoor, ReadDoor
from backoffice.ui.rest.fields import MomentField, MoneyField, NumberField, Shown, Taken, TextField


class AdjustmentShown(Shown):
    """What people booked on an account beside payments; `amount` is signed.

    `ends_at` is until when a credit is given, `message` why it ended without being booked.
    """

    id = NumberField()
    kind = TextField()
    cause = TextField()
    state = TextField()
    is_final = serializers.BooleanField(read_only=True)
    client = NumberField(source="client_id")
    account = NumberField(source="account_id")
    amount = MoneyField()
    currency = TextField()
    ticket = NumberField(allow_null=True)
    dispute = NumberField(source="dispute_id", allow_null=True)
    requested_at = MomentField()
    approved_at = MomentField(allow_null=True)
    ends_at = MomentField(allow_null=True)
    closed_at = MomentField(allow_null=True)
    message = TextField(source="closed_because")


class DisputeShown(Shown):
    """Card money that is called back, or may be; `answer_by` is until when the broker answers."""

    id = NumberField()
    state = TextField()
    is_final = serializers.BooleanField(read_only=True)
    client = NumberField(source="client_id")
    account = NumberField(source="account_id")
    deposit = NumberField(source="deposit_id")
    amount = MoneyField()
    currency = TextField()
    reference = TextField()
    reason_code = TextField()
    begun_at = MomentField()
    opened_at = MomentField(allow_null=True)
    answer_by = MomentField(allow_null=True)
    sent_at = MomentField(allow_null=True)
    ended_at = MomentField(allow_null=True)


class Narrowed(Taken):
    """What narrows either list."""

    client = serializers.IntegerField(required=False, min_value=1, max_value=2**62)
    account = serializers.IntegerField(required=False, min_value=1, max_value=2**62)


class AdjustmentsNarrowed(Narrowed):
    """What narrows the adjustments."""

    state = serializers.ChoiceField(choices=list(ADJUSTMENT_LABELS), required=False)


class DisputesNarrowed(Narrowed):
    """What narrows the disputes."""

    state = serializers.ChoiceField(choices=list(DISPUTE_LABELS), required=False)


class ListAdjustments(ListDoor):
    """Adjustments in reach, perhaps of one client or account or in one state, the newest first."""

    permission = SEE_PAYMENTS
    shows = AdjustmentShown
    narrows = AdjustmentsNarrowed
    order = ("-id",)

    def rows(self, narrowed: Mapping[str, Any]) -> Any:
        """Return them."""
        return adjustments.list_adjustments_for(self.user).filter(**narrowed)


class ReadAdjustment(ReadDoor):
    """One adjustment, and where it stands."""

    permission = SEE_PAYMENTS
    shows = AdjustmentShown

    def read(self, pk: int) -> Any:
        """Return it, or 404."""
        return adjustments.get_adjustment_for(self.user, pk)


class ListDisputes(ListDoor):
    """Disputes in reach, perhaps of one client or account or in one state, the newest first."""

    permission = SEE_PAYMENTS
    shows = DisputeShown
    narrows = DisputesNarrowed
    order = ("-id",)

    def rows(self, narrowed: Mapping[str, Any]) -> Any:
        """Return them."""
        return disputes.list_disputes_for(self.user).filter(**narrowed)


class ReadDispute(ReadDoor):
    """One dispute, and where it stands."""

    permission = SEE_PAYMENTS
    shows = DisputeShown

    def read(self, pk: int) -> Any:
        """Return it, or 404."""
        return disputes.get_dispute_for(self.user, pk)
