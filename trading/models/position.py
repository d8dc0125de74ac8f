"""An open ticket: a position, or an order that waits for its price."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from trading.models.fields import amounts_check
from trading.models.server import Server
from trading.models.ticket import Ticket
from trading.models.trading_account import TradingAccount


class Position(Ticket):
    """One open ticket. It has no closing time: what is closed is a `Deal`, in another table.

    `close_price` and `profit` are those of the last reading; live ones come from the board.
    """

    server = models.ForeignKey(
        Server, models.PROTECT, db_constraint=False, related_name="positions"
    )
    account = models.ForeignKey(TradingAccount, models.PROTECT, related_name="positions")

    class Meta:
        verbose_name = _("open position")
        verbose_name_plural = _("open positions")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(volume_hundredths__gte=0), name="trading_position_volume"
            ),
            models.CheckConstraint(
                condition=models.Q(cmd__gte=0, cmd__lte=5), name="trading_position_cmd"
            ),
            models.CheckConstraint(
                condition=models.Q(id=models.F("server_id") * 2**32 + models.F("ticket")),
                name="trading_position_key",
            ),
            amounts_check("trading_position_digits", "commission", "swap", "taxes", "profit"),
        ]
        indexes = [
            models.Index(fields=["account", "-opened_at"], name="trading_position_account_idx"),
            models.Index(fields=["server", "symbol"], name="trading_position_symbol_idx"),
        ]
