"""Money: how it comes in and goes out. The ledger is built on this."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.providers import bank_wire, registry
from accounts.providers.bank_wire import BankWire
from accounts.providers.by_hand import ByHand
from accounts.providers.hosted_page import HostedPage
from accounts.terms.chains import BY_HAND


class AccountsConfig(AppConfig):
    """Names the app for Django."""

    name = "accounts"
    verbose_name = _("Money")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say how payment providers are spoken to. Asks no database."""
        registry.register(HostedPage)
        registry.register(BankWire, code=bank_wire.CODE)
        for code in sorted(BY_HAND):
            registry.register(ByHand, code=code)
