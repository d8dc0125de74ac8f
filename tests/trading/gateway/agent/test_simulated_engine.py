"""The engine of the simulated MetaTrader and answers that the protocol forbids."""

import json
import shutil
import socket
import struct
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from trading.gateway.agent.engine import CodeError, LinkError
from trading.gateway.agent.simulated.engine import SimulatedEngine
from trading.gateway.words import AccountChanges

HELLO = {"code": 0, "text": "all right"}
Answer = Callable[[dict[str, Any]], bytes]


def framed(body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + body


def plain(**fields: Any) -> Answer:
    """An answer with these fields, by the number of its request where they name none."""
    return lambda request: framed(
        json.dumps({"id": request["id"], "code": 0, "text": "", "result": None} | fields).encode()
    )


@contextmanager
def a_server(answer: Answer, hello: dict[str, Any] = HELLO) -> Iterator[str]:
    """A server on a local socket that greets one caller and answers whatever it is told to."""
    folder = tempfile.mkdtemp(prefix="mt4-", dir="/tmp")
    path = str(Path(folder) / "mt4")
    door = socket.socket(socket.AF_UNIX)
    door.bind(path)
    door.listen()

    def serve() -> None:
        with door.accept()[0] as line, line.makefile("rb") as incoming:
            _request(incoming)
            line.sendall(framed(json.dumps(hello).encode()))
            while (request := _request(incoming)) is not None:
                line.sendall(answer(request))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield path
    finally:
        door.close()
        thread.join(10)
        shutil.rmtree(folder)


def _request(incoming: Any) -> Any:
    head = incoming.read(4)
    return json.loads(incoming.read(struct.unpack(">I", head)[0])) if len(head) == 4 else None


@contextmanager
def a_direct(path: str) -> Iterator[Any]:
    direct = SimulatedEngine(path).direct()
    direct.patience(time.monotonic() + 10)
    direct.connect()
    try:
        yield direct
    finally:
        direct.close()


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: framed(b"no json"),
        lambda _: framed(b"[]"),
        lambda _: b"\xff\xff\xff\xff",
        lambda _: framed(b"{}"),
        plain(id=99),
        plain(code="0"),
        plain(text=None),
        plain(result="an account"),
        plain(result={"login": 7}),
        plain(result=[]),
    ],
)
def test_a_question_gets_no_answer_from_what_is_none(answer: Answer) -> None:
    with a_server(answer) as path, a_direct(path) as direct, pytest.raises(LinkError):
        direct.account(login=7)


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: framed(b"no json"),
        plain(id=99),
        plain(code=None),
        plain(result={"order": "12"}),
        plain(result={"login": 1.5}),
    ],
)
def test_a_command_is_not_taken_for_done_by_what_is_no_answer(answer: Answer) -> None:
    with a_server(answer) as path, a_direct(path) as direct, pytest.raises(LinkError):
        direct.set_leverage(login=7, leverage=100)


def test_a_connection_that_answered_another_request_is_used_no_more() -> None:
    with a_server(plain(id=99)) as path, a_direct(path) as direct:
        with pytest.raises(LinkError, match="another request"):
            direct.logins()
        assert not direct.is_alive
        with pytest.raises(LinkError, match="no connection"):
            direct.logins()


def test_a_code_is_an_answer_with_its_words() -> None:
    refusal = plain(code=65, text="bad login or wrong login type")
    with a_server(refusal) as path, a_direct(path) as direct:
        with pytest.raises(CodeError) as no:
            direct.margin(login=7)
        assert (no.value.code, no.value.text) == (65, "bad login or wrong login type")
        reply = direct.update_account(login=7, changes=AccountChanges(name="Ada"))
        assert (reply.code, reply.text) == (65, "bad login or wrong login type")


def test_who_is_not_greeted_is_not_connected() -> None:
    hello = {"code": 65, "text": "bad login or wrong login type"}
    with a_server(plain(), hello) as path:
        direct = SimulatedEngine(path).direct()
        direct.patience(time.monotonic() + 10)
        with pytest.raises(LinkError, match="refused the connection: bad login"):
            direct.connect()
        assert not direct.is_alive
