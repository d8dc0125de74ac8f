"""A request for approval: what exactly, on which facts, who asked, from where, who must agree."""

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from backoffice.approvals.models.policy import ApprovalPolicy
from backoffice.approvals.states import LIVE, STANDING_LABELS, Standing
from backoffice.core.amounts import AmountField


class ApprovalRequest(models.Model):
    """One request. PostgreSQL fills and guards it: migration 0002 says how.

    `payload` is canonical text and never changes; `facts` are those that the votes of this `round`
    are bound to. `seats` (one list of role codes a seat) and `deadline_at` come from the policy.
    `ballots` counts votes, so that two at once never miss each other.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True, editable=False)
    kind = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=40)
    subject_key = models.CharField(max_length=64)
    client_id = models.BigIntegerField(null=True)
    amount = AmountField(null=True)
    currency = models.CharField(max_length=4, default="", blank=True)
    payload = models.TextField(editable=False)
    payload_digest = models.CharField(max_length=64, editable=False)
    asked_facts = models.TextField(editable=False)
    picture = models.JSONField(default=dict, editable=False)
    facts = models.TextField(editable=False)
    facts_digest = models.CharField(max_length=64, editable=False)
    reason = models.CharField(_("reason"), max_length=300, default="", blank=True)
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    asked_session = models.CharField(max_length=64, default="", blank=True)
    asked_device = models.CharField(max_length=64, default="", blank=True)
    # From here on PostgreSQL decides; the insert brings it back.
    policy = models.ForeignKey(
        ApprovalPolicy, models.PROTECT, related_name="+", db_default=Value(0), db_index=False
    )
    permission = models.CharField(max_length=80, db_default="")
    seats = models.JSONField(db_default=Value([], models.JSONField()))
    deadline_at = models.DateTimeField(null=True, db_default=Value(None))
    state = models.CharField(
        max_length=12, choices=list(STANDING_LABELS.items()), db_default=Standing.WAITING.value
    )
    round = models.PositiveIntegerField(db_default=1)
    ballots = models.PositiveIntegerField(db_default=0)
    granted_at = models.DateTimeField(null=True, db_default=Value(None))
    review_at = models.DateTimeField(null=True, db_default=Value(None))
    executed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=64, default="", blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_reason = models.CharField(max_length=300, default="", blank=True)
    reviewed_by = models.CharField(max_length=64, default="", blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("request for approval")
        verbose_name_plural = _("requests for approval")
        indexes = [
            models.Index(
                fields=["deadline_at", "id"],
                condition=Q(state=Standing.WAITING.value),
                name="approvals_request_waiting",
            ),
            models.Index(
                fields=["review_at", "id"],
                condition=Q(review_at__isnull=False, reviewed_at__isnull=True),
                name="approvals_request_review",
            ),
            models.Index(
                fields=["subject_kind", "subject_key", "-id"], name="approvals_request_subject"
            ),
            models.Index(fields=["asked_by", "-id"], name="approvals_request_asker"),
            # Few were ever void, and the queue asks it of everything that waits.
            models.Index(
                fields=["subject_kind", "subject_key"],
                condition=Q(state=Standing.VOIDED.value) | Q(round__gt=1),
                name="approvals_request_void",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in Standing]),
                name="approvals_request_words",
            ),
            models.CheckConstraint(
                condition=~Q(kind="") & ~Q(asked_by="") & ~Q(payload="") & ~Q(permission=""),
                name="approvals_request_told",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True, currency="")
                | (Q(amount__isnull=False) & ~Q(currency="")),
                name="approvals_request_amount",
            ),
            # One at a time about the same thing.
            models.UniqueConstraint(
                fields=["kind", "subject_kind", "subject_key"],
                condition=Q(state__in=[state.value for state in LIVE]),
                name="approvals_request_alone",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
