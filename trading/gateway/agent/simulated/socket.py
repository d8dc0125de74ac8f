"""Frames over the simulated MetaTrader's local socket, and what they hold.

A frame is four bytes of length and one JSON object; records are written as on our own wire. What
the socket says is described in trading/gateway/simulator/protocol.py.
"""

import socket
import time
from collections.abc import Iterable, Mapping
from struct import Struct
from typing import Any, TypeVar

from trading.gateway import wire
from trading.gateway.agent.engine import BlockedError, LinkError
from trading.gateway.errors import BadMessage
from trading.gateway.lines import Lines

T = TypeVar("T")

_LENGTH = Struct(">I")
_TOO_FREQUENT = 8
_LARGEST_FRAME = 64 * 1024 * 1024


class Socket:
    """Frames over one local stream socket, each operation bounded by a monotonic moment."""

    def __init__(self, path: str, mode: str, until: float) -> None:
        self._buffer = bytearray()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._wait(until)
            self._socket.connect(path)
            self.send({"mode": mode}, until)
            hello = self.receive(until)
        except OSError as wrong:
            self.close()
            raise LinkError(f"the simulated MetaTrader at {path} is not there: {wrong}") from wrong
        except LinkError:
            self.close()
            raise
        if hello.get("code") == _TOO_FREQUENT:
            self.close()
            raise BlockedError("the address is blocked for connecting too often")
        if hello.get("code") != 0:
            self.close()
            raise LinkError(f"the simulated MetaTrader refused the connection: {hello.get('text')}")

    def _wait(self, until: float) -> None:
        left = until - time.monotonic()
        if left <= 0:
            raise LinkError("MetaTrader took too long")
        self._socket.settimeout(left)

    def send(self, message: Mapping[str, Any], until: float) -> None:
        """Send one frame, whole."""
        body = wire.dump(message)
        try:
            self._wait(until)
            self._socket.sendall(_LENGTH.pack(len(body)) + body)
        except OSError as wrong:
            raise LinkError(f"the link to MetaTrader failed: {wrong or 'timed out'}") from wrong

    def receive(self, until: float) -> dict[str, Any]:
        """Return the next frame."""
        while (body := self.buffered()) is None:
            self._fill(until)
        return body

    def _fill(self, until: float) -> None:
        try:
            self._wait(until)
            data = self._socket.recv(1 << 18)
        except OSError as wrong:
            raise LinkError(f"the link to MetaTrader failed: {wrong or 'timed out'}") from wrong
        if not data:
            raise LinkError("MetaTrader ended the connection")
        self._buffer += data

    def buffered(self) -> dict[str, Any] | None:
        """Return the next frame if all of it has come already."""
        if len(self._buffer) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._buffer)
        if length > _LARGEST_FRAME:
            raise LinkError("MetaTrader sent what is no frame")
        end = _LENGTH.size + length
        if len(self._buffer) < end:
            return None
        body = bytes(self._buffer[_LENGTH.size : end])
        del self._buffer[:end]
        try:
            message = wire.load(body)
        except BadMessage as wrong:
            raise LinkError("MetaTrader sent what is no frame") from wrong
        if not isinstance(message, dict):
            raise LinkError("MetaTrader sent what is no frame")
        return message

    def shut_down(self) -> None:
        """Wake whoever waits for a frame in another thread."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it was not connected any more

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()


def read(hint: Any, data: Any) -> Any:
    """Return a value in the notation of the wire; LinkError if MetaTrader sent something else."""
    try:
        return wire.decode(hint, data, "MetaTrader's answer")
    except BadMessage as wrong:
        raise LinkError(f"MetaTrader's answer was not understood: {wrong}") from wrong


def unread(kind: type[T], text: Any) -> Lines[T]:
    """Return lines as MetaTrader wrote them; whoever asked for them reads them."""
    return Lines(kind, read(str, text))


def read_all(records: Iterable[T]) -> tuple[T, ...]:
    """Return the records of lines; LinkError when one of them is none."""
    try:
        return tuple(records)
    except BadMessage as wrong:
        raise LinkError(f"MetaTrader's answer was not understood: {wrong}") from wrong
