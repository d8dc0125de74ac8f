"""What a decision rests on: the checks as they were, the seats, and what was on the screen."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models.payment import Payment
from accounts.models.wording import worded
from accounts.states import APPROVAL_LABELS, CHECK_LABELS, SEAT_LABELS, Approval, Occasion, Verdict


class PaymentCheck(models.Model):
    """One answer of one run of the checks. `sentence` is a template, `facts` are its figures."""

    OCCASIONS: ClassVar = [(occasion.value, occasion.value) for occasion in Occasion]
    VERDICTS: ClassVar = [(verdict.value, verdict.value) for verdict in Verdict]

    id = models.BigAutoField(primary_key=True)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="checks")
    run = models.PositiveIntegerField()
    occasion = models.CharField(max_length=10, choices=OCCASIONS)
    number = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=8, choices=VERDICTS)
    sentence = models.CharField(max_length=200)
    facts = models.JSONField()
    figures_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "run", "number"], name="accounts_paymentcheck_once"
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=[verdict.value for verdict in Verdict])
                & Q(occasion__in=[occasion.value for occasion in Occasion])
                & Q(number__in=list(CHECK_LABELS)),
                name="accounts_paymentcheck_words",
            ),
        ]

    @property
    def label(self) -> str:
        """The name of the check, in the reader's language."""
        return gettext(CHECK_LABELS[self.number])

    @property
    def told(self) -> str:
        """The sentence with its figures, in the reader's language."""
        return worded(self.sentence, self.facts)


class PaymentApproval(models.Model):
    """One seat's decision, bound to the payload and the facts that were shown.

    `requested_by` repeats who asked (a foreign key proves it), so that the row itself can forbid
    that the same person decides. `picture` is what the decision was made on, to be opened again.
    """

    id = models.BigAutoField(primary_key=True)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="approvals")
    requested_by = models.CharField(max_length=64)
    seat = models.CharField(max_length=16, choices=list(SEAT_LABELS.items()))
    state = models.CharField(
        max_length=8, choices=list(APPROVAL_LABELS.items()), default=Approval.WAITING
    )
    opened_at = models.DateTimeField()
    decided_by = models.CharField(max_length=64, default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    fingerprint = models.CharField(max_length=300, default="", blank=True)
    picture = models.JSONField(default=dict, blank=True)
    reason = models.CharField(max_length=300, default="", blank=True)
    voided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in Approval]),
                name="accounts_paymentapproval_state",
            ),
            models.CheckConstraint(
                condition=~Q(decided_by=F("requested_by")),
                name="accounts_paymentapproval_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state=Approval.APPROVED.value)
                | (~Q(decided_by="") & ~Q(fingerprint="") & Q(decided_at__isnull=False)),
                name="accounts_paymentapproval_bound",
            ),
            models.CheckConstraint(
                condition=~Q(state=Approval.VOIDED.value)
                | (~Q(reason="") & Q(voided_at__isnull=False)),
                name="accounts_paymentapproval_voided_why",
            ),
            models.UniqueConstraint(
                fields=["payment", "decided_by"],
                condition=Q(state=Approval.APPROVED.value),
                name="accounts_paymentapproval_one_seat",
            ),
            models.UniqueConstraint(
                fields=["payment", "seat"],
                condition=Q(state__in=[Approval.WAITING.value, Approval.APPROVED.value]),
                name="accounts_paymentapproval_seat_once",
            ),
        ]
