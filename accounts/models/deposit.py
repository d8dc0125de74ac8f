"""A deposit: a client's money on its way in. PostgreSQL guards who, how much, and the order."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.payment_method import PaymentMethod
from accounts.terms import (
    DEPOSIT_FINAL,
    DEPOSIT_LABELS,
    RECEIVED_ONCE,
    REVIEW_LABELS,
)
from accounts.terms import (
    Deposit as State,
)
from backoffice.core.access import Scope
from backoffice.core.amounts import AmountField, CurrencyField, amount_digits_check

BACK = (State.RETURNING, State.RETURNED)


def unless(*states: State, has: Q) -> Q:
    """Return the condition: what is not in one of these states, or has what they stand for."""
    return ~Q(state__in=[state.value for state in states]) | has


def another(person: str) -> Q:
    """Return the condition: nobody yet, or somebody else than who began the deposit."""
    return Q(**{person: ""}) | ~Q(**{person: F("started_by")})


class Deposit(models.Model):
    """One deposit. `key` goes to the provider in every call about it: the same key charges once.

    `asked_amount` is what the client means to pay, in `currency`; `received_amount` what the
    provider says came, and only that counts. `credit_amount` is what MetaTrader gets: received ×
    rate − own fee; `into_wallet`: the client's wallet in that currency gets it, and not
    MetaTrader. `follows` is the deposit that had ended when this money came. Owner, desk and source
    are those of the beginning, whoever has the client later. `next_try_at`: when provider or
    MetaTrader are asked again. `review_code` stays when the review is over; `approval` is the
    request about it (or about the latest one), in the name of who began the deposit.
    """

    scope: ClassVar[Scope] = Scope(
        client="client_id",
        owner="client__owner_id",
        desk="client__desk_id",
        entity="legal_entity_id",
        brand="client__brand_id",
    )

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    legal_entity = models.ForeignKey("company.LegalEntity", models.PROTECT, related_name="+")
    client = models.ForeignKey("crm.Client", models.PROTECT, related_name="+")
    account = models.ForeignKey("trading.TradingAccount", models.PROTECT, related_name="+")
    method = models.ForeignKey(PaymentMethod, models.PROTECT, related_name="+")
    into_wallet = models.BooleanField(_("into the wallet"), default=False)
    owner = models.ForeignKey("identity.User", models.PROTECT, related_name="+", null=True)
    desk = models.ForeignKey("identity.Desk", models.PROTECT, related_name="+", null=True)
    source = models.CharField(max_length=80, default="", blank=True)
    follows = models.ForeignKey("self", models.PROTECT, related_name="+", null=True)
    state = models.CharField(
        _("state"), max_length=12, choices=list(DEPOSIT_LABELS.items()), default=State.STARTED
    )
    asked_amount = AmountField(_("amount asked for"))
    currency = CurrencyField(_("currency"))
    rate_asked = models.DecimalField(max_digits=18, decimal_places=8, default=Decimal(1))
    started_by = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    # The client's then: its terms are those that were shown. None: begun before it was kept.
    country = models.CharField(max_length=2, null=True, editable=False)  # noqa: DJ001
    started_session = models.CharField(max_length=64, default="", blank=True)
    started_device = models.CharField(max_length=64, default="", blank=True)
    expires_at = models.DateTimeField()
    parked_because = models.CharField(max_length=300, default="", blank=True)
    charged_at = models.DateTimeField(null=True)
    charge_id = models.CharField(max_length=64, default="", blank=True)
    page_url = models.CharField(max_length=500, default="", blank=True)
    received_amount = AmountField(_("amount received"), null=True)
    received_currency = CurrencyField(default="", blank=True)
    received_at = models.DateTimeField(null=True)
    provider_reference = models.CharField(max_length=64, default="", blank=True)
    provider_fee = AmountField(null=True)
    rate_received = models.DecimalField(max_digits=18, decimal_places=8, null=True)
    own_fee = AmountField(default=0)
    credit_amount = AmountField(null=True)
    payer_kind = models.CharField(max_length=16, default="", blank=True)
    payer_key = models.CharField(max_length=64, default="", blank=True)
    payer_label = models.CharField(max_length=40, default="", blank=True)
    payer_holder = models.CharField(max_length=160, default="", blank=True)
    review_code = models.CharField(
        max_length=12, choices=list(REVIEW_LABELS.items()), default="", blank=True
    )
    review_words = models.CharField(max_length=300, default="", blank=True)
    approval = models.OneToOneField(
        "approvals.ApprovalRequest", models.PROTECT, related_name="+", null=True, editable=False
    )
    accepted_by = models.CharField(max_length=64, default="", blank=True)
    accepted_at = models.DateTimeField(null=True)
    accept_reason = models.CharField(max_length=300, default="", blank=True)
    waits_because = models.CharField(max_length=300, default="", blank=True)
    next_try_at = models.DateTimeField(null=True)
    ticket = models.BigIntegerField(null=True)
    credited_at = models.DateTimeField(null=True)
    uncertain_since = models.DateTimeField(null=True)
    uncertain_words = models.CharField(max_length=300, default="", blank=True)
    needs_person = models.BooleanField(default=False)
    settling_by = models.CharField(max_length=64, default="", blank=True)
    failed_because = models.CharField(max_length=300, default="", blank=True)
    rejected_by = models.CharField(max_length=64, default="", blank=True)
    reject_reason = models.CharField(max_length=300, default="", blank=True)
    cancelled_by = models.CharField(max_length=64, default="", blank=True)
    cancel_reason = models.CharField(max_length=300, default="", blank=True)
    returned_by = models.CharField(max_length=64, default="", blank=True)
    return_reason = models.CharField(max_length=300, default="", blank=True)
    return_reference = models.CharField(max_length=64, default="", blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("deposit")
        verbose_name_plural = _("deposits")
        indexes = [
            models.Index(fields=["client", "-id"], name="accounts_deposit_client"),
            models.Index(fields=["account", "-id"], name="accounts_deposit_account"),
            models.Index(fields=["payer_key"], name="accounts_deposit_payer"),
            models.Index(
                fields=["state", "-id"],
                condition=~Q(state__in=[state.value for state in sorted(DEPOSIT_FINAL)]),
                name="accounts_deposit_open",
            ),
            # The day's are counted; written once, with the end.
            models.Index(
                fields=["-closed_at"],
                condition=Q(closed_at__isnull=False),
                name="accounts_deposit_closed",
            ),
            models.Index(
                fields=["next_try_at"],
                condition=Q(next_try_at__isnull=False),
                name="accounts_deposit_try",
            ),
            # By what providers call it: people search for it, settlements name thousands.
            *(
                models.Index(
                    fields=[name], condition=~Q(**{name: ""}), name=f"accounts_deposit_{short}"
                )
                for name, short in (
                    ("provider_reference", "told_as"),
                    ("charge_id", "charge"),
                    ("return_reference", "return"),
                )
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["method", "provider_reference"],
                condition=~Q(provider_reference=""),
                name="accounts_deposit_reference_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State])
                & ~Q(started_by="")
                & Q(asked_amount__gt=0, own_fee__gte=0, rate_asked__gt=0),
                name="accounts_deposit_words",
            ),
            amount_digits_check(
                "accounts_deposit_digits", amount="asked_amount", currency="currency"
            ),
            # Each state has what it stands for.
            models.CheckConstraint(
                condition=unless(State.PARKED, has=~Q(parked_because=""))
                & unless(State.PENDING, has=Q(charged_at__isnull=False)),
                name="accounts_deposit_charged",
            ),
            models.CheckConstraint(
                condition=unless(
                    *RECEIVED_ONCE,
                    has=Q(
                        received_amount__gt=0,
                        received_at__isnull=False,
                        provider_fee__gte=0,
                        rate_received__gt=0,
                        credit_amount__isnull=False,
                    )
                    & ~Q(provider_reference="")
                    & ~Q(received_currency=""),
                ),
                name="accounts_deposit_received",
            ),
            models.CheckConstraint(
                condition=unless(
                    State.CREDITED,
                    State.CHARGED_BACK,
                    has=Q(
                        credited_at__isnull=False,
                        credit_amount__gt=0,
                        received_currency=F("currency"),
                    )
                    & (
                        Q(ticket__isnull=True, into_wallet=True)
                        | Q(ticket__isnull=False, into_wallet=False)
                    ),
                ),
                name="accounts_deposit_credited",
            ),
            models.CheckConstraint(
                condition=unless(State.IN_REVIEW, has=~Q(review_code=""))
                & unless(State.UNCERTAIN, has=Q(uncertain_since__isnull=False))
                & unless(State.FAILED, has=~Q(failed_because=""))
                & unless(State.REJECTED, has=~Q(rejected_by="") & ~Q(reject_reason=""))
                & unless(State.CANCELLED, has=~Q(cancelled_by="") & ~Q(cancel_reason=""))
                & unless(*BACK, has=~Q(returned_by="") & ~Q(return_reason=""))
                & unless(State.RETURNED, has=~Q(return_reference="")),
                name="accounts_deposit_why",
            ),
            models.CheckConstraint(
                condition=Q(accepted_by="", accepted_at__isnull=True)
                | ~Q(accepted_by="") & Q(accepted_at__isnull=False),
                name="accounts_deposit_accepted",
            ),
            # Four eyes, said to the database too.
            models.CheckConstraint(
                condition=another("accepted_by") & another("rejected_by") & another("returned_by"),
                name="accounts_deposit_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(needs_person=False, settling_by="")
                | Q(needs_person=True, state=State.UNCERTAIN.value),
                name="accounts_deposit_needs_person",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[state.value for state in sorted(DEPOSIT_FINAL)],
                    closed_at__isnull=False,
                )
                | ~Q(state__in=[state.value for state in sorted(DEPOSIT_FINAL)])
                & Q(closed_at__isnull=True),
                name="accounts_deposit_closed",
            ),
        ]

    def __str__(self) -> str:
        """Return the number that people call it by."""
        return f"D{self.pk}"

    @property
    def is_final(self) -> bool:
        """Whether nothing can follow any more."""
        return State(self.state) in DEPOSIT_FINAL

    @property
    def amount_currency(self) -> str:
        """The currency of `amount`."""
        return self.received_currency or self.currency

    @property
    def amount(self) -> Decimal:
        """What came, or what is asked for as long as nothing came."""
        return self.asked_amount if self.received_amount is None else self.received_amount


class DepositOperation(models.Model):
    """One balance operation of MetaTrader that a deposit caused; written with its plan."""

    id = models.BigAutoField(primary_key=True)
    deposit = models.ForeignKey(Deposit, models.PROTECT, related_name="operations")
    key = models.UUIDField(unique=True)
    operation_id = models.BigIntegerField(unique=True)
    planned_at = models.DateTimeField()

    class Meta:
        verbose_name = _("operation of a deposit")
        verbose_name_plural = _("operations of deposits")
