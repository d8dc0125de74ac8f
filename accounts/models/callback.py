"""What a provider, or somebody in its name, sent us: kept as it came, judged afterwards, once."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.deposit import Deposit
from accounts.terms import OUTCOME_LABELS, SIGNATURE_LABELS
from backoffice.core.access import Scope

LARGEST = 32 * 1024  # bytes of a body


class ProviderCallback(models.Model):
    """One callback: raw bytes, the headers that matter, whence it came, whether it was signed.

    `outcome` stays empty until it is judged; what is not signed is never judged.
    """

    scope: ClassVar[Scope] = Scope(
        owner="deposit__client__owner_id",
        desk="deposit__client__desk_id",
        entity="deposit__legal_entity_id",
    )

    id = models.BigAutoField(primary_key=True)
    provider = models.CharField(max_length=40)
    received_at = models.DateTimeField()
    address = models.GenericIPAddressField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField(max_length=LARGEST)
    digest = models.CharField(max_length=64)
    signature = models.CharField(max_length=8, choices=list(SIGNATURE_LABELS.items()))
    deposit = models.ForeignKey(Deposit, models.PROTECT, related_name="callbacks", null=True)
    outcome = models.CharField(
        max_length=16, choices=list(OUTCOME_LABELS.items()), default="", blank=True
    )
    words = models.CharField(max_length=300, default="", blank=True)
    judged_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("callback")
        verbose_name_plural = _("callbacks")
        indexes = [models.Index(fields=["deposit", "-id"], name="accounts_callback_deposit")]
        constraints = [
            models.CheckConstraint(
                condition=Q(signature__in=list(SIGNATURE_LABELS))
                & Q(outcome__in=["", *OUTCOME_LABELS])
                & ~Q(provider=""),
                name="accounts_callback_words",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", judged_at__isnull=True)
                | ~Q(outcome="") & Q(judged_at__isnull=False, signature="good"),
                name="accounts_callback_judged",
            ),
        ]

    def __str__(self) -> str:
        """Return provider and number."""
        return f"{self.provider} #{self.pk}"
