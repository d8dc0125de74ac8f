"""The remote client against peers that misbehave: what it says, and how often it knocked."""

import socket
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.factories.agents import Script, a_passage, an_address, an_agent
from tests.trading.gateway.remote.peer import Peer
from trading.gateway import clock
from trading.gateway.errors import NotSent, Unavailable, Uncertain
from trading.gateway.remote.gateway import RemoteGateway
from trading.terms import BalanceKind, Done

DEADLINES = {"trade": 1, "read": 1, "change": 1, "history": 1}


class Asked(Peer):
    """It keeps what it was asked, and does with each connection what the test says."""

    def __init__(self, serve: Callable[[socket.socket], None]) -> None:
        self.requests: list[bytes] = []

        def hear(connection: socket.socket) -> None:
            self.requests.append(connection.recv(65536))
            serve(connection)

        super().__init__(hear)


def silent(connection: socket.socket) -> None:
    time.sleep(3)


def hang_up(connection: socket.socket) -> None:
    return


def unsealed_yes(connection: socket.socket) -> None:
    body = b'{"outcome":"not_sent","reason":"deadline","text":""}'
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))


def unsealed_no(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\n\r\nno")


def junk(connection: socket.socket) -> None:
    connection.sendall(b"\x00\x01what?\r\n\r\n")


def trickle(connection: socket.socket) -> None:
    for letter in b"HTTP/1.1 200 OK\r\nx-header: " + b"a" * 1000:
        try:
            connection.sendall(bytes([letter]))
        except OSError:
            return
        time.sleep(0.05)


MISBEHAVIOURS = [silent, hang_up, unsealed_yes, unsealed_no, junk, trickle]


@pytest.fixture
def peer(request: pytest.FixtureRequest) -> Iterator[Asked]:
    made = Asked(request.param)
    yield made
    made.close()


def deposit(gateway: RemoteGateway, marker: str = "BO:1") -> Done:
    return gateway.change_balance(
        passage=a_passage(marker), login=7, kind=BalanceKind.BALANCE,
        amount=Decimal("10.00"), comment="",
    )  # fmt: skip


@pytest.mark.parametrize("peer", MISBEHAVIOURS, indirect=True, ids=lambda f: f.__name__)
def test_a_command_whose_answer_cannot_be_believed_is_uncertain(peer: Asked) -> None:
    gateway = RemoteGateway(an_address(peer.url), deadlines=DEADLINES)
    began = time.monotonic()
    with pytest.raises(Uncertain):
        deposit(gateway)
    assert time.monotonic() - began < 2.5  # one total deadline of 1 s, however bytes trickle
    assert len(peer.requests) == 1
    gateway.close()


@pytest.mark.parametrize("peer", [hang_up, unsealed_no], indirect=True, ids=lambda f: f.__name__)
def test_a_question_is_asked_twice_at_most(peer: Asked) -> None:
    gateway = RemoteGateway(an_address(peer.url), deadlines=DEADLINES)
    with pytest.raises(Unavailable):
        gateway.quotes()
    assert len(peer.requests) == 2
    gateway.close()


@pytest.mark.parametrize("peer", [silent, trickle], indirect=True, ids=lambda f: f.__name__)
def test_a_question_is_not_asked_again_after_its_deadline(peer: Asked) -> None:
    gateway = RemoteGateway(an_address(peer.url), deadlines=DEADLINES)
    with pytest.raises(Unavailable):
        gateway.quotes()
    assert len(peer.requests) == 1
    gateway.close()


def test_a_closed_door_means_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    gateway = RemoteGateway(an_address(url), deadlines=DEADLINES)
    with pytest.raises(NotSent) as no:
        deposit(gateway)
    assert no.value.reason == "unreachable"
    with pytest.raises(Unavailable):
        gateway.quotes()
    gateway.close()


def test_a_wrong_key_is_uncertain_for_commands_and_books_nothing(tmp_path: Path) -> None:
    script = Script()
    with an_agent(script, tmp_path) as running:
        gateway = RemoteGateway(an_address(running.address.url, bytes(32)), deadlines=DEADLINES)
        with pytest.raises(Uncertain, match="HTTP status 401"):
            deposit(gateway)
        gateway.close()
    assert script.sent == 0


@pytest.mark.parametrize("peer", [hang_up], indirect=True, ids=lambda f: f.__name__)
def test_an_open_breaker_sends_nothing_and_look_ups_pass_it(peer: Asked) -> None:
    gateway = RemoteGateway(an_address(peer.url), deadlines=DEADLINES)
    for number in range(5):
        with pytest.raises(Uncertain):
            deposit(gateway, f"BO:{number}")
    with pytest.raises(NotSent) as no:
        deposit(gateway, "BO:6")
    assert no.value.reason == "breaker"
    assert len(peer.requests) == 5
    span: dict[str, Any] = {"start": clock.now(), "end": clock.now() + timedelta(days=1)}
    with pytest.raises(Unavailable):
        gateway.find_marker(login=7, marker="BO:1", **span)
    with pytest.raises(Uncertain):
        gateway.close_attempt(login=7, marker="BO:1", attempt=1)
    assert len(peer.requests) == 8
    gateway.close()


def test_the_probe_moves_no_money(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the pause a command asks for server_info first, and goes when that is answered."""
    peer = Asked(hang_up)
    gateway = RemoteGateway(an_address(peer.url), deadlines=DEADLINES)
    for number in range(5):
        with pytest.raises(Uncertain):
            deposit(gateway, f"BO:{number}")
    later = clock.now() + timedelta(seconds=5)
    for breaker in gateway._client._breakers.values():
        monkeypatch.setattr(breaker, "_now", lambda: later)
    with pytest.raises(NotSent) as no:
        deposit(gateway, "BO:6")
    assert no.value.reason == "breaker"
    assert [request.split()[1] for request in peer.requests[5:]] == [b"/v1/questions/server_info"]
    peer.close()
    gateway.close()


def test_a_stalled_history_stops_no_money(tmp_path: Path) -> None:
    script = Script()
    with an_agent(script, tmp_path) as running:
        gateway = RemoteGateway(running.address, deadlines=DEADLINES | {"history": 3})
        for _ in range(4):
            assert gateway._client._rooms["report"].acquire(blocking=False)
        with pytest.raises(Unavailable, match="Too many calls"):
            gateway.accounts()
        assert deposit(gateway).ticket == 1
        gateway.close()
