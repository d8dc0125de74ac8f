"""The catalogue of account types, and our commands to MetaTrader about accounts."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.core.access import Scope
from backoffice.core.amounts import AmountField, CurrencyField, amount_digits_check
from trading.models.group import Group
from trading.models.server import Server
from trading.models.trading_account import TradingAccount
from trading.states import ACCOUNT_ORDER_LABELS, ACCOUNT_VERB_LABELS, AccountOrder, AccountVerb


class AccountType(models.Model):
    """What a client of one legal entity can have: a name for people, a group for MetaTrader.

    New logins are taken from `login_from` to `login_to`, one after the other: so a lost answer is
    looked up by its number.
    """

    scope: ClassVar[Scope] = Scope(entity="legal_entity_id")

    id = models.BigAutoField(primary_key=True)
    legal_entity = models.ForeignKey(
        "company.LegalEntity", models.PROTECT, related_name="+", verbose_name=_("legal entity")
    )
    name = models.CharField(_("name"), max_length=60)
    group = models.ForeignKey(
        Group, models.PROTECT, related_name="+", verbose_name=_("group in MetaTrader")
    )
    currency = CurrencyField(_("currency"))
    is_swap_free = models.BooleanField(_("swap-free"), default=False)
    login_from = models.BigIntegerField(_("first login"))
    login_to = models.BigIntegerField(_("last login"))
    leverages = ArrayField(
        models.PositiveIntegerField(),
        verbose_name=_("leverages"),
        help_text=_("Allowed ones, as N of 1:N, apart by commas; the first is the default"),
    )
    minimum_deposit = AmountField(_("minimum deposit"), default=0)
    is_active = models.BooleanField(_("on offer"), default=True)

    class Meta:
        verbose_name = _("account type")
        verbose_name_plural = _("account types")
        ordering = ["name", "currency", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["legal_entity", "name", "currency", "is_swap_free", "group"],
                name="trading_accounttype_once",
            ),
            models.CheckConstraint(
                condition=Q(login_from__gt=0) & Q(login_to__gte=F("login_from")),
                name="trading_accounttype_logins",
            ),
            models.CheckConstraint(
                condition=Q(leverages__len__gte=1) & Q(minimum_deposit__gte=0),
                name="trading_accounttype_offers",
            ),
            amount_digits_check(
                "trading_accounttype_digits", amount="minimum_deposit", currency="currency"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.currency}"

    def clean(self) -> None:
        """Refuse a currency that is not the group's, and a leverage that cannot be."""
        if self.group_id is not None and self.group.currency != self.currency:
            raise ValidationError(
                {"currency": _("The group is in %(code)s.") % {"code": self.group.currency}}
            )
        if any(not 1 <= one <= 5000 for one in self.leverages or []):
            raise ValidationError({"leverages": _("A leverage is a number from 1 to 5000.")})


class AccountCommand(models.Model):
    """One command about one account: what exactly, who asked, who confirmed, what was answered.

    `payload` is the canonical text of the command with the picture that it was asked on, and
    `fingerprint` its SHA-256: whoever confirms, confirms exactly that. It holds no password.
    `approval` is where those who have to agree did, for a command that needs it.
    `key` comes with the form: sent twice, it asks once.
    """

    scope: ClassVar[Scope] = Scope(
        client="client_id",
        owner="client__owner_id",
        desk="client__desk_id",
        entity="client__legal_entity_id",
        brand="client__brand_id",
    )

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True, editable=False)
    marker = models.CharField(max_length=31, unique=True, editable=False)
    server = models.ForeignKey(Server, models.PROTECT, related_name="+")
    login = models.BigIntegerField(_("login"))
    account = models.ForeignKey(TradingAccount, models.PROTECT, null=True, related_name="+")
    client = models.ForeignKey("crm.Client", models.PROTECT, null=True, related_name="+")
    account_type = models.ForeignKey(AccountType, models.PROTECT, null=True, related_name="+")
    verb = models.CharField(max_length=12, choices=list(ACCOUNT_VERB_LABELS.items()))
    payload = models.TextField(editable=False)
    fingerprint = models.CharField(max_length=64, editable=False)
    danger = models.CharField(max_length=200, default="", blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    state = models.CharField(
        max_length=12, choices=list(ACCOUNT_ORDER_LABELS.items()), default=AccountOrder.READY
    )
    requested_by = models.CharField(max_length=64)
    requested_at = models.DateTimeField()
    approval = models.OneToOneField(
        "approvals.ApprovalRequest", models.PROTECT, null=True, related_name="+", editable=False
    )
    deadline_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    code = models.IntegerField(null=True, blank=True)
    answer = models.CharField(max_length=300, default="", blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("account request")
        verbose_name_plural = _("account requests")
        constraints = [
            models.CheckConstraint(
                condition=Q(verb__in=[verb.value for verb in AccountVerb])
                & Q(state__in=[state.value for state in AccountOrder]),
                name="trading_accountcommand_words",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="trading_accountcommand_reason"),
            models.CheckConstraint(
                condition=~Q(verb=AccountVerb.OPEN) | Q(client__isnull=False, login__gt=0),
                name="trading_accountcommand_open",
            ),
            # One command at a time about an account; a new login is asked for once.
            models.UniqueConstraint(
                fields=["server", "login"],
                condition=Q(
                    state__in=[
                        AccountOrder.WAITING,
                        AccountOrder.READY,
                        AccountOrder.SENDING,
                        AccountOrder.UNCERTAIN,
                    ]
                ),
                name="trading_accountcommand_alone",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="trading_accountcommand_state"),
            models.Index(fields=["account", "-id"], name="trading_accountcommand_account"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
