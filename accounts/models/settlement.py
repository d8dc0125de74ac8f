"""Settlements of payment providers: files as they came, and their lines, which only grow."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.ledger import Entry
from accounts.models.payment_method import PaymentMethod
from accounts.terms.settlement import LINE_LABELS, STATE_LABELS, FileState, LineKind
from backoffice.core.access import Scope
from backoffice.core.amounts import AmountField, CurrencyField, amount_digits_check


class SettlementFile(models.Model):
    """A settlement of one method's merchant account: looked at, then taken once, or not at all.

    `number` is the provider's; `net` by how much the provider owes us more after it. `entry` moved
    fees and reserve of all its lines.
    """

    scope: ClassVar[Scope] = Scope(entity="method__legal_entity_id")

    id = models.BigAutoField(primary_key=True)
    method = models.ForeignKey(PaymentMethod, models.PROTECT, related_name="settlements")
    name = models.CharField(max_length=120)
    body = models.BinaryField()
    digest = models.CharField(max_length=64)
    kept_by = models.CharField(max_length=64)
    kept_at = models.DateTimeField()
    state = models.CharField(
        max_length=8, choices=list(STATE_LABELS.items()), default=FileState.WAITING
    )
    words = models.CharField(max_length=400, default="", blank=True)
    number = models.CharField(max_length=64, default="", blank=True)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    lines = models.PositiveIntegerField(default=0)
    net = AmountField(default=0)
    judged_by = models.CharField(max_length=64, default="", blank=True)
    judged_at = models.DateTimeField(null=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = _("settlement file")
        verbose_name_plural = _("settlement files")
        indexes = [models.Index(fields=["method", "-id"], name="accounts_settlementfile_method")]
        constraints = [
            models.UniqueConstraint(
                fields=["method", "digest"],
                condition=Q(state="taken"),
                name="accounts_settlementfile_taken_once",
            ),
            models.UniqueConstraint(
                fields=["method", "number"],
                condition=Q(state="taken"),
                name="accounts_settlementfile_number_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=list(STATE_LABELS)) & ~Q(kept_by=""),
                name="accounts_settlementfile_words",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", judged_at__isnull=True)
                | ~Q(state="waiting") & Q(judged_at__isnull=False) & ~Q(judged_by=""),
                name="accounts_settlementfile_judged",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["waiting", "taken"])
                | ~Q(number="") & Q(since__isnull=False, until__isnull=False, lines__gt=0),
                name="accounts_settlementfile_read",
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.name


class SettlementLine(models.Model):
    """One line of a settlement that was taken. `number` is that of the line in the file.

    `booked` is what the books moved on the method's clearing because of this line (signed), in the
    file's entry: fees and reserve; what it is about was booked before, or is a difference.
    """

    scope: ClassVar[Scope] = Scope(entity="method__legal_entity_id")

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(SettlementFile, models.PROTECT, related_name="rows")
    method = models.ForeignKey(PaymentMethod, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=list(LINE_LABELS.items()))
    reference = models.CharField(max_length=64)
    about = models.CharField(max_length=64, default="", blank=True)
    at = models.DateTimeField()
    currency = CurrencyField()
    amount = AmountField(default=0)
    fee = AmountField(default=0)
    reserve = AmountField(default=0)
    booked = AmountField(default=0)

    class Meta:
        verbose_name = _("line of a settlement")
        verbose_name_plural = _("lines of settlements")
        indexes = [
            models.Index(fields=["method", "reference"], name="accounts_settlementline_ref"),
            models.Index(
                fields=["method", "at"],
                condition=Q(kind="payout"),
                name="accounts_settlementline_paid",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="accounts_settlementline_once"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in LineKind], fee__gte=0, reserve__gte=0)
                & ~Q(reference="")
                & (Q(amount__gte=0) | Q(kind="correction")),
                name="accounts_settlementline_words",
            ),
            amount_digits_check(
                "accounts_settlementline_digits", amount="amount", currency="currency"
            ),
        ]

    def __str__(self) -> str:
        """Return the number that people call it by."""
        return f"L{self.pk}"
