"""Finds the adapter that speaks to a provider, by the code that a method or a callback names."""

from django.conf import settings

from accounts.providers import bank_wire, registry
from accounts.providers.port import Provider, ProviderAddress
from accounts.terms.chains import BY_HAND
from backoffice.core.errors import Rejected


class NoSuchProvider(Rejected):
    """No provider of this code is set up here."""


def provider_of(code: str) -> Provider:
    """Return the adapter of a provider; NoSuchProvider when this house has none of that code."""
    if code == bank_wire.CODE or code in BY_HAND:
        return registry.provider_at(ProviderAddress(code=code, url="", key_id="", secret=b""))
    known = settings.PAYMENT_PROVIDERS.get(code)
    if known is None:
        raise NoSuchProvider(f"PAYMENT_PROVIDERS names no provider {code!r}.")
    return registry.provider_at(
        ProviderAddress(code=code, url=known.url, key_id=known.key_id, secret=known.secret)
    )
