"""HTTP exchanges with one agent, each with one total deadline, on a new connection or a kept one.

Every step has only what is left of the deadline (monotonic seconds), so that a peer who sends a
byte a second keeps nobody waiting. A failure says whether a byte of the request may have left.
"""

import select
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httptools

ANSWER_BYTES = 64 * 1024 * 1024
_PIECE = 64 * 1024
_PORTS = {"http": 80, "https": 443}


class ExchangeError(Exception):
    """No answer came that can be believed; `wrote`: bytes of the request may have left."""

    def __init__(self, text: str, *, wrote: bool) -> None:
        self.wrote = wrote
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; a header that came twice is joined, so that no seal fits it."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Connections:
    """The way to one address: at most `kept` connections stay open between exchanges.

    It is shared by the threads of a process; `context` says how to meet the other side over TLS.
    """

    def __init__(self, url: str, *, kept: int, context: ssl.SSLContext | None) -> None:
        self._url = url
        self._context = context
        self._kept = kept
        self._idle: list[socket.socket] = []
        self._lock = threading.Lock()

    def post(self, path: str, headers: Mapping[str, str], body: bytes, *, until: float) -> Answer:
        """Post a body and return the answer, or raise ExchangeError."""
        wrote = False
        connection: socket.socket | None = None
        try:
            request = self._request(path, headers, body)
            connection = self._idle_one() or self._connected(until)
            wrote = True
            _send(connection, request, until)
            reading = _Reading()
            while not reading.is_whole:
                reading.feed(_receive(connection, until))
            if reading.may_go_on and self._put_by(connection):
                connection = None
            return reading.answer()
        except (OSError, ValueError, httptools.HttpParserError) as wrong:
            # ValueError: an address that is none, or a header that no text is.
            raise ExchangeError(str(wrong) or type(wrong).__name__, wrote=wrote) from wrong
        finally:
            if connection is not None:
                connection.close()

    def close(self) -> None:
        """Close the connections that are kept."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _request(self, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
        whole = urlsplit(self._url)
        lines = [f"POST {whole.path.rstrip('/')}{path} HTTP/1.1", f"Host: {whole.netloc}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += [f"Content-Length: {len(body)}", "", ""]
        return "\r\n".join(lines).encode("latin-1") + body

    def _connected(self, until: float) -> socket.socket:
        """Return a new connection; OSError or ValueError where there is none."""
        whole = urlsplit(self._url)
        if whole.scheme not in _PORTS or not whole.hostname:
            raise ValueError(f"{self._url[:80]!r} is no address of an agent")
        port = whole.port or _PORTS[whole.scheme]
        refused: OSError | None = None
        for family, kind, proto, _, where in socket.getaddrinfo(
            whole.hostname, port, type=socket.SOCK_STREAM
        ):
            connection = socket.socket(family, kind, proto)
            try:
                connection.settimeout(_left(until))
                connection.connect(where)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if self._context is None:
                    return connection
                connection.settimeout(_left(until))
                return self._context.wrap_socket(connection, server_hostname=whole.hostname)
            except OSError as wrong:
                connection.close()
                refused = wrong
        raise refused or OSError(f"{whole.hostname} has no address")

    def _idle_one(self) -> socket.socket | None:
        """Return a kept connection on which nothing came meanwhile, as an end would."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                connection = self._idle.pop()
            if not _has_come(connection):
                return connection
            connection.close()

    def _put_by(self, connection: socket.socket) -> bool:
        with self._lock:
            if len(self._idle) >= self._kept:
                return False
            self._idle.append(connection)
        return True


class _Reading:
    """One answer as it comes in; httptools calls its `on_` methods."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self._came = 0
        self._status = 0
        self.is_whole = self.may_go_on = False

    def feed(self, data: bytes) -> None:
        """Take what came; OSError if that was the end of it, or it is too much."""
        if not data:
            raise OSError("the connection ended before the whole answer came")
        self._came += len(data)
        if self._came > ANSWER_BYTES:
            raise OSError("the answer is too long")
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            if not self.is_whole:
                raise
            self.may_go_on = False

    def answer(self) -> Answer:
        """Return the whole answer."""
        return Answer(self._status, self._headers, bytes(self._body))

    def on_message_begin(self) -> None:
        if self.is_whole:
            self.may_go_on = False  # whoever says more than he was asked is not asked again

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.is_whole:
            key, text = name.decode("latin-1").lower(), value.decode("latin-1")
            known = self._headers.get(key)
            self._headers[key] = text if known is None else f"{known},{text}"

    def on_body(self, part: bytes) -> None:
        if not self.is_whole:
            self._body += part

    def on_message_complete(self) -> None:
        if not self.is_whole:
            self._status = self._parser.get_status_code()
            self.may_go_on = self._parser.should_keep_alive()
            self.is_whole = True


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("the deadline of the call has passed")
    return left


def _send(connection: socket.socket, data: bytes, until: float) -> None:
    while data:
        connection.settimeout(_left(until))
        data = data[connection.send(data) :]


def _receive(connection: socket.socket, until: float) -> bytes:
    connection.settimeout(_left(until))
    return connection.recv(_PIECE)


def _has_come(connection: socket.socket) -> bool:
    waiting = select.poll()
    waiting.register(connection, select.POLLIN)
    return bool(waiting.poll(0))
