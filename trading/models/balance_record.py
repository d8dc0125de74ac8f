"""A balance or credit record of MetaTrader (cmd 6 and 7): money that came or went."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.core.access import Scope
from backoffice.core.amounts import AmountField, CurrencyField, amount_digits_check
from trading.models.fields import WallTimeField
from trading.models.server import Server
from trading.models.trading_account import TradingAccount


class BalanceRecord(models.Model):
    """One record; `amount` is signed, in the account's currency, `cmd` 6 balance or 7 credit.

    `gone_at`: since when the server is known not to have it any more. MetaTrader archives, so a
    record that merely is in no list stays; see trading/actions/lost_records.py.
    """

    scope: ClassVar[Scope] = Scope(
        client="account__client_id",
        owner="account__client__owner_id",
        desk="account__client__desk_id",
        entity="account__client__legal_entity_id",
        brand="account__client__brand_id",
    )

    id = models.BigIntegerField(primary_key=True)
    server = models.ForeignKey(
        Server, models.PROTECT, db_constraint=False, related_name="balance_records"
    )
    account = models.ForeignKey(TradingAccount, models.PROTECT, related_name="balance_records")
    ticket = models.BigIntegerField(_("ticket"))
    cmd = models.PositiveSmallIntegerField(_("command"))
    currency = CurrencyField(_("currency"))
    amount = AmountField(_("amount"))
    recorded_at = models.DateTimeField(_("recorded"))
    recorded_server_time = WallTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    comment = models.CharField(_("comment"), max_length=64, default="", blank=True)
    changed_stamp = models.BigIntegerField(default=0)
    mirrored_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("balance record")
        verbose_name_plural = _("balance records")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(cmd__in=[6, 7]), name="trading_balancerecord_cmd"
            ),
            models.CheckConstraint(
                condition=models.Q(id=models.F("server_id") * 2**32 + models.F("ticket")),
                name="trading_balancerecord_key",
            ),
            amount_digits_check(
                "trading_balancerecord_digits", amount="amount", currency="currency"
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "-recorded_at", "-id"], name="trading_balancerecord_account"
            ),
            models.Index(fields=["mirrored_at"], name="trading_balancerecord_mirrored"),
        ]

    def __str__(self) -> str:
        """Return the ticket number."""
        return f"#{self.ticket}"
