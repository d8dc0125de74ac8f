"""The register of permissions: each app names its own in `<app>/permissions.py`.

Names are code, so that a door can be read; which role holds one is a row, which can be changed.
"""

import re
from dataclasses import dataclass

CODE = re.compile(r"[a-z]+(\.[a-z_]+){2}")

_register: dict[str, "Permission"] = {}


@dataclass(frozen=True)
class Permission:
    """One thing that a role may allow: `app.noun.verb`, and its label for people (marked by noop).

    Creating one registers it. `str()` is its code. `for_machines`: an integration may hold it as a
    scope; whatever decides, confirms or configures is for people alone. `for_clients`: every client
    holds it, for what is their own.
    """

    code: str
    label: str
    for_machines: bool = False
    for_clients: bool = False

    def __post_init__(self) -> None:
        if not CODE.fullmatch(self.code):
            raise ValueError(f"{self.code!r} is no permission name (app.noun.verb)")
        if _register.setdefault(self.code, self).label != self.label:
            raise ValueError(f"Two permissions are called {self.code}")

    def __str__(self) -> str:
        return self.code


def registered() -> dict[str, Permission]:
    """Return every permission that is loaded, by code."""
    return dict(sorted(_register.items()))


def scopes() -> dict[str, Permission]:
    """Return the permissions that an integration may hold, by code."""
    return {code: one for code, one in registered().items() if one.for_machines}


def is_for_clients(code: str) -> bool:
    """Say whether clients hold this permission for what is their own."""
    known = _register.get(code)
    return known is not None and known.for_clients


def all() -> tuple[Permission, ...]:
    """Return every permission that is loaded, in the order of their codes."""
    return tuple(registered().values())
