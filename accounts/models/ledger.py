"""The books: accounts, entries, postings. They only grow; PostgreSQL proves that they balance."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.states import ENTRY_LABELS, LEDGER_LABELS, Entering, LedgerKind, Phase
from backoffice.core.access import Scope
from backoffice.core.amounts import AmountField, CurrencyField, amount_digits_check

PER_METHOD = (LedgerKind.METHOD_CLEARING, LedgerKind.PROVIDER_RESERVE)
PER_LOGIN = (LedgerKind.CLIENT_FUNDS, LedgerKind.CLIENT_CREDIT)
RESOLVING = (Entering.SETTLE, Entering.VOID)


class LedgerAccount(models.Model):
    """One account of the books, in one currency, of one legal entity.

    `may_overdraw` lifts the rule that a reservation needs cover; setting it is an act of its own.
    """

    scope: ClassVar[Scope] = Scope(entity="legal_entity_id")

    kind = models.CharField(max_length=24, choices=list(LEDGER_LABELS.items()))
    legal_entity = models.ForeignKey("company.LegalEntity", models.PROTECT, related_name="+")
    currency = CurrencyField()
    trading_account = models.ForeignKey(
        "trading.TradingAccount", models.PROTECT, related_name="+", null=True
    )
    payment_method = models.ForeignKey(
        "accounts.PaymentMethod", models.PROTECT, related_name="+", null=True
    )
    bank_account = models.ForeignKey(
        "accounts.BankAccount", models.PROTECT, related_name="+", null=True
    )
    client = models.ForeignKey("crm.Client", models.PROTECT, related_name="+", null=True)
    may_overdraw = models.BooleanField(default=False)
    opened_at = models.DateTimeField()

    class Meta:
        verbose_name = _("ledger account")
        verbose_name_plural = _("ledger accounts")
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "kind",
                    "legal_entity",
                    "currency",
                    "trading_account",
                    "payment_method",
                    "bank_account",
                    "client",
                ],
                nulls_distinct=False,
                name="accounts_ledgeraccount_once",
            ),
            # The composite key that a posting's foreign key holds on to: one account, one currency.
            models.UniqueConstraint(
                fields=["id", "currency"], name="accounts_ledgeraccount_currency"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in LedgerKind]),
                name="accounts_ledgeraccount_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=PER_LOGIN, trading_account__isnull=False)
                | Q(~Q(kind__in=PER_LOGIN), trading_account__isnull=True),
                name="accounts_ledgeraccount_per_login",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=PER_METHOD, payment_method__isnull=False)
                | Q(~Q(kind__in=PER_METHOD), payment_method__isnull=True),
                name="accounts_ledgeraccount_per_method",
            ),
            models.CheckConstraint(
                condition=Q(kind=LedgerKind.BANK, bank_account__isnull=False)
                | Q(~Q(kind=LedgerKind.BANK), bank_account__isnull=True),
                name="accounts_ledgeraccount_per_bank",
            ),
            models.CheckConstraint(
                condition=Q(kind=LedgerKind.CLIENT_WALLET, client__isnull=False, may_overdraw=False)
                | Q(~Q(kind=LedgerKind.CLIENT_WALLET), client__isnull=True),
                name="accounts_ledgeraccount_per_client",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.currency} #{self.pk}"


class Entry(models.Model):
    """One act in the books: posted, reserved, or an answer to an earlier entry.

    `key` is the caller's idempotency key. `of` names the entry that is settled, voided or reversed.
    `lines` counts its postings, so that none can be added afterwards.
    """

    key = models.UUIDField(unique=True)
    act = models.CharField(max_length=8, choices=list(ENTRY_LABELS.items()))
    of = models.ForeignKey("self", models.PROTECT, related_name="+", null=True)
    purpose = models.CharField(max_length=24)
    reference = models.CharField(max_length=64)
    actor = models.CharField(max_length=64)
    occurred_at = models.DateTimeField()
    lines = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [
            models.CheckConstraint(
                condition=Q(act__in=[act.value for act in Entering]), name="accounts_entry_act"
            ),
            models.CheckConstraint(
                condition=Q(act__in=(Entering.POST, Entering.RESERVE), of__isnull=True)
                | Q(act__in=(*RESOLVING, Entering.REVERSE), of__isnull=False),
                name="accounts_entry_answers",
            ),
            models.UniqueConstraint(
                fields=["of"], condition=Q(act__in=RESOLVING), name="accounts_entry_resolved_once"
            ),
            models.UniqueConstraint(
                fields=["of"],
                condition=Q(act=Entering.REVERSE),
                name="accounts_entry_reversed_once",
            ),
            models.CheckConstraint(
                condition=~Q(purpose="") & ~Q(reference="") & ~Q(actor="") & Q(lines__gte=2),
                name="accounts_entry_told",
            ),
        ]
        indexes = [models.Index(fields=["reference", "id"], name="accounts_entry_reference")]

    def __str__(self) -> str:
        return f"{self.act} {self.purpose} #{self.pk}"


class Posting(models.Model):
    """One line of an entry: a signed amount (debit +, credit −) on an account, posted or held."""

    # The indexes below begin with these.
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="postings", db_index=False)
    account = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="+", db_index=False)
    phase = models.CharField(max_length=8)
    amount = AmountField()
    currency = CurrencyField()

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = [
            models.CheckConstraint(
                condition=Q(phase__in=[phase.value for phase in Phase]),
                name="accounts_posting_phase",
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="accounts_posting_amount"),
            models.UniqueConstraint(
                fields=["entry", "account", "phase"], name="accounts_posting_once"
            ),
            amount_digits_check("accounts_posting_digits", amount="amount", currency="currency"),
        ]
        indexes = [models.Index(fields=["account", "-id"], name="accounts_posting_account")]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} {self.phase}"


class LedgerBalance(models.Model):
    """The running balance of a guarded account, kept by a trigger; we can only read it.

    Both are signed as postings are: a client's account grows on the credit side, so `posted` is
    negative while money is there, and a reservation adds a positive `pending`.
    """

    account = models.OneToOneField(
        LedgerAccount, models.PROTECT, primary_key=True, related_name="running"
    )
    posted = AmountField()
    pending = AmountField()

    class Meta:
        verbose_name = _("ledger balance")
        verbose_name_plural = _("ledger balances")

    def __str__(self) -> str:
        return f"{self.posted} / {self.pending}"
