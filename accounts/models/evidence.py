"""What a decision rests on: the checks as they were. Who decided is the approval's to keep."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models.payment import Payment
from accounts.models.wording import worded
from accounts.states import CHECK_LABELS, Occasion, Verdict


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
