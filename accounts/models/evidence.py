"""What a decision rests on: the checks as they were, and what shows that money moved.

Money over a chain, or from hand to hand, has one row a deposit or payment. Who decided is the
approval's to keep.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models.deposit import Deposit
from accounts.models.payment import Payment
from accounts.models.payment_method import PaymentMethod
from accounts.models.wording import worded
from accounts.states import CHECK_LABELS, Occasion, Verdict
from accounts.terms.chains import NETWORK_LABELS, SCREENING_LABELS, Network, Screening

ONE_OF_BOTH = Q(deposit__isnull=False, payment__isnull=True) | Q(
    deposit__isnull=True, payment__isnull=False
)


class PaymentCheck(models.Model):
    """One answer of one run of the checks. `sentence` is a template, `facts` are its figures."""

    OCCASIONS: ClassVar = [(occasion.value, occasion.value) for occasion in Occasion]
    VERDICTS: ClassVar = [(verdict.value, verdict.value) for verdict in Verdict]

    id = models.BigAutoField(primary_key=True)
    # A trigger proves it, once for all answers of a run; its index is that of `once`.
    payment = models.ForeignKey(
        Payment, models.PROTECT, related_name="checks", db_constraint=False, db_index=False
    )
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


class ChainMove(models.Model):
    """A transaction on a chain: of a deposit to the house, or of a payout to the client's address.

    `seen` counts confirmations, and only grows while the hash stays. `screening` is about the coins
    that come, or the address that they go to; `screened_by` is a person, or the provider.
    """

    id = models.BigAutoField(primary_key=True)
    deposit = models.OneToOneField(Deposit, models.PROTECT, related_name="chain", null=True)
    payment = models.OneToOneField(Payment, models.PROTECT, related_name="chain", null=True)
    network = models.CharField(_("network"), max_length=16, choices=list(NETWORK_LABELS.items()))
    address = models.CharField(_("address"), max_length=100)
    transaction = models.CharField(_("transaction"), max_length=64, default="", blank=True)
    needed = models.PositiveIntegerField(_("confirmations needed"))
    seen = models.PositiveIntegerField(_("confirmations seen"), default=0)
    seen_at = models.DateTimeField(null=True)
    recorded_by = models.CharField(max_length=64, default="", blank=True)
    screening = models.CharField(
        _("screening"),
        max_length=8,
        choices=list(SCREENING_LABELS.items()),
        default=Screening.UNKNOWN,
    )
    screening_case = models.CharField(max_length=64, default="", blank=True)
    screened_by = models.CharField(max_length=64, default="", blank=True)
    screened_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("transaction on a chain")
        verbose_name_plural = _("transactions on chains")
        indexes = [models.Index(fields=["transaction"], name="accounts_chain_transaction")]
        constraints = [
            models.CheckConstraint(condition=ONE_OF_BOTH, name="accounts_chain_one_of_both"),
            models.CheckConstraint(
                condition=Q(network__in=[one.value for one in Network])
                & Q(screening__in=[one.value for one in Screening])
                & ~Q(address=""),
                name="accounts_chain_words",
            ),
            models.CheckConstraint(
                condition=Q(screening=Screening.UNKNOWN.value)
                | ~Q(screened_by="") & Q(screened_at__isnull=False),
                name="accounts_chain_screened_by_whom",
            ),
            models.UniqueConstraint(
                fields=["network", "transaction", "address"],
                condition=Q(payment__isnull=False) & ~Q(transaction=""),
                name="accounts_chain_pays_once",
            ),
        ]

    def __str__(self) -> str:
        """Return network and hash."""
        return f"{self.network} {self.transaction or self.address}"

    @property
    def is_deep(self) -> bool:
        """Whether it has the confirmations that its method asks for."""
        return bool(self.transaction) and self.seen >= self.needed

    @property
    def is_clean(self) -> bool:
        """Whether a screening found nothing."""
        return self.screening == Screening.CLEAN


class Handover(models.Model):
    """Money that a person took from a client, or handed to one: who, where, which receipt."""

    id = models.BigAutoField(primary_key=True)
    deposit = models.OneToOneField(Deposit, models.PROTECT, related_name="handover", null=True)
    payment = models.OneToOneField(Payment, models.PROTECT, related_name="handover", null=True)
    method = models.ForeignKey(PaymentMethod, models.PROTECT, related_name="+")
    person = models.CharField(_("who took it, or handed it out"), max_length=120)
    place = models.CharField(_("where"), max_length=120)
    receipt = models.CharField(_("receipt number"), max_length=64)
    recorded_by = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        constraints = [
            models.CheckConstraint(condition=ONE_OF_BOTH, name="accounts_handover_one_of_both"),
            models.CheckConstraint(
                condition=~Q(person="") & ~Q(place="") & ~Q(receipt="") & ~Q(recorded_by=""),
                name="accounts_handover_told",
            ),
            models.UniqueConstraint(
                fields=["method", "receipt"], name="accounts_handover_receipt_once"
            ),
        ]

    def __str__(self) -> str:
        """Return the receipt's number."""
        return self.receipt
