"""What two people decided about a money command that machines could not: proposed, confirmed."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from trading.models.balance_operation import BalanceOperation
from trading.states import OUTCOME_LABELS, SETTLING_LABELS, Outcome, Settling


class HandSettlement(models.Model):
    """One proposal. `seen` and `seen_again` keep what each of the two found when they looked."""

    id = models.BigAutoField(primary_key=True)
    operation = models.ForeignKey(BalanceOperation, models.PROTECT, related_name="settlements")
    outcome = models.CharField(max_length=12, choices=list(OUTCOME_LABELS.items()))
    ticket = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=300)
    state = models.CharField(
        max_length=12, choices=list(SETTLING_LABELS.items()), default=Settling.PROPOSED
    )
    proposed_by = models.CharField(max_length=64)
    proposed_at = models.DateTimeField()
    seen = models.JSONField()
    decided_by = models.CharField(max_length=64, default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    seen_again = models.JSONField(default=dict, blank=True)
    declined_because = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        verbose_name = _("settlement by hand")
        verbose_name_plural = _("settlements by hand")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in Settling])
                & Q(outcome__in=[outcome.value for outcome in Outcome])
                & ~Q(reason="")
                & ~Q(proposed_by=""),
                name="trading_handsettlement_words",
            ),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.MOVED.value, ticket__isnull=False)
                | Q(outcome=Outcome.NOT_MOVED.value, ticket__isnull=True),
                name="trading_handsettlement_ticket",
            ),
            # Four eyes: nobody agrees with themselves.
            models.CheckConstraint(
                condition=~Q(state=Settling.CONFIRMED.value)
                | (
                    ~Q(decided_by="")
                    & ~Q(decided_by=F("proposed_by"))
                    & Q(decided_at__isnull=False)
                ),
                name="trading_handsettlement_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state=Settling.DECLINED.value)
                | (~Q(declined_because="") & ~Q(decided_by="")),
                name="trading_handsettlement_declined_why",
            ),
            models.UniqueConstraint(
                fields=["operation"],
                condition=Q(state=Settling.PROPOSED.value),
                name="trading_handsettlement_one_open",
            ),
        ]

    def __str__(self) -> str:
        """Return which operation it is about."""
        return f"{self.operation_id}: {self.outcome}"
