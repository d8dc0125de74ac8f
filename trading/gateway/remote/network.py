"""Connections that know the one deadline of a call, and whether a byte of it was written.

httpcore bounds each step of an exchange; a peer that sends a byte a second would keep it waiting
for ever. Here every step has only what is left of the call's total deadline (monotonic seconds).
"""

import ssl
import threading
import time
from collections.abc import Iterable
from typing import Any

import httpcore


class Moment(threading.local):
    """The deadline of the call that this thread makes, and whether a byte of it was written."""

    until = 0.0
    wrote = False


class _Stream(httpcore.NetworkStream):
    """A connection on which every step ends by the call's deadline, however bytes trickle."""

    def __init__(self, inner: httpcore.NetworkStream, moment: Moment) -> None:
        self._inner = inner
        self._moment = moment

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._moment, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._moment.wrote = self._moment.wrote or bool(buffer)
        self._inner.write(buffer, _left(self._moment, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(self._moment, httpcore.ConnectTimeout)
        secured = self._inner.start_tls(ssl_context, server_hostname, left)
        return _Stream(secured, self._moment)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(moment: Moment, error: type[Exception]) -> float:
    left = moment.until - time.monotonic()
    if left <= 0:
        raise error("the deadline of the call has passed")
    return left


class _Network(httpcore.NetworkBackend):
    """Connects by the call's deadline."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(self._moment, httpcore.ConnectTimeout)
        made = self._inner.connect_tcp(host, port, left, local_address, socket_options)
        return _Stream(made, self._moment)


def pool_of(
    moment: Moment, *, kept: int, context: ssl.SSLContext | None
) -> httpcore.ConnectionPool:
    """Return a pool of such connections; `kept` of them stay open between calls."""
    return httpcore.ConnectionPool(
        ssl_context=context,
        max_connections=None,
        max_keepalive_connections=kept,
        network_backend=_Network(moment),
    )
