"""A closed ticket: a closed trade, or an order that was cancelled. Kept in monthly partitions."""

from datetime import UTC, datetime

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from trading.models.fields import WallTimeField, amounts_check
from trading.models.server import Server
from trading.models.ticket import Ticket
from trading.models.trading_account import TradingAccount

#: MetaTrader writes an open ticket's closing time as the first second of 1970. No deal is older
#: than this moment, and the database says so too.
FIRST_CLOSING = datetime(1971, 1, 1, tzinfo=UTC)


class Deal(Ticket):
    """One closed ticket.

    For Django its key is one bigint (server_id * 2**32 + ticket); in PostgreSQL the table is split
    by the month of `closed_at`, so the primary key there is (id, closed_at).
    """

    server = models.ForeignKey(Server, models.PROTECT, db_constraint=False, related_name="deals")
    account = models.ForeignKey(TradingAccount, models.PROTECT, related_name="deals")
    closed_at = models.DateTimeField(_("closed"))
    closed_server_time = WallTimeField()

    class Meta:
        verbose_name = _("closed trade")
        verbose_name_plural = _("closed trades")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(volume_hundredths__gte=0), name="trading_deal_volume"
            ),
            models.CheckConstraint(
                condition=models.Q(cmd__gte=0, cmd__lte=5), name="trading_deal_cmd"
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__gte=FIRST_CLOSING), name="trading_deal_closed"
            ),
            models.CheckConstraint(
                condition=models.Q(id=models.F("server_id") * 2**32 + models.F("ticket")),
                name="trading_deal_key",
            ),
            amounts_check("trading_deal_digits", "commission", "swap", "taxes", "profit"),
        ]
        indexes = [
            models.Index(fields=["account", "-closed_at", "-id"], name="trading_deal_account_idx"),
            BrinIndex(fields=["closed_at"], name="trading_deal_closed_brin"),
        ]
