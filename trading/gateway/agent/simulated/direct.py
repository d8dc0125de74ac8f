"""The direct connection to the simulated MetaTrader.

Any failure in the middle of a call ends the connection: what a later call read might otherwise be
the answer to an earlier one.
"""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from trading.gateway.agent.engine import CodeError, LinkError, ServerFacts
from trading.gateway.agent.simulated.reports import SimulatedReports
from trading.gateway.agent.simulated.socket import Socket, read, read_all, unread
from trading.gateway.agent.simulated.telling import SimulatedTelling, plain
from trading.gateway.words import Page
from trading.terms import (
    AccountRecord,
    GroupSpec,
    MarginState,
    Quote,
    SymbolSpec,
    TradeRecord,
)

_NO_RECORD = 3
_NO_LOGIN = _WRONG_PASSWORD = 65  # MetaTrader does not say which of the two it was


class SimulatedDirect(SimulatedReports, SimulatedTelling):
    """One direct connection to the simulated MetaTrader."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._socket: Socket | None = None
        self._until = time.monotonic()
        self._number = 0

    def patience(self, until: float) -> None:
        self._until = until

    @property
    def is_alive(self) -> bool:
        return self._socket is not None

    def connect(self) -> None:
        self.close()
        self._socket = Socket(self._path, "direct", self._until)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _call(self, verb: str, /, **arguments: Any) -> tuple[int, str, Any]:
        """Return code, text and result of one request."""
        if self._socket is None:
            raise LinkError("there is no connection to MetaTrader")
        self._number += 1
        try:
            request = {"id": self._number, "verb": verb, "args": arguments}
            self._socket.send(request, self._until)
            answer = self._socket.receive(self._until)
            if answer.get("id") != self._number:
                raise LinkError("MetaTrader answered another request")
            return read(int, answer.get("code")), read(str, answer.get("text")), answer["result"]
        except (LinkError, KeyError) as wrong:
            self.close()
            raise LinkError(str(wrong)) from wrong

    # Questions

    def info(self) -> ServerFacts:
        code, text, facts = self._call("server_info")
        if code != 0:
            raise CodeError(code, text)
        wanted = {name: facts.get(name) for name in ServerFacts.__slots__}
        known: ServerFacts = read(ServerFacts, wanted)
        return known

    def symbols(self) -> tuple[SymbolSpec, ...]:
        known: tuple[SymbolSpec, ...] = self._ask(tuple[SymbolSpec, ...], "symbols")
        return known

    def groups(self) -> tuple[GroupSpec, ...]:
        known: tuple[GroupSpec, ...] = self._ask(tuple[GroupSpec, ...], "groups")
        return known

    def quotes(self) -> tuple[Quote, ...]:
        known: tuple[Quote, ...] = self._ask(tuple[Quote, ...], "quotes")
        return known

    def accounts(self, *, since_stamp: int, cursor: str) -> Page[AccountRecord]:
        return self._paged(AccountRecord, "accounts", cursor, since_stamp=since_stamp)

    def trades(self, *, since_stamp: int, cursor: str) -> Page[TradeRecord]:
        return self._paged(TradeRecord, "trades", cursor, since_stamp=since_stamp)

    def open_trades(self) -> Sequence[TradeRecord]:
        return unread(TradeRecord, self._ask(str, "open_trades"))

    def logins(self) -> tuple[int, ...]:
        known: tuple[int, ...] = self._ask(tuple[int, ...], "logins")
        return known

    def account(self, *, login: int) -> AccountRecord | None:
        code, text, result = self._call("account", login=login)
        if code == _NO_LOGIN:
            return None
        if code != 0:
            raise CodeError(code, text)
        known: AccountRecord = read(AccountRecord, result)
        return known

    def trade(self, *, ticket: int) -> TradeRecord | None:
        code, text, result = self._call("trade", ticket=ticket)
        if code == _NO_RECORD:
            return None
        if code != 0:
            raise CodeError(code, text)
        known: TradeRecord = read(TradeRecord, result)
        return known

    def margin(self, *, login: int) -> MarginState:
        known: MarginState = self._ask(MarginState, "margin", login=login)
        return known

    def check_password(self, *, login: int, password: str) -> bool:
        code, text, _ = self._call("user_password_check", login=login, password=password)
        if code not in (0, _WRONG_PASSWORD):
            raise CodeError(code, text)
        if code == _WRONG_PASSWORD and self.account(login=login) is None:
            raise CodeError(code, text)
        return code == 0

    def history(self, *, login: int, start: datetime, end: datetime) -> Sequence[TradeRecord]:
        return self._between("history", start, end, login=login)

    def find_marker(
        self, *, marker: str, start: datetime, end: datetime
    ) -> tuple[TradeRecord, ...]:
        return read_all(self._between("find_marker", start, end, marker=marker))

    def _between(
        self, verb: str, start: datetime, end: datetime, **arguments: Any
    ) -> Sequence[TradeRecord]:
        span = {"start": plain(start), "end": plain(end)}
        return unread(TradeRecord, self._ask(str, verb, **arguments, **span))
