"""Bulk files of balance operations: the file as it came, its lines, and what became of each.

What was handed in never changes. A line is carried out only while the file's approval stands, which
is bound to the digests of the file and of its lines: PostgreSQL looks (migration 0028).
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.calc.bulk.reading import LARGEST, LONGEST_COMMENT
from accounts.models.adjustment import Adjustment
from accounts.terms.bulk import (
    BULK_LABELS,
    BULK_LINE_LABELS,
    BULK_SOURCE_LABELS,
    PURPOSE_LABELS,
    SNAG_LABELS,
    Bulk,
    BulkLine,
    BulkSource,
)
from backoffice.core.access import Scope
from backoffice.core.amounts import AmountField, CurrencyField, amount_digits_check


class BulkFile(models.Model):
    """One file for one server: in which state, asked for by whom, approved by which request.

    `flaws` is why it was refused: pairs of line and sentence. `lines_digest` is that of its lines
    as they were understood; the approval names both digests. `carried_by` carries it out now, and
    nobody else does until `carried_until`. `key` comes with the form: sent twice, it is taken once.
    """

    scope: ClassVar[Scope] = Scope(entity="legal_entity_id")

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True, editable=False)
    server = models.ForeignKey("trading.Server", models.PROTECT, related_name="+")
    legal_entity = models.ForeignKey("company.LegalEntity", models.PROTECT, related_name="+")
    name = models.CharField(_("file"), max_length=120)
    source = models.CharField(
        max_length=20, choices=list(BULK_SOURCE_LABELS.items()), default=BulkSource.HANDED_IN
    )
    body = models.BinaryField(max_length=LARGEST)
    digest = models.CharField(max_length=64)
    lines_digest = models.CharField(max_length=64, default="", blank=True)
    state = models.CharField(max_length=12, choices=list(BULK_LABELS.items()))
    flaws = models.JSONField(default=list, blank=True)
    prepared_by = models.CharField(max_length=64)
    prepared_at = models.DateTimeField()
    approval = models.OneToOneField(
        "approvals.ApprovalRequest", models.PROTECT, null=True, related_name="+", editable=False
    )
    started_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    waits_because = models.CharField(max_length=300, default="", blank=True)
    next_try_at = models.DateTimeField(null=True)
    carried_by = models.UUIDField(null=True)
    carried_until = models.DateTimeField(null=True)
    halted_by = models.CharField(max_length=64, default="", blank=True)
    halted_because = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        verbose_name = _("bulk file")
        verbose_name_plural = _("bulk files")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(BULK_LABELS)), name="accounts_bulkfile_state"
            ),
            # A file that was taken is taken once, unless it was given up before it began.
            models.UniqueConstraint(
                fields=["server", "digest"],
                condition=~Q(state__in=[Bulk.REFUSED.value, Bulk.CANCELLED.value]),
                name="accounts_bulkfile_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[Bulk.REFUSED.value, Bulk.PREVIEW.value, Bulk.CANCELLED.value]
                )
                | Q(approval__isnull=False),
                name="accounts_bulkfile_asked",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(state=Bulk.RUNNING.value),
                name="accounts_bulkfile_running",
            )
        ]

    def __str__(self) -> str:
        return f"F{self.pk}"

    @property
    def is_final(self) -> bool:
        """Whether nothing can follow any more."""
        return self.state in (Bulk.REFUSED, Bulk.DONE, Bulk.STOPPED, Bulk.CANCELLED)


class BulkRow(models.Model):
    """One line: what it asks for, what stands against it, and the adjustment that it became.

    `key` is made with the line, and is its adjustment's: whoever carries it out again makes nothing
    new. `words` is why a last look refused it.
    """

    scope: ClassVar[Scope] = Scope(entity="file__legal_entity_id")

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(BulkFile, models.PROTECT, related_name="rows")
    number = models.PositiveIntegerField(_("line"))
    key = models.UUIDField(unique=True, editable=False)
    login = models.BigIntegerField(_("login"))
    account = models.ForeignKey(
        "trading.TradingAccount", models.PROTECT, null=True, related_name="+"
    )
    client = models.ForeignKey("crm.Client", models.PROTECT, null=True, related_name="+")
    amount = AmountField(_("amount"))
    currency = CurrencyField(_("currency"))
    is_credit = models.BooleanField(default=False)
    expires_at = models.DateTimeField(null=True)
    purpose = models.CharField(max_length=20, choices=list(PURPOSE_LABELS.items()))
    comment = models.CharField(max_length=LONGEST_COMMENT, default="", blank=True)
    snag = models.CharField(
        max_length=16, choices=list(SNAG_LABELS.items()), default="", blank=True
    )
    state = models.CharField(max_length=12, choices=list(BULK_LINE_LABELS.items()))
    adjustment = models.OneToOneField(Adjustment, models.PROTECT, null=True, related_name="+")
    words = models.CharField(max_length=300, default="", blank=True)
    next_try_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("line of a bulk file")
        verbose_name_plural = _("lines of bulk files")
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="accounts_bulkrow_once"),
            models.CheckConstraint(
                condition=Q(state__in=list(BULK_LINE_LABELS)) & Q(purpose__in=list(PURPOSE_LABELS)),
                name="accounts_bulkrow_words",
            ),
            models.CheckConstraint(
                condition=~Q(amount=0)
                & (Q(state=BulkLine.CANNOT.value) | Q(account__isnull=False, client__isnull=False)),
                name="accounts_bulkrow_whole",
            ),
            models.CheckConstraint(
                condition=Q(state=BulkLine.MADE.value, adjustment__isnull=False)
                | ~Q(state=BulkLine.MADE.value) & Q(adjustment__isnull=True),
                name="accounts_bulkrow_made",
            ),
            amount_digits_check("accounts_bulkrow_digits", amount="amount", currency="currency"),
        ]
        indexes = [
            models.Index(fields=["file", "state", "number"], name="accounts_bulkrow_turn"),
            # Whoever a line is for does not decide about the file.
            models.Index(fields=["file", "client"], name="accounts_bulkrow_whose"),
        ]

    def __str__(self) -> str:
        return f"F{self.file_id}.{self.number}"
