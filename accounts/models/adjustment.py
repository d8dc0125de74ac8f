"""What staff move on an account by hand: corrections, credits, reversals, lost disputes."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.dispute import Dispute
from accounts.models.ledger import Entry
from accounts.terms.adjustments import (
    ADJUSTMENT_FINAL,
    ADJUSTMENT_LABELS,
    BY_RULE,
    CAUSE_LABELS,
    KIND_LABELS,
    UNMOVED,
    AdjustmentKind,
    Cause,
)
from accounts.terms.adjustments import Adjustment as State
from backoffice.core.access import Scope
from backoffice.core.amounts import AmountField, CurrencyField, amount_digits_check

ENDS = [state.value for state in sorted(ADJUSTMENT_FINAL)]
ALIVE = ~Q(state__in=[state.value for state in sorted(UNMOVED)])
KIND = AdjustmentKind


class Adjustment(models.Model):
    """One change of one account, asked for by staff or made by a rule; at most one operation.

    `key` comes with the form, and the operation in MetaTrader has the same: asked for once, moved
    once. `amount` is signed, in the account's currency. `ends_at` is until when a credit is given,
    `ended_at` since when nothing is left of it. `reverses_ticket` is the record in MetaTrader whose
    opposite a reversal books. `credit` is the credit in that a credit out takes from, `dispute` the
    lost case that a chargeback debits. `approval` is where those who have to agree did; many
    adjustments of one file share one, and what a rule does by itself has none. Owner, desk and
    source are those of the asking, whoever has the client later.
    """

    scope: ClassVar[Scope] = Scope(
        owner="client__owner_id", desk="client__desk_id", entity="legal_entity_id"
    )

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=list(KIND_LABELS.items()))
    legal_entity = models.ForeignKey("company.LegalEntity", models.PROTECT, related_name="+")
    client = models.ForeignKey("crm.Client", models.PROTECT, related_name="+")
    account = models.ForeignKey("trading.TradingAccount", models.PROTECT, related_name="+")
    owner = models.ForeignKey("identity.User", models.PROTECT, related_name="+", null=True)
    desk = models.ForeignKey("identity.Desk", models.PROTECT, related_name="+", null=True)
    source = models.CharField(max_length=80, default="", blank=True)
    amount = AmountField(_("amount"))
    currency = CurrencyField(_("currency"))
    cause = models.CharField(_("cause"), max_length=20, choices=list(CAUSE_LABELS.items()))
    reason = models.CharField(_("reason"), max_length=300)
    ends_at = models.DateTimeField(null=True)
    reverses_ticket = models.BigIntegerField(null=True)
    credit = models.ForeignKey("self", models.PROTECT, related_name="+", null=True)
    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="debits", null=True)
    state = models.CharField(
        _("state"), max_length=12, choices=list(ADJUSTMENT_LABELS.items()), default=State.REQUESTED
    )
    requested_by = models.CharField(max_length=64)
    requested_at = models.DateTimeField()
    approval = models.ForeignKey(
        "approvals.ApprovalRequest", models.PROTECT, related_name="+", null=True, editable=False
    )
    approved_at = models.DateTimeField(null=True)
    reservation = models.OneToOneField(Entry, models.PROTECT, related_name="+", null=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+", null=True)
    ticket = models.BigIntegerField(null=True)
    waits_because = models.CharField(max_length=300, default="", blank=True)
    next_try_at = models.DateTimeField(null=True)
    uncertain_since = models.DateTimeField(null=True)
    uncertain_words = models.CharField(max_length=300, default="", blank=True)
    needs_person = models.BooleanField(default=False)
    settling_by = models.CharField(max_length=64, default="", blank=True)
    ended_at = models.DateTimeField(null=True)
    closed_because = models.CharField(max_length=300, default="", blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("adjustment")
        verbose_name_plural = _("adjustments")
        indexes = [
            models.Index(fields=["account", "-id"], name="accounts_adjustment_account"),
            models.Index(fields=["client", "-id"], name="accounts_adjustment_client"),
            models.Index(
                fields=["state", "-id"],
                condition=~Q(state__in=ENDS),
                name="accounts_adjustment_open",
            ),
            models.Index(
                fields=["ends_at"],
                condition=Q(
                    kind=KIND.CREDIT_IN.value, state=State.DONE.value, ended_at__isnull=True
                ),
                name="accounts_adjustment_ends",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in KIND])
                & Q(state__in=[state.value for state in State])
                & Q(cause__in=[cause.value for cause in Cause])
                & ~Q(reason="")
                & ~Q(requested_by=""),
                name="accounts_adjustment_words",
            ),
            # What each kind moves, and what it has to name.
            models.CheckConstraint(
                condition=Q(kind=KIND.CREDIT_IN.value, amount__gt=0, ends_at__isnull=False)
                | Q(kind=KIND.CREDIT_OUT.value, amount__lt=0, ends_at__isnull=True)
                | Q(kind=KIND.CHARGEBACK.value, amount__lt=0, ends_at__isnull=True)
                | Q(
                    ~Q(amount=0),
                    kind__in=[KIND.CORRECTION.value, KIND.REVERSAL.value],
                    ends_at__isnull=True,
                ),
                name="accounts_adjustment_amount",
            ),
            models.CheckConstraint(
                condition=Q(kind=KIND.REVERSAL.value, reverses_ticket__isnull=False)
                | ~Q(kind=KIND.REVERSAL.value) & Q(reverses_ticket__isnull=True),
                name="accounts_adjustment_reverses",
            ),
            models.CheckConstraint(
                condition=Q(credit__isnull=True) | Q(kind=KIND.CREDIT_OUT.value),
                name="accounts_adjustment_takes",
            ),
            models.CheckConstraint(
                condition=~Q(cause__in=[cause.value for cause in BY_RULE])
                | Q(kind=KIND.CREDIT_OUT.value, credit__isnull=False, approval__isnull=True),
                name="accounts_adjustment_by_rule",
            ),
            models.CheckConstraint(
                condition=Q(kind=KIND.CHARGEBACK.value, dispute__isnull=False)
                | ~Q(kind=KIND.CHARGEBACK.value) & Q(dispute__isnull=True),
                name="accounts_adjustment_disputes",
            ),
            models.UniqueConstraint(
                fields=["dispute"],
                condition=Q(kind=KIND.CHARGEBACK.value) & ALIVE,
                name="accounts_adjustment_charged_back_once",
            ),
            # A record is reversed once, and a rule takes what is left of a credit once.
            models.UniqueConstraint(
                fields=["account", "reverses_ticket"],
                condition=Q(kind=KIND.REVERSAL.value) & ALIVE,
                name="accounts_adjustment_reversed_once",
            ),
            models.UniqueConstraint(
                fields=["credit"],
                condition=Q(cause__in=[cause.value for cause in BY_RULE]) & ALIVE,
                name="accounts_adjustment_ended_once",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.DONE.value)
                | Q(ticket__isnull=False, entry__isnull=False, approved_at__isnull=False),
                name="accounts_adjustment_done",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True)
                | Q(kind=KIND.CREDIT_IN.value, state=State.DONE.value),
                name="accounts_adjustment_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.UNCERTAIN.value) | Q(uncertain_since__isnull=False),
                name="accounts_adjustment_uncertain",
            ),
            models.CheckConstraint(
                condition=Q(needs_person=False, settling_by="")
                | Q(needs_person=True, state=State.UNCERTAIN.value),
                name="accounts_adjustment_needs_person",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDS, closed_at__isnull=False)
                | ~Q(state__in=ENDS) & Q(closed_at__isnull=True),
                name="accounts_adjustment_closed",
            ),
            amount_digits_check("accounts_adjustment_digits", amount="amount", currency="currency"),
        ]

    def __str__(self) -> str:
        """Return the number that people call it by."""
        return f"A{self.pk}"

    @property
    def is_final(self) -> bool:
        """Whether nothing can follow any more."""
        return State(self.state) in ADJUSTMENT_FINAL

    @property
    def is_of_credit(self) -> bool:
        """Whether it moves the account's credit, and not its balance."""
        return self.kind in (KIND.CREDIT_IN, KIND.CREDIT_OUT)
