"""Which gateway serves which server: a factory, given at start, and what it made."""

import os
from collections.abc import Callable
from threading import Lock

from trading.gateway.port import Gateway, ServerAddress

Factory = Callable[[ServerAddress], Gateway]

_lock = Lock()
_factory: list[Factory] = []
_made: dict[tuple[int, ServerAddress], Gateway] = {}


def register(factory: Factory) -> None:
    """Say what makes gateways; gateways made before are forgotten."""
    with _lock:
        _factory[:] = [factory]
        _made.clear()


def gateway_for(address: ServerAddress) -> Gateway:
    """Return the gateway of a server: one a process and address, so that its connections are kept.

    LookupError before `register` was called.
    """
    key = (os.getpid(), address)  # a forked worker must not share its parent's sockets
    with _lock:
        if key not in _made:
            if not _factory:
                raise LookupError(
                    "No gateway factory is registered: trading/apps.py does it at start"
                )
            _made[key] = _factory[0](address)
        return _made[key]
