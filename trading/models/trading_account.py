"""A trading account on a MetaTrader server, and its latest figures."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower, Right
from django.utils.translation import gettext_lazy as _

from backoffice.core.access import Scope
from backoffice.core.amounts import AmountField, CurrencyField
from trading.models.fields import WallTimeField, amounts_check
from trading.models.group import Group
from trading.models.server import Server
from trading.terms import LevelType

UNBOUND = Q(client__isnull=True, closed_on_server=False)
#: The end of a phone number by which numbers are compared (crm.calc.contacts.phone_tail).
PHONE_TAIL = 8


def _phone_tail() -> Right:
    digits = Func(F("phone"), Value("[^0-9]"), Value(""), Value("g"), function="regexp_replace")
    return Right(digits, PHONE_TAIL, output_field=models.CharField())


def is_made_up(server_kind: str, group_name: str) -> bool:
    """Tell whether money is made up: on a demo server, or in one of MetaTrader's demo groups."""
    return server_kind != "live" or group_name.lower().startswith("demo")


class TradingAccount(models.Model):
    """One login of one server, mirrored; the client it belongs to is ours to say.

    `read_only` true means that the account may NOT trade. `closed_on_server` says that the login
    was missing from the server's key snapshot: its row and its history stay.
    """

    scope: ClassVar[Scope] = Scope(
        client="client_id",
        owner="client__owner_id",
        desk="client__desk_id",
        entity="client__legal_entity_id",
        brand="client__brand_id",
    )

    id = models.BigAutoField(primary_key=True)
    server = models.ForeignKey(Server, models.PROTECT, related_name="accounts")
    login = models.BigIntegerField(_("login"))
    group = models.ForeignKey(Group, models.PROTECT, related_name="accounts")
    client = models.ForeignKey(
        "crm.Client", models.PROTECT, null=True, blank=True, related_name="+"
    )
    bound_by = models.CharField(max_length=64, default="", db_default="", blank=True)
    bound_at = models.DateTimeField(null=True, blank=True)
    name = models.CharField(_("name"), max_length=128, default="", blank=True)
    currency = CurrencyField(_("currency"))
    leverage = models.PositiveIntegerField(_("leverage"))
    balance = AmountField(_("balance"))
    credit = AmountField(_("credit"))
    previous_balance = AmountField(_("balance of the day before"))
    enabled = models.BooleanField(_("enabled"), default=True)
    read_only = models.BooleanField(_("may not trade"), default=False)
    email = models.CharField(max_length=128, default="", blank=True)
    phone = models.CharField(max_length=64, default="", blank=True)
    country = models.CharField(max_length=64, default="", blank=True)
    city = models.CharField(max_length=64, default="", blank=True)
    comment = models.CharField(max_length=128, default="", blank=True)
    agent_login = models.BigIntegerField(default=0)
    registered_at = models.DateTimeField(_("registered"))
    registered_server_time = WallTimeField()
    changed_stamp = models.BigIntegerField(default=0)
    closed_on_server = models.BooleanField(default=False)
    mirrored_at = models.DateTimeField()

    class Meta:
        verbose_name = _("trading account")
        verbose_name_plural = _("trading accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["server", "login"], name="trading_account_server_login"
            ),
            models.CheckConstraint(condition=models.Q(login__gt=0), name="trading_account_login"),
            amounts_check("trading_account_digits", "balance", "credit", "previous_balance"),
        ]
        indexes = [
            models.Index(fields=["login"], name="trading_account_login_idx"),
            # What nobody owns yet is read by login, or by how much money waits there.
            models.Index(
                fields=["server", "login"], name="trading_unbound_by_login", condition=UNBOUND
            ),
            models.Index(
                F("balance").desc(),
                F("id").desc(),
                name="trading_unbound_by_balance",
                condition=UNBOUND,
            ),
            # A person is recognised by what their other accounts say.
            models.Index(
                Lower("email"),
                name="trading_bound_by_email",
                condition=Q(client__isnull=False) & ~Q(email=""),
            ),
            models.Index(
                _phone_tail(),
                name="trading_bound_by_phone",
                condition=Q(client__isnull=False) & ~Q(phone=""),
            ),
        ]

    def __str__(self) -> str:
        """Return the login."""
        return str(self.login)

    @property
    def is_demo(self) -> bool:
        """Whether its money is made up: on a demo server, or in one of MetaTrader's demo groups.

        Reads server and group: have them with the row.
        """
        return is_made_up(self.server.kind, self.group.name)


class AccountFigures(models.Model):
    """The figures of one account, written in bulk by the feed and at snapshots.

    Money in the account's currency; `level` in percent, 0 where no margin is used; `figures_at` is
    the moment at which they were true at the source. A figure that lacks a quote is NULL, and
    `needs` names the quotes that would do.
    """

    account = models.OneToOneField(
        TradingAccount, models.CASCADE, primary_key=True, related_name="figures"
    )
    currency = CurrencyField()
    balance = AmountField()
    credit = AmountField()
    floating = AmountField(null=True)
    equity = AmountField(null=True)
    margin = AmountField(null=True)
    free_margin = AmountField(null=True)
    level = models.DecimalField(max_digits=24, decimal_places=2, null=True)
    level_type = models.PositiveSmallIntegerField(default=LevelType.OK, null=True)
    positions = models.PositiveIntegerField(default=0)
    volume_hundredths = models.BigIntegerField(default=0)
    needs = models.JSONField(default=list, blank=True)
    figures_at = models.DateTimeField()

    class Meta:
        verbose_name = _("figures of an account")
        verbose_name_plural = _("figures of accounts")
        constraints = [
            amounts_check(
                "trading_figures_digits",
                "balance",
                "credit",
                "floating",
                "equity",
                "margin",
                "free_margin",
            )
        ]
