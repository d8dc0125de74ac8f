"""The fields that every MetaTrader ticket has, open or closed; and how our key is made of them."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.core.access import Scope
from backoffice.core.amounts import AmountField, CurrencyField
from trading.models.fields import PriceField, WallTimeField
from trading.terms import Cmd, Side

#: Tickets are 32-bit, so a server's tickets fill exactly this many keys.
TICKETS_PER_SERVER = 2**32


def ticket_key(server_id: int, ticket: int) -> int:
    """Return the key of a ticket in our tables: unique over all servers, the same on every read."""
    return server_id * TICKETS_PER_SERVER + ticket


class Ticket(models.Model):
    """A position, an order or a closed trade, as the server keeps it.

    Volume in hundredths of a lot, money in the account's currency, moments in UTC, `*_server_time`
    as the server's wall clock printed it.
    """

    scope: ClassVar[Scope] = Scope(
        client="account__client_id",
        owner="account__client__owner_id",
        desk="account__client__desk_id",
        entity="account__client__legal_entity_id",
        brand="account__client__brand_id",
    )

    id = models.BigIntegerField(primary_key=True)
    ticket = models.BigIntegerField(_("ticket"))
    cmd = models.PositiveSmallIntegerField(_("command"))
    symbol = models.CharField(_("symbol"), max_length=32)
    digits = models.PositiveSmallIntegerField()
    volume_hundredths = models.BigIntegerField(_("volume"))
    opened_at = models.DateTimeField(_("opened"))
    opened_server_time = WallTimeField()
    open_price = PriceField(_("open price"))
    stop_loss = PriceField(_("stop loss"))
    take_profit = PriceField(_("take profit"))
    close_price = PriceField(_("close price"))
    expires_at = models.DateTimeField(null=True, blank=True)
    currency = CurrencyField(_("currency"))
    commission = AmountField(_("commission"))
    swap = AmountField(_("swap"))
    taxes = AmountField(_("taxes"))
    profit = AmountField(_("profit"))
    margin_rate = models.DecimalField(max_digits=24, decimal_places=10)
    magic = models.BigIntegerField(default=0)
    comment = models.CharField(_("comment"), max_length=64, default="", blank=True)
    parent_ticket = models.BigIntegerField(null=True, blank=True)
    changed_stamp = models.BigIntegerField(default=0)
    mirrored_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        """Return the ticket number."""
        return f"#{self.ticket}"

    @property
    def side(self) -> Side:
        """Return the side of the trade."""
        return Cmd(self.cmd).side

    @property
    def is_pending(self) -> bool:
        """Return whether this is (or was) an order waiting for its price."""
        return Cmd(self.cmd).is_pending

    @property
    def result(self) -> Decimal:
        """Return profit + swap + commission + taxes: what the trade earned or would earn now."""
        return self.profit + self.swap + self.commission + self.taxes
