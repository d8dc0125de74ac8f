"""Which adapter speaks to a provider; filled at start by accounts/apps, or by a test."""

from accounts.providers.port import Factory, Provider, ProviderAddress

_factories: dict[str, Factory] = {}


def register(factory: Factory, *, code: str = "") -> None:
    """Let a factory make the adapter of one provider; without a code, of all others."""
    _factories[code] = factory


def forget(code: str) -> None:
    """Take the adapter of one provider out again."""
    _factories.pop(code, None)


def provider_at(address: ProviderAddress) -> Provider:
    """Return the adapter for a provider; LookupError when none is registered."""
    return (_factories.get(address.code) or _factories[""])(address)
