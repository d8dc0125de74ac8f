"""The market as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from trading.gateway import registry
from trading.gateway.remote.gateway import RemoteGateway
from trading.gateway.replica.address import ReplicaAddress
from trading.gateway.replica.gateway import ReplicaGateway


class TradingConfig(AppConfig):
    """MetaTrader, the accounts on it, positions, live prices."""

    name = "trading"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Market")

    def ready(self) -> None:
        """Say how servers are reached: by agent, or read from a replica. Asks no database."""
        registry.register(RemoteGateway)
        registry.register(ReplicaGateway, kind=ReplicaAddress)
