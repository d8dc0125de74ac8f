"""A transfer: a client's money from place to place. PostgreSQL guards who, how much, the order."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.ledger import Entry, LedgerAccount
from accounts.terms import (
    DEBITED_TRANSFER,
    TRANSFER_FINAL,
    TRANSFER_LABELS,
    TRANSFER_LEG_LABELS,
    TransferLeg,
)
from accounts.terms import Transfer as State
from backoffice.core.access import Scope
from backoffice.core.amounts import AmountField, CurrencyField, amount_digits_check

BEGUN = (State.APPROVED, *DEBITED_TRANSFER, State.UNCERTAIN, State.REFUSED)
FINAL = [state.value for state in sorted(TRANSFER_FINAL)]


def unless(*states: State, has: Q) -> Q:
    """Return the condition: what is not in one of these states, or has what they stand for."""
    return ~Q(state__in=[state.value for state in states]) | has


def another(person: str) -> Q:
    """Return the condition: nobody yet, or somebody else than who asked."""
    return Q(**{person: ""}) | ~Q(**{person: F("requested_by")})


def one_side(side: str) -> Q:
    """Return the condition: a side is a trading account or a wallet, never both."""
    account, wallet = f"{side}_account__isnull", f"{side}_wallet__isnull"
    return Q(**{account: True, wallet: False}) | Q(**{account: False, wallet: True})


def moved(side: str, ticket: str, at: str) -> Q:
    """Return the condition: it moved on a side; a wallet has no ticket of MetaTrader."""
    has_ticket = Q(**{f"{ticket}__isnull": False}) | Q(**{f"{side}_wallet__isnull": False})
    return Q(**{f"{at}__isnull": False}) & has_ticket


class Transfer(models.Model):
    """One transfer. `key` is what the asking form carried: the same form asks once.

    `amount` leaves the source, in its currency; `target_amount` reaches the target, in its own, by
    `rate` (units of the target's currency for one of the source's, mark-up within), which is fixed
    with the approval. `to_client` is `client` unless it goes to somebody else. A wallet is the
    ledger account of a client in one currency. `reservation` is the hold in the books, placed with
    the request. `next_try_at`: when it is carried on; None with a reason in `waits_because`: a
    person has to. `return_allowed_by` let it go back where one person may not. Owner, desk and
    source are those of the request, whoever has the client later.
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
    to_client = models.ForeignKey("crm.Client", models.PROTECT, related_name="+")
    source_account = models.ForeignKey(
        "trading.TradingAccount", models.PROTECT, related_name="+", null=True
    )
    source_wallet = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="+", null=True)
    target_account = models.ForeignKey(
        "trading.TradingAccount", models.PROTECT, related_name="+", null=True
    )
    target_wallet = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="+", null=True)
    owner = models.ForeignKey("identity.User", models.PROTECT, related_name="+", null=True)
    desk = models.ForeignKey("identity.Desk", models.PROTECT, related_name="+", null=True)
    client_source = models.CharField(max_length=80, default="", blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=list(TRANSFER_LABELS.items()), default=State.REQUESTED
    )
    amount = AmountField(_("amount"))
    currency = CurrencyField(_("currency"))
    target_amount = AmountField(_("amount at the target"), null=True)
    target_currency = CurrencyField(_("currency of the target"))
    rate = models.DecimalField(max_digits=20, decimal_places=10, null=True)
    rate_source = models.CharField(max_length=120, default="", blank=True)
    rate_at = models.DateTimeField(null=True)
    rate_markup = models.DecimalField(max_digits=7, decimal_places=4, default=0)
    note = models.CharField(max_length=300, default="", blank=True)
    requested_by = models.CharField(max_length=64)
    requested_at = models.DateTimeField()
    requested_session = models.CharField(max_length=64, default="", blank=True)
    requested_device = models.CharField(max_length=64, default="", blank=True)
    reservation = models.OneToOneField(Entry, models.PROTECT, related_name="+")
    approval = models.OneToOneField(
        "approvals.ApprovalRequest", models.PROTECT, related_name="+", null=True, editable=False
    )
    approved_by = models.CharField(max_length=64, default="", blank=True)
    approved_at = models.DateTimeField(null=True)
    waits_because = models.CharField(max_length=300, default="", blank=True)
    next_try_at = models.DateTimeField(null=True)
    debit_ticket = models.BigIntegerField(null=True)
    debited_at = models.DateTimeField(null=True)
    credit_ticket = models.BigIntegerField(null=True)
    credited_at = models.DateTimeField(null=True)
    return_ticket = models.BigIntegerField(null=True)
    returned_at = models.DateTimeField(null=True)
    uncertain_leg = models.CharField(
        max_length=8, choices=list(TRANSFER_LEG_LABELS.items()), default="", blank=True
    )
    uncertain_since = models.DateTimeField(null=True)
    uncertain_words = models.CharField(max_length=300, default="", blank=True)
    needs_person = models.BooleanField(default=False)
    settling_by = models.CharField(max_length=64, default="", blank=True)
    refused_because = models.CharField(max_length=300, default="", blank=True)
    rejected_by = models.CharField(max_length=64, default="", blank=True)
    reject_reason = models.CharField(max_length=300, default="", blank=True)
    cancelled_by = models.CharField(max_length=64, default="", blank=True)
    cancel_reason = models.CharField(max_length=300, default="", blank=True)
    return_because = models.CharField(max_length=300, default="", blank=True)
    return_allowed_by = models.CharField(max_length=64, default="", blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        indexes = [
            models.Index(fields=["client", "-id"], name="accounts_transfer_client"),
            models.Index(
                fields=["source_account"],
                condition=~Q(state__in=FINAL),
                name="accounts_transfer_source",
            ),
            models.Index(
                fields=["target_account"],
                condition=~Q(state__in=FINAL),
                name="accounts_transfer_target",
            ),
            models.Index(
                fields=["state", "-id"],
                condition=~Q(state__in=FINAL),
                name="accounts_transfer_open",
            ),
            models.Index(
                fields=["next_try_at"],
                condition=Q(next_try_at__isnull=False),
                name="accounts_transfer_try",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State], amount__gt=0)
                & Q(uncertain_leg__in=["", *(leg.value for leg in TransferLeg)])
                & ~Q(requested_by=""),
                name="accounts_transfer_words",
            ),
            models.CheckConstraint(
                condition=one_side("source") & one_side("target"), name="accounts_transfer_sides"
            ),
            # Nothing goes from one place to the same place.
            models.CheckConstraint(
                condition=(
                    Q(source_account__isnull=True)
                    | Q(target_account__isnull=True)
                    | ~Q(source_account=F("target_account"))
                )
                & (
                    Q(source_wallet__isnull=True)
                    | Q(target_wallet__isnull=True)
                    | ~Q(source_wallet=F("target_wallet"))
                ),
                name="accounts_transfer_apart",
            ),
            amount_digits_check("accounts_transfer_digits", amount="amount", currency="currency"),
            amount_digits_check(
                "accounts_transfer_target_digits",
                amount="target_amount",
                currency="target_currency",
            ),
            # Each state has what it stands for.
            models.CheckConstraint(
                condition=unless(
                    *BEGUN,
                    has=Q(approved_at__isnull=False, target_amount__gt=0, rate__gt=0)
                    & ~Q(approved_by=""),
                ),
                name="accounts_transfer_approved",
            ),
            models.CheckConstraint(
                condition=~Q(currency=F("target_currency"))
                | Q(target_amount__isnull=True)
                | Q(target_amount=F("amount"), rate=1),
                name="accounts_transfer_same_money",
            ),
            models.CheckConstraint(
                condition=unless(
                    *DEBITED_TRANSFER, has=moved("source", "debit_ticket", "debited_at")
                )
                & unless(State.DONE, has=moved("target", "credit_ticket", "credited_at"))
                & unless(State.REVERSED, has=moved("source", "return_ticket", "returned_at")),
                name="accounts_transfer_moved",
            ),
            models.CheckConstraint(
                condition=unless(State.REFUSED, has=~Q(refused_because=""))
                & unless(State.REJECTED, has=~Q(rejected_by="") & ~Q(reject_reason=""))
                & unless(State.CANCELLED, has=~Q(cancelled_by="") & ~Q(cancel_reason=""))
                & unless(State.REVERSING, State.REVERSED, has=~Q(return_because="")),
                name="accounts_transfer_why",
            ),
            # Four eyes, said to the database too.
            models.CheckConstraint(
                condition=another("rejected_by") & another("return_allowed_by"),
                name="accounts_transfer_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state=State.UNCERTAIN.value, uncertain_since__isnull=False)
                & ~Q(uncertain_leg="")
                | ~Q(state=State.UNCERTAIN.value) & Q(uncertain_leg=""),
                name="accounts_transfer_uncertain",
            ),
            models.CheckConstraint(
                condition=Q(needs_person=False, settling_by="")
                | Q(needs_person=True, state=State.UNCERTAIN.value),
                name="accounts_transfer_needs_person",
            ),
            models.CheckConstraint(
                condition=Q(state__in=FINAL, closed_at__isnull=False)
                | ~Q(state__in=FINAL) & Q(closed_at__isnull=True),
                name="accounts_transfer_closed",
            ),
        ]

    def __str__(self) -> str:
        """Return the number that people call it by."""
        return f"T{self.pk}"

    @property
    def is_final(self) -> bool:
        """Whether nothing can follow any more."""
        return State(self.state) in TRANSFER_FINAL

    @property
    def is_to_another(self) -> bool:
        """Whether it goes to another client."""
        return bool(self.client_id != self.to_client_id)

    @property
    def is_converted(self) -> bool:
        """Whether both sides are in different currencies."""
        return bool(self.currency != self.target_currency)

    @property
    def source(self) -> Any:
        """The trading account or the wallet that it comes from."""
        return self.source_account or self.source_wallet

    @property
    def target(self) -> Any:
        """The trading account or the wallet that it goes to."""
        return self.target_account or self.target_wallet


class TransferOperation(models.Model):
    """One balance operation of MetaTrader that a transfer caused; written with its plan."""

    id = models.BigAutoField(primary_key=True)
    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="operations")
    leg = models.CharField(max_length=8, choices=list(TRANSFER_LEG_LABELS.items()))
    key = models.UUIDField(unique=True)
    operation_id = models.BigIntegerField(unique=True)
    planned_at = models.DateTimeField()

    class Meta:
        verbose_name = _("operation of a transfer")
        verbose_name_plural = _("operations of transfers")
        constraints = [
            models.CheckConstraint(
                condition=Q(leg__in=[leg.value for leg in TransferLeg]),
                name="accounts_transferoperation_leg",
            )
        ]
