"""A vote: what one person said, and exactly what was on the screen. Votes only grow."""

from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from backoffice.approvals.models.request import ApprovalRequest
from backoffice.approvals.states import VERDICT_LABELS, Verdict


class ApprovalVote(models.Model):
    """One vote. PostgreSQL gives it its round and seat, and refuses it when it may not be.

    `facts` is the text that the vote is bound to, `picture` what stood beside it. `for_user`: whom
    the voter stands in for. `completes`: with it, everybody agreed. `voids`: so many earlier votes
    were on other facts, and count no more. Session and device are digests; `proof` is the voter's
    latest second factor, `stepped_up` whether it was fresh.
    """

    id = models.BigAutoField(primary_key=True)
    request = models.ForeignKey(ApprovalRequest, models.PROTECT, related_name="votes")
    voter = models.ForeignKey("identity.User", models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=12, choices=list(VERDICT_LABELS.items()))
    reason = models.CharField(max_length=300, default="", blank=True)
    payload_digest = models.CharField(max_length=64, editable=False)
    facts = models.TextField(editable=False)
    picture = models.JSONField(default=dict, editable=False)
    session_digest = models.CharField(max_length=64, default="", blank=True)
    device_digest = models.CharField(max_length=64, default="", blank=True)
    stepped_up = models.BooleanField(default=False)
    proof = models.CharField(max_length=12, default="", db_default="", blank=True)
    proved_at = models.DateTimeField(null=True)
    cast_at = models.DateTimeField()
    # From here on PostgreSQL decides; the insert brings it back.
    round = models.PositiveIntegerField(db_default=1)
    seat = models.PositiveSmallIntegerField(null=True, db_default=Value(None))
    for_user = models.ForeignKey(
        "identity.User", models.PROTECT, null=True, related_name="+", db_default=Value(None)
    )
    facts_digest = models.CharField(max_length=64, db_default="")
    completes = models.BooleanField(db_default=False)
    voids = models.PositiveSmallIntegerField(db_default=0)

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=[verdict.value for verdict in Verdict]),
                name="approvals_vote_words",
            ),
            models.CheckConstraint(
                condition=~Q(verdict__in=[Verdict.REFUSE.value, Verdict.OBJECTION.value])
                | ~Q(reason=""),
                name="approvals_vote_reason",
            ),
            models.CheckConstraint(
                condition=Q(for_user__isnull=True) | ~Q(for_user=F("voter")),
                name="approvals_vote_for_another",
            ),
            # One person, one seat; one seat, one person.
            models.UniqueConstraint(
                fields=["request", "round", "voter"],
                condition=Q(verdict=Verdict.AGREE.value),
                name="approvals_vote_twice",
            ),
            models.UniqueConstraint(
                fields=["request", "round", "seat"],
                condition=Q(verdict=Verdict.AGREE.value),
                name="approvals_vote_seat",
            ),
        ]
