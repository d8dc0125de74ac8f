"""Exchanges with one address: which connections are kept, and what counts as a whole answer."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.trading.gateway.remote.peer import Peer
from trading.gateway.remote import network
from trading.gateway.remote.network import Answer, Connections, ExchangeError

YES = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes"


class Telling(Peer):
    """It answers each request of a connection with the next thing to say, and `after` that."""

    def __init__(self, *says: bytes, after: Callable[[socket.socket], None] | None = None) -> None:
        self.heard: list[bytes] = []
        left = list(says)

        def tell(connection: socket.socket) -> None:
            while left and (request := connection.recv(65536)):
                self.heard.append(request)
                connection.sendall(left.pop(0))
                if after is not None:
                    after(connection)
                    return

        super().__init__(tell)


@pytest.fixture
def made() -> Iterator[Callable[..., tuple[Telling, Connections]]]:
    """Return a way to make a peer and the connections to it."""
    peers: list[tuple[Telling, Connections]] = []

    def make(
        *says: bytes, kept: int = 8, after: Callable[[socket.socket], None] | None = None
    ) -> tuple[Telling, Connections]:
        peer = Telling(*says, after=after)
        peers.append((peer, Connections(peer.url, kept=kept, context=None)))
        return peers[-1]

    yield make
    for peer, connections in peers:
        connections.close()
        peer.close()


Making = Callable[..., tuple[Telling, Connections]]


def post(connections: Connections, seconds: float = 5) -> Answer:
    return connections.post("/v1/x", {"x-seal": "s"}, b"body", until=time.monotonic() + seconds)


def test_a_request_is_whole_and_a_connection_is_used_again(made: Making) -> None:
    peer, connections = made(YES, YES)
    assert [post(connections).body for _ in range(2)] == [b"yes", b"yes"]
    assert peer.connections == 1
    port = peer.url.rpartition(":")[2]
    head = f"POST /v1/x HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nx-seal: s\r\nContent-Length: 4"
    assert peer.heard == [head.encode() + b"\r\n\r\nbody"] * 2


def test_none_is_kept_where_none_is_wanted(made: Making) -> None:
    peer, connections = made(YES, YES, kept=0)
    assert [post(connections).body for _ in range(2)] == [b"yes", b"yes"]
    assert peer.connections == 2


@pytest.mark.parametrize(
    "after",
    [lambda connection: connection.close(), lambda connection: connection.sendall(b"unasked")],
    ids=["closed", "said something unasked"],
)
def test_a_kept_connection_that_was_touched_meanwhile_is_not_used(
    made: Making, after: Callable[[socket.socket], None]
) -> None:
    touched = threading.Event()

    def touch(connection: socket.socket) -> None:
        after(connection)
        touched.set()
        time.sleep(0.5)

    peer, connections = made(YES, YES, after=touch)
    assert post(connections).body == b"yes"
    assert touched.wait(5)
    time.sleep(0.05)
    assert post(connections).body == b"yes"
    assert peer.connections == 2


def test_whoever_says_that_he_closes_is_not_kept(made: Making) -> None:
    last = YES.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    peer, connections = made(last, YES)
    assert [post(connections).body for _ in range(2)] == [b"yes", b"yes"]
    assert peer.connections == 2


def test_an_answer_comes_in_pieces(made: Making) -> None:
    chunked = b"HTTP/1.1 207 X\r\nTransfer-Encoding: chunked\r\nA: 1\r\nA: 2\r\n\r\n"

    def rest(connection: socket.socket) -> None:
        for piece in (b"2\r\nye\r\n", b"1\r\ns", b"\r\n0\r\n", b"\r\n"):
            time.sleep(0.02)
            connection.sendall(piece)

    _, connections = made(chunked, after=rest)
    answer = post(connections)
    assert (answer.status, answer.body) == (207, b"yes")
    assert answer.headers["a"] == "1,2"  # twice: no seal fits it


def test_half_an_answer_is_none(made: Making) -> None:
    _, connections = made(YES[:-1], after=lambda _: None)
    with pytest.raises(ExchangeError, match="ended before the whole answer") as cut:
        post(connections)
    assert cut.value.wrote


def test_an_answer_has_a_largest_size(made: Making, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "ANSWER_BYTES", len(YES) - 1)
    _, connections = made(YES)
    with pytest.raises(ExchangeError, match="too long"):
        post(connections)


def test_a_deadline_that_has_passed_wrote_nothing(made: Making) -> None:
    peer, connections = made(YES)
    with pytest.raises(ExchangeError, match="deadline") as late:
        post(connections, seconds=-1)
    assert not late.value.wrote
    assert peer.heard == []


@pytest.mark.parametrize("url", ["ftp://127.0.0.1:1", "127.0.0.1:1", "http://", "http://a:b"])
def test_what_is_no_address_was_not_written_to(url: str) -> None:
    with pytest.raises(ExchangeError) as wrong:
        post(Connections(url, kept=1, context=None))
    assert not wrong.value.wrote
