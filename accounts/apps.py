"""Money: how it comes in and goes out. The ledger is built on this."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Names the app for Django."""

    name = "accounts"
    verbose_name = _("Money")
    default_auto_field = "django.db.models.BigAutoField"
