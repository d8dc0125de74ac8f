"""What every test finds as the first one found it: settings, and who serves which address.

The guard in conftest.py puts back what a test left otherwise, and fails that test: what it leaves
behind would fail another one, on another day and in another order.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from accounts.providers import registry as providers
from trading.gateway import registry as gateways


def _kept(value: Any) -> Any:
    """A dictionary may be changed where it stands, so that it is kept as a copy."""
    return dict(value) if isinstance(value, dict) else value


@dataclass
class Standing:
    """Settings, gateways and payment providers, as they are when this is made."""

    wrapped: Any = field(default_factory=lambda: settings._wrapped)
    values: dict[str, Any] = field(default_factory=lambda: _values())
    gateways: dict[type, Any] = field(default_factory=lambda: dict(gateways._factories))
    providers: dict[str, Any] = field(default_factory=lambda: dict(providers._factories))

    def put_back(self) -> list[str]:
        """Make everything as it was; the names of what was not."""
        return [*self._settings(), *self._gateways(), *self._providers()]

    def _settings(self) -> list[str]:
        changed = []
        if settings._wrapped is not self.wrapped:
            settings._wrapped = self.wrapped
            changed.append("overridden settings")
        now = _values()
        for name in now.keys() - self.values.keys():
            delattr(settings, name)
            changed.append(f"settings.{name}")
        for name, value in self.values.items():
            if name not in now or now[name] != value:
                setattr(settings, name, _kept(value))
                changed.append(f"settings.{name}")
        return changed

    def _gateways(self) -> list[str]:
        return _differing(
            "the gateway of", gateways._factories, self.gateways,
            lambda kind, factory: gateways.register(factory, kind=kind),
            lambda kind: gateways._factories.pop(kind),
        )  # fmt: skip

    def _providers(self) -> list[str]:
        return _differing(
            "the payment provider", providers._factories, self.providers,
            lambda code, factory: providers.register(factory, code=code),
            providers.forget,
        )  # fmt: skip


def _values() -> dict[str, Any]:
    return {name: _kept(value) for name, value in vars(settings._wrapped).items() if name.isupper()}


def _differing(
    what: str,
    now: dict[Any, Any],
    then: dict[Any, Any],
    register: Callable[[Any, Any], object],
    forget: Callable[[Any], object],
) -> list[str]:
    changed = [key for key in {*now, *then} if now.get(key) is not then.get(key)]
    for key in changed:
        if key in then:
            register(key, then[key])
        else:
            forget(key)
    return [f"{what} {getattr(key, '__name__', key)!s}".strip() for key in changed]
