"""How the books follow MetaTrader: since when, which days, which records, and what differs."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.ledger import Entry, LedgerAccount
from accounts.states import GAP_LABELS, PAST_LABELS, Booked, Gap, PastKind
from backoffice.core.access import Scope
from backoffice.core.amounts import AmountField, CurrencyField, amount_digits_check


class AccountBooks(models.Model):
    """The books of one trading account: opened once, with the balance that MetaTrader showed.

    `first_day` is the server's day on which they begin: results of earlier days that become known
    later are posted on it.
    """

    account = models.OneToOneField(
        "trading.TradingAccount", models.PROTECT, primary_key=True, related_name="+"
    )
    currency = CurrencyField()
    funds = models.OneToOneField(LedgerAccount, models.PROTECT, related_name="+")
    credit = models.OneToOneField(LedgerAccount, models.PROTECT, related_name="+")
    legal_entity = models.ForeignKey("company.LegalEntity", models.PROTECT, related_name="+")
    first_day = models.DateField()
    opened_at = models.DateTimeField()

    class Meta:
        verbose_name = _("books of an account")
        verbose_name_plural = _("books of accounts")


class ResultDay(models.Model):
    """What closed trades earned on one day of the server: at the opening, and posted since."""

    id = models.BigAutoField(primary_key=True)
    books = models.ForeignKey(AccountBooks, models.PROTECT, related_name="days")
    day = models.DateField()
    included = AmountField(default=0)
    posted = AmountField(default=0)
    entries = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("day of results")
        verbose_name_plural = _("days of results")
        constraints = [
            models.UniqueConstraint(fields=["books", "day"], name="accounts_resultday_once")
        ]


class BookedTicket(models.Model):
    """One money record of MetaTrader that the books account for."""

    KINDS = [(kind.value, kind.value) for kind in Booked]

    id = models.BigAutoField(primary_key=True)
    books = models.ForeignKey(AccountBooks, models.PROTECT, related_name="tickets")
    ticket = models.BigIntegerField()
    is_credit = models.BooleanField(default=False)
    kind = models.CharField(max_length=8, choices=KINDS)
    amount = AmountField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+", null=True)
    booked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("booked record")
        verbose_name_plural = _("booked records")
        constraints = [
            models.UniqueConstraint(fields=["books", "ticket"], name="accounts_bookedticket_once"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Booked]),
                name="accounts_bookedticket_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind=Booked.OPENING.value) | Q(entry__isnull=False),
                name="accounts_bookedticket_entry",
            ),
        ]
        indexes = [BrinIndex(fields=["booked_at"], name="accounts_bookedticket_when")]


class PastMovement(models.Model):
    """One balance record from before the books: a deposit, a withdrawal, an adjustment, a credit.

    `entry` says for a client's own money that it left the opening for where such money stands.
    """

    id = models.BigAutoField(primary_key=True)
    books = models.ForeignKey(AccountBooks, models.PROTECT, related_name="past")
    ticket = models.BigIntegerField()
    kind = models.CharField(max_length=12, choices=list(PAST_LABELS.items()))
    amount = AmountField()
    currency = CurrencyField()
    moved_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+", null=True)
    imported_at = models.DateTimeField()

    class Meta:
        verbose_name = _("movement before the books")
        verbose_name_plural = _("movements before the books")
        constraints = [
            models.UniqueConstraint(fields=["books", "ticket"], name="accounts_pastmovement_once"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in PastKind]),
                name="accounts_pastmovement_kind",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[PastKind.DEPOSIT.value, PastKind.WITHDRAWAL.value],
                    entry__isnull=False,
                )
                | Q(
                    kind__in=[PastKind.ADJUSTMENT.value, PastKind.CREDIT.value], entry__isnull=True
                ),
                name="accounts_pastmovement_entry",
            ),
            amount_digits_check(
                "accounts_pastmovement_digits", amount="amount", currency="currency"
            ),
        ]


class Discrepancy(models.Model):
    """Something in which MetaTrader and the books differ, until it does not any more.

    `payment` names the one that is closed as not moved and that MetaTrader booked all the same: the
    case that people have to settle. `sightings` counts the comparisons that saw it: a difference of
    balances is told later than the first, because a trade that closes during it explains itself.
    `agreed_by`: two people agreed on what `note` says, and it asks for nobody any
    more, unless the amounts change. `evidence` is what the comparison saw, `cure` what the last one
    saw, when it was gone.

    Of a provider's settlement there is no account: `method` and the provider's `reference` say what
    it is about, and `taken_over` by how much the books took the provider's word over.
    """

    scope = Scope(entity="legal_entity_id")

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(
        "trading.TradingAccount", models.PROTECT, related_name="+", null=True
    )
    method = models.ForeignKey(
        "accounts.PaymentMethod", models.PROTECT, related_name="+", null=True
    )
    reference = models.CharField(max_length=64, default="", db_default="", blank=True)
    taken_over = AmountField(null=True)
    legal_entity = models.ForeignKey("company.LegalEntity", models.PROTECT, related_name="+")
    gap = models.CharField(max_length=20, choices=list(GAP_LABELS.items()))
    ticket = models.BigIntegerField(default=0)
    payment = models.ForeignKey(
        "accounts.Payment", models.PROTECT, related_name="denials", null=True
    )
    currency = CurrencyField()
    expected = AmountField(null=True)
    found = AmountField(null=True)
    sightings = models.PositiveIntegerField(default=1)
    evidence = models.CharField(max_length=300, default="", db_default="", blank=True)
    cure = models.CharField(max_length=300, default="", db_default="", blank=True)
    found_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, default="", db_default="", blank=True)
    agreed_by = models.CharField(max_length=64, default="", db_default="", blank=True)
    agreed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("discrepancy")
        verbose_name_plural = _("discrepancies")
        constraints = [
            models.CheckConstraint(
                condition=Q(gap__in=[gap.value for gap in Gap]), name="accounts_discrepancy_gap"
            ),
            models.UniqueConstraint(
                fields=["account", "gap", "ticket"],
                condition=Q(gone_at__isnull=True),
                name="accounts_discrepancy_once",
            ),
            models.UniqueConstraint(
                fields=["method", "reference"],
                condition=Q(gone_at__isnull=True, method__isnull=False),
                name="accounts_discrepancy_reference_once",
            ),
            models.CheckConstraint(
                condition=Q(account__isnull=False, method__isnull=True, reference="")
                | Q(account__isnull=True, method__isnull=False, ticket=0) & ~Q(reference=""),
                name="accounts_discrepancy_about",
            ),
        ]
        indexes = [
            models.Index(fields=["gone_at", "-id"], name="accounts_discrepancy_open"),
            models.Index(
                fields=["method", "reference"],
                condition=Q(method__isnull=False),
                name="accounts_discrepancy_settled",
            ),
        ]


class ReconciledDay(models.Model):
    """One comparison of every account at the end of a day: how much was compared, what differed.

    `records` are MetaTrader's, `booked` those that the books account for; `differing` the cases
    that stood afterwards and that nobody agreed to leave.
    """

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    accounts = models.PositiveIntegerField()
    records = models.PositiveIntegerField()
    booked = models.PositiveIntegerField()
    differing = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("reconciled day")
        verbose_name_plural = _("reconciled days")
        indexes = [models.Index(fields=["-begun_at"], name="accounts_reconciledday_latest")]
