"""The market as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from trading.gateway import registry
from trading.gateway.remote.gateway import RemoteGateway


class TradingConfig(AppConfig):
    """MetaTrader, the accounts on it, positions, live prices."""

    name = "trading"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Market")

    def ready(self) -> None:
        """Say how servers are reached: through the agent beside each. Asks the database nothing."""
        registry.register(RemoteGateway)
