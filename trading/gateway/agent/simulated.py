"""The engine that speaks to the simulated MetaTrader over its local socket.

A frame is four bytes of length and one JSON object; records are written as on our own wire. What
the socket says is described in trading/gateway/simulator/protocol.py. Any failure in the middle of
a call ends the connection: what a later call read might otherwise be the answer to an earlier one.
"""

import socket
import time
from collections.abc import Mapping
from datetime import datetime
from struct import Struct
from typing import Any, TypeVar

from trading.gateway import wire
from trading.gateway.agent.engine import CodeError, LinkError, Reply, ServerFacts
from trading.gateway.errors import BadMessage
from trading.gateway.port import NewAccount, News, Page
from trading.terms import (
    AccountRecord,
    BalanceKind,
    Cmd,
    GroupSpec,
    MarginState,
    Quote,
    SymbolSpec,
    TradeRecord,
)

T = TypeVar("T")

_LENGTH = Struct(">I")
_LARGEST_FRAME = 64 * 1024 * 1024
_PAGE = 1000
_NO_RECORD = 3
_NO_LOGIN = 65
_OPEN, _CLOSE, _MODIFY, _BALANCE = 75, 76, 80, 83
_SILENCE = 5  # seconds without a frame (a ping comes every second) after which a pump is dead


class _Socket:
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


def _read(hint: Any, data: Any) -> Any:
    """Return a value in the notation of the wire; LinkError if MetaTrader sent something else."""
    try:
        return wire.decode(hint, data, "MetaTrader's answer")
    except BadMessage as wrong:
        raise LinkError(f"MetaTrader's answer was not understood: {wrong}") from wrong


class SimulatedDirect:
    """One direct connection to the simulated MetaTrader."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._socket: _Socket | None = None
        self._until = time.monotonic()
        self._number = 0

    def patience(self, until: float) -> None:
        self._until = until

    @property
    def is_alive(self) -> bool:
        return self._socket is not None

    def connect(self) -> None:
        self.close()
        self._socket = _Socket(self._path, "direct", self._until)

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
            return _read(int, answer.get("code")), _read(str, answer.get("text")), answer["result"]
        except (LinkError, KeyError) as wrong:
            self.close()
            raise LinkError(str(wrong)) from wrong

    def _ask(self, hint: Any, verb: str, /, **arguments: Any) -> Any:
        code, text, result = self._call(verb, **arguments)
        if code != 0:
            raise CodeError(code, text)
        return _read(hint, result)

    def _tell(self, verb: str, /, **arguments: Any) -> Reply:
        plain = {name: _plain(value) for name, value in arguments.items()}
        code, text, result = self._call(verb, **plain)
        known = result if isinstance(result, dict) else {}
        ticket, login = _read(int, known.get("order", 0)), _read(int, known.get("login", 0))
        return Reply(code=code, text=text, ticket=ticket, login=login)

    # Questions

    def info(self) -> ServerFacts:
        code, text, facts = self._call("server_info")
        if code != 0:
            raise CodeError(code, text)
        wanted = {name: facts.get(name) for name in ServerFacts.__slots__}
        known: ServerFacts = _read(ServerFacts, wanted)
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

    def _page(self, kind: type[T], verb: str, since_stamp: int, cursor: str) -> Page[T]:
        after = int(cursor) if cursor.isdecimal() else 0
        code, text, page = self._call(verb, since_stamp=since_stamp, after=after, limit=_PAGE)
        if code != 0:
            raise CodeError(code, text)
        following = _read(int, page.get("next"))
        return Page(
            records=_read(tuple[kind, ...], page.get("records")),  # type: ignore[valid-type]
            next_cursor=str(following) if following else "",
        )

    def accounts(self, *, since_stamp: int, cursor: str) -> Page[AccountRecord]:
        return self._page(AccountRecord, "accounts", since_stamp, cursor)

    def trades(self, *, since_stamp: int, cursor: str) -> Page[TradeRecord]:
        return self._page(TradeRecord, "trades", since_stamp, cursor)

    def open_trades(self) -> tuple[TradeRecord, ...]:
        known: tuple[TradeRecord, ...] = self._ask(tuple[TradeRecord, ...], "open_trades")
        return known

    def logins(self) -> tuple[int, ...]:
        known: tuple[int, ...] = self._ask(tuple[int, ...], "logins")
        return known

    def account(self, *, login: int) -> AccountRecord | None:
        code, text, result = self._call("account", login=login)
        if code == _NO_LOGIN:
            return None
        if code != 0:
            raise CodeError(code, text)
        known: AccountRecord = _read(AccountRecord, result)
        return known

    def trade(self, *, ticket: int) -> TradeRecord | None:
        code, text, result = self._call("trade", ticket=ticket)
        if code == _NO_RECORD:
            return None
        if code != 0:
            raise CodeError(code, text)
        known: TradeRecord = _read(TradeRecord, result)
        return known

    def margin(self, *, login: int) -> MarginState:
        known: MarginState = self._ask(MarginState, "margin", login=login)
        return known

    def history(self, *, login: int, start: datetime, end: datetime) -> tuple[TradeRecord, ...]:
        return self._between("history", start, end, login=login)

    def find_marker(
        self, *, marker: str, start: datetime, end: datetime
    ) -> tuple[TradeRecord, ...]:
        return self._between("find_marker", start, end, marker=marker)

    def _between(
        self, verb: str, start: datetime, end: datetime, **arguments: Any
    ) -> tuple[TradeRecord, ...]:
        span = {"start": _plain(start), "end": _plain(end)}
        found: tuple[TradeRecord, ...] = self._ask(
            tuple[TradeRecord, ...], verb, **arguments, **span
        )
        return found

    # Commands: the fields of the port under the names of a TradeTransInfo

    def change_balance(self, *, kind: BalanceKind, **told: Any) -> Reply:
        cmd = Cmd.CREDIT if kind is BalanceKind.CREDIT else Cmd.BALANCE
        return self._transact(_BALANCE, {"cmd": cmd, **told})

    def open_account(self, *, account: NewAccount) -> Reply:
        fields = {name: getattr(account, name) for name in account.__slots__}
        fields["password_investor"] = fields.pop("investor_password")
        return self._tell("user_new", **fields)

    def open_trade(self, **told: Any) -> Reply:
        return self._transact(_OPEN, told)

    def close_trade(self, **told: Any) -> Reply:
        return self._transact(_CLOSE, told)

    def modify_trade(self, **told: Any) -> Reply:
        return self._transact(_MODIFY, told)

    def _transact(self, kind: int, told: Mapping[str, Any]) -> Reply:
        fields = {_NAMES.get(name, name): value for name, value in told.items()}
        return self._tell("transaction", type=kind, **fields)


_NAMES = {
    "login": "orderby",
    "ticket": "order",
    "amount": "price",
    "volume_hundredths": "volume",
    "stop_loss": "sl",
    "take_profit": "tp",
    "expires_at": "expiration",
}


def _plain(value: Any) -> Any:
    """Return an argument as the socket wants it: like the wire, by the value's own type."""
    if value is None:
        return None
    if isinstance(value, Cmd):
        return int(value)
    return wire.encode(type(value), value)


class SimulatedPump:
    """One pumping connection to the simulated MetaTrader."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._socket: _Socket | None = None

    def connect(self) -> None:
        self._socket = _Socket(self._path, "pumping", time.monotonic() + _SILENCE)

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


_FIELDS = {"quote": Quote, "account": AccountRecord, "trade": TradeRecord}
_FIELD_OF = {"trade_open": "trade", "trade_update": "trade", "trade_close": "trade"}


def _news(frame: Mapping[str, Any]) -> News:
    """Return one frame of the pump as news, still without our number."""
    kind = _read(str, frame.get("kind"))
    at = _read(datetime, frame.get("at"))
    if kind == "trade_delete":
        return News(number=0, kind=kind, at=at, ticket=_read(int, frame.get("ticket")))
    name = _FIELD_OF.get(kind, kind)
    if name not in _FIELDS:
        return News(number=0, kind=kind, at=at)
    return News(number=0, kind=kind, at=at, **{name: _read(_FIELDS[name], frame.get(name))})


class SimulatedEngine:
    """The way to one simulated MetaTrader, by the path of its socket."""

    def __init__(self, path: str) -> None:
        self._path = path

    def direct(self) -> SimulatedDirect:
        """Return the direct connection."""
        return SimulatedDirect(self._path)

    def pump(self) -> SimulatedPump:
        """Return a pumping connection."""
        return SimulatedPump(self._path)
