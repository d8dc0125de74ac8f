"""Bulk acts that gave accounts to clients: what was done row by row, and whether it was undone."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.core.access import Scope
from trading.models.trading_account import TradingAccount
from trading.states import BINDING_LABELS, BindingOutcome

UNDO_FOR = timedelta(minutes=5)


class UnboundAccount(TradingAccount):
    """An account of nobody, as the rows of those who find out whose it is.

    It has no client whose owner or desk could be asked: what counts is the legal entity of its
    group. Who reaches only own clients, or a desk's, sees none.
    """

    scope: ClassVar[Scope] = Scope(entity="group__legal_entity_id")

    class Meta:
        proxy = True
        verbose_name = _("account of nobody")
        verbose_name_plural = _("accounts of nobody")


class BindingBatch(models.Model):
    """One bulk act; it can be undone for five minutes."""

    id = models.BigAutoField(primary_key=True)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    undone_by = models.CharField(max_length=64, default="", blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("bulk binding")
        verbose_name_plural = _("bulk bindings")
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by="")
                | (Q(undone_at__gte=models.F("made_at")) & ~Q(undone_by="")),
                name="trading_bindingbatch_undone",
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def undo_until(self) -> datetime:
        """The last moment at which it can be undone."""
        return self.made_at + UNDO_FOR


class BindingLine(models.Model):
    """What became of one account of a bulk act."""

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(BindingBatch, models.PROTECT, related_name="lines")
    account = models.ForeignKey(TradingAccount, models.PROTECT, related_name="+")
    client = models.ForeignKey("crm.Client", models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=16, choices=list(BINDING_LABELS.items()))
    words = models.CharField(max_length=200, default="", blank=True)
    is_new_client = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("line of a bulk binding")
        verbose_name_plural = _("lines of bulk bindings")
        constraints = [
            models.UniqueConstraint(fields=["batch", "account"], name="trading_bindingline_once"),
            models.CheckConstraint(
                condition=Q(outcome__in=[outcome.value for outcome in BindingOutcome]),
                name="trading_bindingline_outcome",
            ),
        ]
