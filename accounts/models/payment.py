"""A payment: a client's money on its way out. PostgreSQL guards who, how much, and the order."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.ledger import Entry
from accounts.models.payment_method import PaymentMethod
from accounts.states import (
    FINAL,
    REJECT_LABELS,
    STATED_LABELS,
    WITHDRAWAL_LABELS,
    Leg,
    Withdrawal,
)
from backoffice.core.access import Scope
from backoffice.core.amounts import AmountField, CurrencyField, amount_digits_check

DOTS = "••"
APPROVED_ONCE = (
    Withdrawal.APPROVED,
    Withdrawal.DEBITED,
    Withdrawal.SENT,
    Withdrawal.PAID,
    Withdrawal.REFUSED,
    Withdrawal.UNCERTAIN,
    Withdrawal.RETURNING,
    Withdrawal.RETURNED,
)
DEBITED_ONCE = (
    Withdrawal.DEBITED,
    Withdrawal.SENT,
    Withdrawal.PAID,
    Withdrawal.RETURNING,
    Withdrawal.RETURNED,
)


def another(person: str, *others: str) -> Q:
    """Return the condition: nobody yet, or somebody else than each of these."""
    apart = Q()
    for other in others:
        apart &= ~Q(**{person: F(other)})
    return Q(**{person: ""}) | apart


class Payment(models.Model):
    """One withdrawal. `key` is what the asking form carried: the same form asks once.

    The amount is in the trading account's currency; `from_wallet`: it leaves the client's wallet in
    that currency, and not MetaTrader. Our fee is taken out of it, `provider_fee` is the house's own
    cost of the payout. `notices` counts how often staff were told that its promise runs out.
    `reservation` is the hold in the books, placed
    with the request. `split` are the lines of the closed loop, fixed with the decision, and
    `loop_reason` says why all of it goes to the requisite in spite of them. `waits_because` says
    why an approved one was not sent yet, and `next_try_at` when it is tried again. `latest_run`
    numbers the newest checks that were kept, `approval` is the request that stands now.
    `needs_person`: machines cannot say what became of it; `settling_by` is who proposed how to
    settle it by hand.
    """

    scope: ClassVar[Scope] = Scope(
        client="client_id",
        owner="client__owner_id",
        desk="client__desk_id",
        entity="legal_entity_id",
        brand="client__brand_id",
    )
    KINDS: ClassVar = [("withdrawal", _("Withdrawal"))]
    LEGS: ClassVar = [(leg.value, leg.value) for leg in Leg]

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    kind = models.CharField(max_length=12, choices=KINDS, default="withdrawal")
    legal_entity = models.ForeignKey("company.LegalEntity", models.PROTECT, related_name="+")
    # Of these two the indexes are below.
    client = models.ForeignKey("crm.Client", models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(
        "trading.TradingAccount", models.PROTECT, related_name="+", db_index=False
    )
    from_wallet = models.BooleanField(_("from the wallet"), default=False)
    method = models.ForeignKey(PaymentMethod, models.PROTECT, related_name="+")
    requisite = models.CharField(_("requisite"), max_length=120)
    requisite_key = models.CharField(max_length=64, editable=False)
    holder = models.CharField(_("account holder"), max_length=160)
    amount = AmountField(_("amount"))
    currency = CurrencyField(_("currency"))
    own_fee = AmountField(default=0)
    provider_fee = AmountField(default=0)
    state = models.CharField(
        _("state"),
        max_length=16,
        choices=list(WITHDRAWAL_LABELS.items()),
        default=Withdrawal.REQUESTED,
    )
    stated_reason = models.CharField(max_length=16, choices=list(STATED_LABELS.items()))
    stated_text = models.CharField(max_length=300, default="", blank=True)
    note = models.CharField(max_length=300, default="", blank=True)
    split = models.JSONField(default=list, blank=True, editable=False)
    loop_reason = models.CharField(max_length=300, default="", blank=True)
    requested_by = models.CharField(max_length=64)
    requested_at = models.DateTimeField()
    due_at = models.DateTimeField()
    notices = models.PositiveSmallIntegerField(default=0)
    next_notice_at = models.DateTimeField(null=True)
    reservation = models.OneToOneField(Entry, models.PROTECT, related_name="+")
    approval = models.OneToOneField(
        "approvals.ApprovalRequest", models.PROTECT, related_name="+", editable=False
    )
    latest_run = models.PositiveIntegerField(default=0)
    approved_by = models.CharField(max_length=64, default="", blank=True)
    approved_at = models.DateTimeField(null=True)
    waits_because = models.CharField(max_length=300, default="", blank=True)
    next_try_at = models.DateTimeField(null=True)
    ticket = models.BigIntegerField(null=True)
    debited_at = models.DateTimeField(null=True)
    uncertain_leg = models.CharField(max_length=8, choices=LEGS, default="", blank=True)
    uncertain_since = models.DateTimeField(null=True)
    uncertain_words = models.CharField(max_length=300, default="", blank=True)
    needs_person = models.BooleanField(default=False)
    settling_by = models.CharField(max_length=64, default="", blank=True)
    missing = models.JSONField(default=list, blank=True)
    missing_text = models.CharField(max_length=300, default="", blank=True)
    asked_client_by = models.CharField(max_length=64, default="", blank=True)
    waiting_since = models.DateTimeField(null=True)
    refused_because = models.CharField(max_length=300, default="", blank=True)
    rejected_by = models.CharField(max_length=64, default="", blank=True)
    reject_reason = models.CharField(
        max_length=16, choices=list(REJECT_LABELS.items()), default="", blank=True
    )
    reject_public = models.CharField(max_length=300, default="", blank=True)
    reject_note = models.CharField(max_length=300, default="", blank=True)
    cancelled_by = models.CharField(max_length=64, default="", blank=True)
    cancel_reason = models.CharField(max_length=300, default="", blank=True)
    bank_reference = models.CharField(max_length=64, default="", blank=True)
    sent_by = models.CharField(max_length=64, default="", blank=True)
    sent_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=64, default="", blank=True)
    return_asked_by = models.CharField(max_length=64, default="", blank=True)
    returned_by = models.CharField(max_length=64, default="", blank=True)
    return_reason = models.CharField(max_length=300, default="", blank=True)
    return_ticket = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        indexes = [
            models.Index(
                fields=["due_at", "-amount", "id"],
                condition=~Q(state__in=[state.value for state in sorted(FINAL)]),
                name="accounts_payment_queue",
            ),
            # What ended is looked through by how it ended; written once, with the end.
            models.Index(
                fields=["state", "due_at", "-amount", "id"],
                condition=Q(state__in=[state.value for state in sorted(FINAL)]),
                name="accounts_payment_ended",
            ),
            models.Index(fields=["account", "-id"], name="accounts_payment_account"),
            models.Index(fields=["client", "-id"], name="accounts_payment_client"),
            models.Index(fields=["requisite_key"], name="accounts_payment_requisite"),
            models.Index(fields=["-closed_at"], name="accounts_payment_closed"),
            models.Index(
                fields=["next_notice_at"],
                condition=Q(next_notice_at__isnull=False)
                & ~Q(state__in=[state.value for state in sorted(FINAL)]),
                name="accounts_payment_notice",
            ),
            models.Index(
                fields=["next_try_at"],
                condition=Q(next_try_at__isnull=False),
                name="accounts_payment_try",
            ),
            # Settlements name thousands; written once it is sent.
            models.Index(
                fields=["bank_reference"],
                condition=~Q(bank_reference=""),
                name="accounts_payment_sent_as",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="withdrawal")
                & Q(state__in=[state.value for state in Withdrawal])
                & Q(uncertain_leg__in=["", *(leg.value for leg in Leg)]),
                name="accounts_payment_words",
            ),
            models.CheckConstraint(
                condition=~Q(requested_by="") & ~Q(requisite="") & ~Q(holder=""),
                name="accounts_payment_told",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="accounts_payment_amount"),
            amount_digits_check("accounts_payment_digits", amount="amount", currency="currency"),
            # Four eyes, said to the database too.
            models.CheckConstraint(
                condition=another("approved_by", "requested_by")
                & another("rejected_by", "requested_by"),
                name="accounts_payment_approved_by_another",
            ),
            models.CheckConstraint(
                condition=another("sent_by", "requested_by")
                & another("confirmed_by", "requested_by", "sent_by"),
                name="accounts_payment_paid_by_two",
            ),
            models.CheckConstraint(
                condition=another(
                    "returned_by", "requested_by", "approved_by", "sent_by", "return_asked_by"
                ),
                name="accounts_payment_returned_by_another",
            ),
            # Each state has what it stands for.
            models.CheckConstraint(
                condition=~Q(state__in=[state.value for state in APPROVED_ONCE])
                | (~Q(approved_by="") & Q(approved_at__isnull=False)),
                name="accounts_payment_approved",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[state.value for state in DEBITED_ONCE])
                | Q(debited_at__isnull=False)
                & (
                    Q(ticket__isnull=True, from_wallet=True)
                    | Q(ticket__isnull=False, from_wallet=False)
                ),
                name="accounts_payment_debited",
            ),
            models.CheckConstraint(
                condition=Q(own_fee__gte=0, provider_fee__gte=0, own_fee__lt=F("amount")),
                name="accounts_payment_fees",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[Withdrawal.SENT.value, Withdrawal.PAID.value])
                | (~Q(sent_by="") & ~Q(bank_reference="")),
                name="accounts_payment_sent",
            ),
            models.CheckConstraint(
                condition=(~Q(state=Withdrawal.PAID.value) | ~Q(confirmed_by=""))
                & (~Q(state=Withdrawal.REFUSED.value) | ~Q(refused_because=""))
                & (
                    ~Q(state=Withdrawal.REJECTED.value)
                    | (~Q(rejected_by="") & ~Q(reject_reason="") & ~Q(reject_public=""))
                )
                & (
                    ~Q(state=Withdrawal.CANCELLED.value)
                    | (~Q(cancelled_by="") & ~Q(cancel_reason=""))
                ),
                name="accounts_payment_closed_why",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[Withdrawal.RETURNING.value, Withdrawal.RETURNED.value])
                | (~Q(returned_by="") & ~Q(return_asked_by="") & ~Q(return_reason="")),
                name="accounts_payment_returned_why",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=Withdrawal.WAITING_CLIENT.value, waiting_since__isnull=False)
                    & ~Q(asked_client_by="")
                )
                | ~Q(state=Withdrawal.WAITING_CLIENT.value) & Q(waiting_since__isnull=True),
                name="accounts_payment_waits_for_client",
            ),
            models.CheckConstraint(
                condition=Q(needs_person=False, settling_by="")
                | Q(needs_person=True, state=Withdrawal.UNCERTAIN.value),
                name="accounts_payment_needs_person",
            ),
            models.CheckConstraint(
                condition=Q(state=Withdrawal.UNCERTAIN.value, uncertain_since__isnull=False)
                & ~Q(uncertain_leg="")
                | ~Q(state=Withdrawal.UNCERTAIN.value) & Q(uncertain_leg=""),
                name="accounts_payment_uncertain",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[state.value for state in sorted(FINAL)], closed_at__isnull=False
                )
                | ~Q(state__in=[state.value for state in sorted(FINAL)])
                & Q(closed_at__isnull=True),
                name="accounts_payment_closed",
            ),
        ]

    def __str__(self) -> str:
        """Return the number that people call it by."""
        return f"#{self.pk}"

    @property
    def payout(self) -> Decimal:
        """What the client gets: the amount less our fee."""
        return self.amount - self.own_fee

    @property
    def is_final(self) -> bool:
        """Whether nothing can follow any more."""
        return Withdrawal(self.state) in FINAL

    @property
    def requisite_masked(self) -> str:
        """The requisite with only its ends to be recognised: ES91 ••1332."""
        plain = self.requisite.replace(" ", "")
        return f"{plain[:4]} {DOTS}{plain[-4:]}" if len(plain) > 10 else f"{DOTS}{plain[-2:]}"


class PaymentOperation(models.Model):
    """One balance operation of MetaTrader that a payment caused; written with its plan."""

    LEGS: ClassVar = [(Leg.DEBIT.value, Leg.DEBIT.value), (Leg.RETURN.value, Leg.RETURN.value)]

    id = models.BigAutoField(primary_key=True)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="operations")
    leg = models.CharField(max_length=8, choices=LEGS)
    key = models.UUIDField(unique=True)
    operation_id = models.BigIntegerField(unique=True)
    planned_at = models.DateTimeField()

    class Meta:
        verbose_name = _("operation of a payment")
        verbose_name_plural = _("operations of payments")
        constraints = [
            models.CheckConstraint(
                condition=Q(leg__in=[Leg.DEBIT.value, Leg.RETURN.value]),
                name="accounts_paymentoperation_leg",
            )
        ]
