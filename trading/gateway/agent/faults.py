"""Faults of the wire between us and the agent, for drills: around the agent, never inside it.

The door is a local socket that only the switch --faults opens, and only for an engine that reaches
no real MetaTrader. A request is one line of JSON, {"do": "set_fault" | "faults" | "clear_faults",
…the fields of a fault}; the answer is one line: {"faults": […]} or {"error": sentence}.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from trading.gateway import wire
from trading.gateway.errors import BadMessage
from trading.gateway.faults import Fault, Faults, Mode

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

#: What can befall a wire; what only a server can do (hide, lie about zones) is not among it.
MODES = frozenset(
    {
        Mode.REQUEST_DROPPED, Mode.ANSWER_DROPPED, Mode.ANSWER_DELAYED, Mode.APPLIED_LATE,
        Mode.DELIVERED_TWICE, Mode.WRONG_CODE, Mode.RECONNECT, Mode.RESTART,
    }
)  # fmt: skip
LONGEST_LINE = 4096


class CutError(Exception):
    """The connection ends here, in the middle of an answer."""


def restart() -> None:
    """Put a new process in this one's place at once: nothing is closed, saved or said."""
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - our own command line, no shell


class FaultyWire:
    """The agent's application behind a wire that fails as it is told."""

    def __init__(self, agent: App, door: Path, *, restart: Callable[[], None] = restart) -> None:
        self._agent = agent
        self._door = door
        self._restart = restart
        self.faults = Faults()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection, as the faults in force let it."""
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
            return
        is_call = scope["type"] == "http" and scope["method"] == "POST"
        name = scope["path"].rpartition("/")[2] if is_call else "stream"
        struck = self.faults.strike(name) if scope["path"].startswith("/v1/") else {}
        if not struck:
            await self._agent(scope, receive, send)
        elif is_call:
            await self._befallen(struck, scope, receive, send)
        elif Mode.RECONNECT in struck:
            await receive()
            await send({"type": "websocket.close", "code": 1011})

    async def _befallen(
        self, struck: dict[Mode, Fault], scope: Message, receive: Receive, send: Send
    ) -> None:
        request = [await receive()]
        while request[-1].get("more_body"):
            request.append(await receive())
        if Mode.REQUEST_DROPPED in struck:
            await _gone(receive)
            return
        if late := struck.get(Mode.APPLIED_LATE):
            await asyncio.sleep(late.delay_ms / 1000)
        answer: list[Message] = []
        for _ in range(self._times(struck)):
            came: list[Message] = []
            await self._agent(scope, _again(request), _into(came))
            answer = answer or came
        if Mode.RESTART in struck:
            self._restart()
        await _delivered(struck, answer, receive, send)

    @staticmethod
    def _times(struck: dict[Mode, Fault]) -> int:
        ends = (struck.get(mode) for mode in (Mode.RECONNECT, Mode.RESTART))
        applied = all(fault is None or fault.applied for fault in ends)
        return (1 + (Mode.DELIVERED_TWICE in struck)) if applied else 0

    # The door

    async def _live(self, scope: Message, receive: Receive, send: Send) -> None:
        self._door.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._serve, self._door, limit=LONGEST_LINE)
        self._door.chmod(0o600)
        try:
            await self._agent(scope, receive, send)
        finally:
            server.close()
            self._door.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(wire.dump(self._answer(line)) + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):
            return  # whoever spoke went away, or spoke no end
        finally:
            writer.close()

    def _answer(self, line: bytes) -> Message:
        try:
            request = wire.load(line)
            wanted = request.pop("do", "") if isinstance(request, dict) else ""
            if wanted == "set_fault":
                self.faults.set(_fault(request))
            elif wanted == "clear_faults":
                self.faults.clear()
            elif wanted != "faults":
                return {"error": "What can be done is set_fault, faults and clear_faults."}
        except BadMessage as wrong:
            return {"error": str(wrong)}
        struck = self.faults.struck()
        return {"faults": [{**wire.encode(Fault, one), "struck": times} for one, times in struck]}


def _fault(given: Message) -> Fault:
    usual = wire.encode(Fault, Fault(mode=Mode.REQUEST_DROPPED))
    fault: Fault = wire.decode(Fault, {**usual, **given}, "The fault")
    if fault.mode not in MODES:
        raise BadMessage(f"{fault.mode} is no fault of the wire: set it at the simulated server.")
    return fault


async def _delivered(
    struck: dict[Mode, Fault], answer: list[Message], receive: Receive, send: Send
) -> None:
    """Let the answer out as the faults say: late, cut, altered, or not at all."""
    if Mode.ANSWER_DROPPED in struck:
        await _gone(receive)
        return
    if late := struck.get(Mode.ANSWER_DELAYED):
        await asyncio.sleep(late.delay_ms / 1000)
    if Mode.RECONNECT in struck:
        headers = [(b"content-length", b"100")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
        raise CutError("a fault cut the connection")
    for message in answer:
        if Mode.WRONG_CODE in struck and message.get("body"):
            message = {**message, "body": message["body"].replace(b"done", b"DONE")}
        await send(message)


async def _gone(receive: Receive) -> None:
    """Return when the asker has given up."""
    while (await receive())["type"] != "http.disconnect":
        continue


def _again(request: list[Message]) -> Receive:
    left = list(request)

    async def receive() -> Message:
        return left.pop(0) if left else {"type": "http.disconnect"}

    return receive


def _into(messages: list[Message]) -> Send:
    async def send(message: Message) -> None:
        messages.append(message)

    return send
