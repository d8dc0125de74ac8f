"""The pumping connection to the simulated MetaTrader: it only listens."""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from trading.gateway.agent.engine import LinkError
from trading.gateway.agent.simulated.socket import Socket, read
from trading.gateway.words import News
from trading.terms import AccountRecord, MarginState, OnlineUser, Quote, TradeRecord

_SILENCE = 5  # seconds without a frame (a ping comes every second) after which a pump is dead


class SimulatedPump:
    """One pumping connection to the simulated MetaTrader."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._socket: Socket | None = None

    def connect(self) -> None:
        self._socket = Socket(self._path, "pumping", time.monotonic() + _SILENCE)

    def read(self) -> tuple[News, ...]:
        connection = self._socket
        if connection is None:
            raise LinkError("there is no pumping connection")
        frames = [connection.receive(time.monotonic() + _SILENCE)]
        while (frame := connection.buffered()) is not None:
            frames.append(frame)
        return tuple(_news(frame) for frame in frames)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.shut_down()
            self._socket.close()


_FIELDS = {
    "quote": Quote,
    "account": AccountRecord,
    "trade": TradeRecord,
    "online": OnlineUser,
    "margin": MarginState,
}
_FIELD_OF = {
    "trade_open": "trade",
    "trade_update": "trade",
    "trade_close": "trade",
    "margin_call": "margin",
}


def _news(frame: Mapping[str, Any]) -> News:
    """Return one frame of the pump as news, still without our number."""
    kind = read(str, frame.get("kind"))
    at = read(datetime, frame.get("at"))
    if kind == "trade_delete":
        return News(number=0, kind=kind, at=at, ticket=read(int, frame.get("ticket")))
    if kind in ("account_delete", "offline"):
        return News(number=0, kind=kind, at=at, login=read(int, frame.get("login")))
    name = _FIELD_OF.get(kind, kind)
    if name not in _FIELDS:
        return News(number=0, kind=kind, at=at)
    return News(number=0, kind=kind, at=at, **{name: read(_FIELDS[name], frame.get(name))})
