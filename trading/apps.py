"""The market as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TradingConfig(AppConfig):
    """MetaTrader, the accounts on it, positions, live prices."""

    name = "trading"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Market")
