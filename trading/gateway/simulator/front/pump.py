"""The pump: one numbered stream of events to every pumping connection."""

import asyncio
from datetime import datetime
from typing import Any

import orjson

from trading.gateway.simulator.book import Happening
from trading.gateway.simulator.hours import Hours
from trading.gateway.simulator.protocol import pack_body
from trading.gateway.simulator.records import fragment, plain
from trading.terms import Quote

MOST_WAITING_BYTES = 16 * 1024 * 1024


class Listener:
    """One pumping connection and the number of its last frame."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.number = 0

    def send(self, event: bytes) -> None:
        """Send an event (a JSON object) under the next number."""
        self.number += 1
        self.writer.write(pack_body(b'{"number":%d,%b' % (self.number, event[1:])))

    @property
    def is_slow(self) -> bool:
        """Return whether more waits for this listener than is kept for one."""
        return self.writer.transport.get_write_buffer_size() > MOST_WAITING_BYTES


class Pump:
    """Everybody who listens."""

    def __init__(self, hours: Hours) -> None:
        self._hours = hours
        self._listeners: set[Listener] = set()

    @property
    def listeners(self) -> int:
        """Return how many listen."""
        return len(self._listeners)

    def add(self, writer: asyncio.StreamWriter, connection: int) -> Listener:
        """Let a connection listen from now on."""
        listener = Listener(writer)
        listener.send(self._event("start", connection=connection))
        self._listeners.add(listener)
        return listener

    def remove(self, listener: Listener) -> None:
        """Forget a connection."""
        self._listeners.discard(listener)

    def tell(self, happening: Happening) -> None:
        """Tell of an account or a ticket."""
        if not self._listeners:
            return
        if happening.kind in ("account", "online"):
            self._send(self._event(happening.kind, **{happening.kind: plain(happening.record)}))
        elif happening.kind == "margin_call":
            self._send(self._event("margin_call", margin=plain(happening.record)))
        elif happening.kind in ("account_delete", "offline"):
            login = plain(happening.record)["login"]
            self._send(self._event(happening.kind, login=login))
        elif happening.kind == "trade_delete":
            trade = plain(happening.record)
            self._send(self._event("trade_delete", ticket=trade["ticket"], trade=trade))
        else:
            self._send(self._event(happening.kind, trade=plain(happening.record)))

    def tell_quotes(self, quotes: list[Quote]) -> None:
        """Tell of new quotes."""
        if self._listeners:
            for quote in quotes:
                self._send(self._event("quote", quote.at, quote=fragment(quote)))

    def ping(self) -> None:
        """Say that all is well."""
        self._send(self._event("ping"))

    def stop(self) -> None:
        """Say goodbye to everybody."""
        for listener in list(self._listeners):
            self._dismiss(listener)

    def _send(self, event: bytes) -> None:
        for listener in list(self._listeners):
            if listener.is_slow:
                self._dismiss(listener)
            else:
                listener.send(event)

    def _dismiss(self, listener: Listener) -> None:
        listener.send(self._event("stop"))
        listener.writer.close()
        self.remove(listener)

    def _event(self, kind: str, at: datetime | None = None, **fields: Any) -> bytes:
        moment = (at or self._hours.exact_now()).replace(tzinfo=None).isoformat() + "Z"
        return orjson.dumps({"kind": kind, "at": moment, **fields})
