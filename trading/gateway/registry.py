"""Which gateway serves which server: a factory for each kind of address, and what they made."""

import os
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any

from trading.gateway.port import Gateway, ServerAddress

Factory = Callable[[Any], Gateway]

_lock = Lock()
_factories: dict[type, Factory] = {}
_made: dict[tuple[int, Hashable], Gateway] = {}


def register(factory: Factory, *, kind: type = ServerAddress) -> None:
    """Say what makes gateways of a kind of address; gateways made before are forgotten."""
    with _lock:
        _factories[kind] = factory
        _made.clear()


def gateway_for(address: Hashable) -> Gateway:
    """Return the gateway of a server: one a process and address, so that its connections are kept.

    LookupError before `register` was called.
    """
    key = (os.getpid(), address)  # a forked worker must not share its parent's sockets
    with _lock:
        if key not in _made:
            if type(address) not in _factories:
                raise LookupError(
                    "No gateway factory is registered: trading/apps.py does it at start"
                )
            _made[key] = _factories[type(address)](address)
        return _made[key]
