"""Our accounts at banks: files as they came, statements, rows, and what each row was for.

Statements and rows only grow. What a row was for is a row of its own that can be undone, never
deleted: PostgreSQL keeps that, and that one row has one use at a time.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.deposit import Deposit
from accounts.models.ledger import Entry
from accounts.models.payment import Payment
from accounts.models.payment_method import PaymentMethod
from accounts.terms import FILE_LABELS, USE_LABELS, Use
from backoffice.core.access import Scope
from backoffice.core.amounts import AmountField, CurrencyField, amount_digits_check

LARGEST = 8 * 1024 * 1024  # bytes of a file
#: Uses that are somebody's word until a second person agrees.
FOR_TWO = (Use.SENT_BACK,)


class BankAccount(models.Model):
    """An account of ours at a bank, in one currency. Wires of its method come in there.

    `number` is an IBAN or the bank's own number, as it is compared: capitals and digits only.
    """

    scope: ClassVar[Scope] = Scope(entity="legal_entity_id")

    legal_entity = models.ForeignKey("company.LegalEntity", models.PROTECT, related_name="+")
    method = models.OneToOneField(PaymentMethod, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    holder = models.CharField(_("account holder"), max_length=160)
    number = models.CharField(_("IBAN or account number"), max_length=34)
    bic = models.CharField(_("BIC"), max_length=11, default="", blank=True)
    currency = CurrencyField(_("currency"))
    opened_at = models.DateTimeField()

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        ordering = ["legal_entity_id", "currency", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["number", "currency"], name="accounts_bankaccount_once"
            ),
            models.CheckConstraint(
                condition=Q(number__regex=r"^[0-9A-Z]{4,34}$") & ~Q(name="") & ~Q(holder=""),
                name="accounts_bankaccount_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.currency}"


class BankFile(models.Model):
    """A statement file as it was handed in: kept before it is judged; `outcome` is empty till then.

    A file that was taken is taken once: its digest is unique among those.
    """

    scope: ClassVar[Scope] = Scope(entity="account__legal_entity_id")

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(BankAccount, models.PROTECT, related_name="files")
    name = models.CharField(max_length=120)
    body = models.BinaryField(max_length=LARGEST)
    digest = models.CharField(max_length=64)
    kept_by = models.CharField(max_length=64)
    kept_at = models.DateTimeField()
    outcome = models.CharField(
        max_length=8, choices=list(FILE_LABELS.items()), default="", blank=True
    )
    words = models.CharField(max_length=400, default="", blank=True)
    rows_new = models.PositiveIntegerField(default=0)
    rows_known = models.PositiveIntegerField(default=0)
    judged_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("bank file")
        verbose_name_plural = _("bank files")
        indexes = [models.Index(fields=["account", "-id"], name="accounts_bankfile_account")]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "digest"],
                condition=Q(outcome="taken"),
                name="accounts_bankfile_taken_once",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", judged_at__isnull=True)
                | Q(outcome__in=list(FILE_LABELS), judged_at__isnull=False),
                name="accounts_bankfile_judged",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"


class BankStatement(models.Model):
    """One statement that was taken: from which balance to which, and where the bank counts it."""

    scope: ClassVar[Scope] = Scope(entity="account__legal_entity_id")

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(BankAccount, models.PROTECT, related_name="statements")
    file = models.ForeignKey(BankFile, models.PROTECT, related_name="statements")
    ident = models.CharField(max_length=64)
    sequence = models.PositiveIntegerField(null=True)
    opened_on = models.DateField()
    closed_on = models.DateField()
    opening = AmountField()
    closing = AmountField()
    taken_at = models.DateTimeField()

    class Meta:
        verbose_name = _("bank statement")
        verbose_name_plural = _("bank statements")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "ident", "closed_on"], name="accounts_bankstatement_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.ident} {self.closed_on}"


class BankRow(models.Model):
    """One booked movement of a bank account, kept once for ever by the bank's own reference.

    `amount` is positive when it came in. `other_key` tells bank accounts of the other side apart
    without being their number; `our_reference` is the first right reference of ours in the text.
    """

    scope: ClassVar[Scope] = Scope(entity="account__legal_entity_id")

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(BankAccount, models.PROTECT, related_name="rows")
    statement = models.ForeignKey(BankStatement, models.PROTECT, related_name="rows")
    reference = models.CharField(max_length=64)
    amount = AmountField(_("amount"))
    currency = CurrencyField(_("currency"))
    booked_on = models.DateField(_("booked"))
    value_on = models.DateField(_("value"))
    code = models.CharField(max_length=40, default="", blank=True)
    other_name = models.CharField(_("name"), max_length=160, default="", blank=True)
    other_number = models.CharField(max_length=64, default="", blank=True)
    other_key = models.CharField(max_length=64, default="", blank=True)
    end_to_end = models.CharField(max_length=64, default="", blank=True)
    text = models.CharField(max_length=500, default="", blank=True)
    charges = AmountField(default=0)
    returns = models.CharField(max_length=40, default="", blank=True)
    our_reference = models.CharField(max_length=16, default="", blank=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()

    class Meta:
        verbose_name = _("row of the bank")
        verbose_name_plural = _("rows of the bank")
        indexes = [
            models.Index(fields=["account", "-id"], name="accounts_bankrow_account"),
            models.Index(fields=["our_reference"], name="accounts_bankrow_ours"),
            models.Index(fields=["other_key"], name="accounts_bankrow_other"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["account", "reference"], name="accounts_bankrow_once"),
            models.CheckConstraint(
                condition=~Q(amount=0) & ~Q(reference="") & Q(charges__gte=0),
                name="accounts_bankrow_words",
            ),
            amount_digits_check("accounts_bankrow_digits", amount="amount", currency="currency"),
        ]

    def __str__(self) -> str:
        """Return the number that people call it by."""
        return f"B{self.pk}"

    @property
    def other_masked(self) -> str:
        """The other side's account with only its ends to be recognised."""
        plain = self.other_number
        return f"{plain[:4]} ••{plain[-4:]}" if len(plain) > 10 else plain and f"••{plain[-2:]}"


class BankUse(models.Model):
    """What a row was for: bound by somebody, perhaps agreed by a second, perhaps undone.

    `entry` moved it out of suspense; None where two rows settle each other, or nobody agreed yet.
    `fee` is what the banks kept of the client's money and the house bears.
    """

    scope: ClassVar[Scope] = Scope(entity="row__account__legal_entity_id")

    id = models.BigAutoField(primary_key=True)
    row = models.ForeignKey(BankRow, models.PROTECT, related_name="uses")
    kind = models.CharField(max_length=16, choices=list(USE_LABELS.items()))
    deposit = models.ForeignKey(Deposit, models.PROTECT, related_name="+", null=True)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="+", null=True)
    settles = models.ForeignKey("self", models.PROTECT, related_name="+", null=True)
    settlement_line = models.ForeignKey(
        "accounts.SettlementLine", models.PROTECT, related_name="bank_uses", null=True
    )
    fee = AmountField(default=0)
    reason = models.CharField(max_length=300, default="", blank=True)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    needs_second = models.BooleanField(default=False)
    agreed_by = models.CharField(max_length=64, default="", blank=True)
    agreed_at = models.DateTimeField(null=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+", null=True)
    undone_by = models.CharField(max_length=64, default="", blank=True)
    undone_at = models.DateTimeField(null=True)
    undone_because = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        verbose_name = _("use of a bank's row")
        verbose_name_plural = _("uses of bank's rows")
        indexes = [
            models.Index(fields=["deposit"], name="accounts_bankuse_deposit"),
            models.Index(fields=["payment"], name="accounts_bankuse_payment"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["row"], condition=Q(undone_at__isnull=True), name="accounts_bankuse_one"
            ),
            models.UniqueConstraint(
                fields=["settles"],
                condition=Q(undone_at__isnull=True, settles__isnull=False),
                name="accounts_bankuse_settled_once",
            ),
            models.UniqueConstraint(
                fields=["settlement_line"],
                condition=Q(undone_at__isnull=True, settlement_line__isnull=False),
                name="accounts_bankuse_payout_once",
            ),
            models.CheckConstraint(
                condition=Q(kind=Use.SETTLEMENT.value, settlement_line__isnull=False)
                | ~Q(kind=Use.SETTLEMENT.value) & Q(settlement_line__isnull=True),
                name="accounts_bankuse_of_payout",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=list(USE_LABELS)) & ~Q(made_by="") & Q(fee__gte=0),
                name="accounts_bankuse_words",
            ),
            # Four eyes, said to the database too.
            models.CheckConstraint(
                condition=Q(agreed_by="") | ~Q(agreed_by=models.F("made_by")),
                name="accounts_bankuse_agreed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(needs_second=False) | ~Q(agreed_by="") | Q(entry__isnull=True),
                name="accounts_bankuse_not_alone",
            ),
            models.CheckConstraint(
                condition=(Q(fee=0) & ~Q(kind__in=[one.value for one in FOR_TWO]))
                | Q(needs_second=True),
                name="accounts_bankuse_for_two",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by="")
                | Q(undone_at__isnull=False) & ~Q(undone_by="") & ~Q(undone_because=""),
                name="accounts_bankuse_undone_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of B{self.row_id}"

    @property
    def waits_for_second(self) -> bool:
        """Whether a second person has to agree before anything moves."""
        return self.needs_second and not self.agreed_by and self.undone_at is None
