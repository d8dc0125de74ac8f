"""A dispute about a deposit: a client calls card money back, or a rule fears it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.deposit import Deposit
from accounts.models.ledger import Entry
from accounts.terms.disputes import DISPUTE_FINAL, DISPUTE_LABELS, DISPUTED, TAKEN
from accounts.terms.disputes import Dispute as State
from backoffice.core.access import Scope
from backoffice.core.amounts import AmountField, CurrencyField, amount_digits_check

ENDS = [state.value for state in sorted(DISPUTE_FINAL)]
OPEN = [state.value for state in DISPUTED]
LOST = [state.value for state in TAKEN]


class Dispute(models.Model):
    """One case. `amount` is what the client's bank calls back, in the deposit's currency.

    `reference` is the provider's name of it: the same one is one case. `reservation` holds the
    client's part of it in the books, also where that is more than there is; `debit_amount` is that
    part (without our fee). `answer_by`: after that the provider hears nothing more.
    """

    scope: ClassVar[Scope] = Scope(
        owner="client__owner_id", desk="client__desk_id", entity="legal_entity_id"
    )

    id = models.BigAutoField(primary_key=True)
    deposit = models.ForeignKey(Deposit, models.PROTECT, related_name="disputes")
    legal_entity = models.ForeignKey("company.LegalEntity", models.PROTECT, related_name="+")
    client = models.ForeignKey("crm.Client", models.PROTECT, related_name="+")
    account = models.ForeignKey("trading.TradingAccount", models.PROTECT, related_name="+")
    provider = models.CharField(max_length=40)
    reference = models.CharField(max_length=64, default="", blank=True)
    amount = AmountField(_("amount"))
    debit_amount = AmountField(default=0)
    currency = CurrencyField(_("currency"))
    reason_code = models.CharField(_("reason code"), max_length=20, default="", blank=True)
    state = models.CharField(
        _("state"), max_length=14, choices=list(DISPUTE_LABELS.items()), default=State.SUSPECTED
    )
    begun_by = models.CharField(max_length=64)
    begun_at = models.DateTimeField()
    words = models.CharField(max_length=300, default="", blank=True)
    opened_at = models.DateTimeField(null=True)
    answer_by = models.DateTimeField(null=True)
    reservation = models.OneToOneField(Entry, models.PROTECT, related_name="+", null=True)
    sent_by = models.CharField(max_length=64, default="", blank=True)
    sent_at = models.DateTimeField(null=True)
    pack_digest = models.CharField(max_length=64, default="", blank=True)
    ended_by = models.CharField(max_length=64, default="", blank=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        indexes = [
            models.Index(
                fields=["answer_by", "id"],
                condition=Q(state__in=OPEN),
                name="accounts_dispute_due",
            ),
            models.Index(fields=["client", "state"], name="accounts_dispute_client"),
            models.Index(fields=["provider", "opened_at"], name="accounts_dispute_provider"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State], amount__gt=0)
                & ~Q(begun_by=""),
                name="accounts_dispute_words",
            ),
            # A provider's case is one row, and a deposit has one case at a time.
            models.UniqueConstraint(
                fields=["provider", "reference"],
                condition=~Q(reference=""),
                name="accounts_dispute_reference_once",
            ),
            models.UniqueConstraint(
                fields=["deposit"],
                condition=~Q(state__in=ENDS),
                name="accounts_dispute_alone",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[*OPEN, State.WON.value, *LOST])
                | Q(opened_at__isnull=False, answer_by__isnull=False, reservation__isnull=False),
                name="accounts_dispute_opened",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.EVIDENCE_SENT.value)
                | Q(sent_at__isnull=False) & ~Q(sent_by=""),
                name="accounts_dispute_sent",
            ),
            # Who sent the evidence does not tell that it won: that frees the client's money.
            models.CheckConstraint(
                condition=~Q(state=State.WON.value) | ~Q(ended_by=F("sent_by")),
                name="accounts_dispute_won",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDS, ended_at__isnull=False)
                & ~Q(ended_by="")
                & ~Q(end_reason="")
                | ~Q(state__in=ENDS) & Q(ended_at__isnull=True),
                name="accounts_dispute_ended",
            ),
            amount_digits_check("accounts_dispute_digits", amount="amount", currency="currency"),
        ]

    def __str__(self) -> str:
        """Return the number that people call it by."""
        return f"C{self.pk}"

    @property
    def is_final(self) -> bool:
        """Whether nothing can follow any more."""
        return State(self.state) in DISPUTE_FINAL
