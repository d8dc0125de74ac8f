"""Our own money command to MetaTrader: what we asked for, how often we tried, what came of it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.core.access import Scope
from backoffice.core.amounts import AmountField, CurrencyField, amount_digits_check
from trading.models.trading_account import TradingAccount
from trading.states import OPERATION_LABELS, Operation
from trading.terms import BalanceKind


class BalanceOperation(models.Model):
    """One money command: the same key, marker and amount for every attempt.

    `amount` is signed, in the account's currency. `marker` opens the comment on the server.
    `expires_at` is the value date of a credit that is given: MetaTrader takes none without one.
    """

    scope: ClassVar[Scope] = Scope(
        client="account__client_id",
        owner="account__client__owner_id",
        desk="account__client__desk_id",
        entity="account__client__legal_entity_id",
    )
    KINDS: ClassVar = [(BalanceKind.BALANCE, _("Balance")), (BalanceKind.CREDIT, _("Credit"))]

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True, editable=False)
    marker = models.CharField(max_length=31, unique=True, editable=False)
    account = models.ForeignKey(  # the first index below is its own
        TradingAccount, models.PROTECT, related_name="balance_operations", db_index=False
    )
    kind = models.CharField(max_length=8, choices=KINDS)
    amount = AmountField(_("amount"))
    currency = CurrencyField(_("currency"))
    expires_at = models.DateTimeField(null=True, blank=True)
    comment = models.CharField(max_length=31, default="", blank=True)
    state = models.CharField(
        max_length=16, choices=list(OPERATION_LABELS.items()), default=Operation.NOT_STARTED
    )
    attempts = models.PositiveIntegerField(default=0)
    deadline_at = models.DateTimeField(null=True, blank=True)
    ticket = models.BigIntegerField(null=True, blank=True)
    code = models.IntegerField(null=True, blank=True)
    reason = models.CharField(max_length=300, default="", blank=True)
    created_by = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("balance operation")
        verbose_name_plural = _("balance operations")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in BalanceKind]),
                name="trading_balanceoperation_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in Operation]),
                name="trading_balanceoperation_state",
            ),
            models.CheckConstraint(
                condition=~models.Q(amount=0), name="trading_balanceoperation_amount"
            ),
            # Yes means a ticket that was read back.
            models.CheckConstraint(
                condition=~models.Q(state=Operation.CONFIRMED) | models.Q(ticket__isnull=False),
                name="trading_balanceoperation_confirmed_ticket",
            ),
            # Nothing is sent without an attempt, counted and dated before the first byte.
            models.CheckConstraint(
                condition=~models.Q(state=Operation.SENDING)
                | models.Q(attempts__gte=1, deadline_at__isnull=False),
                name="trading_balanceoperation_sending_attempt",
            ),
            models.CheckConstraint(
                condition=models.Q(kind=BalanceKind.CREDIT, amount__gt=0, expires_at__isnull=False)
                | ~models.Q(kind=BalanceKind.CREDIT, amount__gt=0)
                & models.Q(expires_at__isnull=True),
                name="trading_balanceoperation_expires",
            ),
            amount_digits_check(
                "trading_balanceoperation_digits", amount="amount", currency="currency"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-created_at"], name="trading_balanceop_account_idx"),
            models.Index(
                fields=["changed_at"],
                condition=models.Q(state=Operation.BY_HAND),
                name="trading_balanceop_by_hand_idx",
            ),
            models.Index(
                fields=["changed_at"],
                condition=models.Q(state__in=[Operation.SENDING, Operation.UNCERTAIN]),
                name="trading_balanceop_open_idx",
            ),
        ]

    def __str__(self) -> str:
        """Return the marker."""
        return self.marker
