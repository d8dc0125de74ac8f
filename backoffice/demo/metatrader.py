"""Speaks to the simulated MetaTrader as a manager's own terminal does, past agent and product.

What it says is an independent witness: nothing of the product stands between. The frames are those
of trading/gateway/simulator/protocol.py.
"""

import json
import socket
import struct
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PATIENCE_SECONDS = 2.0


class Silent(Exception):
    """MetaTrader does not answer, or hung up."""


class Refused(Exception):
    """MetaTrader said no; the text is its own."""


class Terminal:
    """One connection to MetaTrader; use it as a context. Silent when nobody is there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._door = socket.socket(socket.AF_UNIX)
        self._door.settimeout(PATIENCE_SECONDS)
        self._number = 0

    def __enter__(self) -> Self:
        try:
            self._door.connect(str(self._path))
            self._send({"mode": "direct"})
            self._receive()
        except (OSError, ValueError) as silence:
            self._door.close()
            raise Silent(f"MetaTrader does not answer: {silence}") from silence
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._door.close()

    def ask(self, verb: str, **arguments: Any) -> Any:
        """Return the result of one request; Refused or Silent instead of one."""
        self._number += 1
        try:
            self._send({"id": self._number, "verb": verb, "args": arguments})
            answer = self._receive()
        except (OSError, ValueError) as silence:
            raise Silent(f"MetaTrader does not answer: {silence}") from silence
        if answer["code"] != 0:
            raise Refused(str(answer["text"]))
        return answer["result"]

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps(message).encode()
        self._door.sendall(struct.pack(">I", len(body)) + body)

    def _receive(self) -> dict[str, Any]:
        (length,) = struct.unpack(">I", self._exactly(4))
        told: dict[str, Any] = json.loads(self._exactly(length))
        return told

    def _exactly(self, length: int) -> bytes:
        got = b""
        while len(got) < length:
            part = self._door.recv(length - len(got))
            if not part:
                raise ConnectionError("it hung up")
            got += part
        return got
