"""The two sockets: hello, direct and pumping connections, the stage door; an orderly stop."""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.front.control import Control
from trading.gateway.simulator.front.direct import OURS, Direct
from trading.gateway.simulator.front.faults import FaultyService
from trading.gateway.simulator.front.pump import Pump
from trading.gateway.simulator.office.antiflood import Antiflood
from trading.gateway.simulator.office.authors import Author
from trading.gateway.simulator.protocol import (
    TEXTS,
    BadFrame,
    Code,
    No,
    control_path,
    pack,
    read_frame,
)

log = logging.getLogger("simulator")

Answerer = Callable[[str, object], Any]


class Server:
    """Accepts connections until it is closed; `failed` ends with the error that must stop us."""

    def __init__(
        self,
        desk: Desk,
        direct: Direct,
        control: Control,
        pump: Pump,
        guards: tuple[Antiflood, FaultyService | None],
    ) -> None:
        self._desk = desk
        self._direct = direct
        self._antiflood, self._faulty = guards
        self._control = control
        self._pump = pump
        self._connections = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._servers: list[asyncio.Server] = []
        self._paths: list[Path] = []
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def start(self, path: Path) -> None:
        """Listen on the path and its stage door."""
        doors = ((path, self._serve), (control_path(path), self._serve_control))
        for at, serve in doors:
            self._servers.append(await asyncio.start_unix_server(serve, at, limit=2**20))
            at.chmod(0o600)
            self._paths.append(at)

    async def stop(self) -> None:
        """Say goodbye to listeners, close every connection, remove the sockets."""
        for server in self._servers:
            server.close()
        self._pump.stop()
        for writer in list(self._writers):
            writer.close()
        for writer in list(self._writers):
            with contextlib.suppress(OSError, TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), 1)
        for path in self._paths:
            path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        await self._guarded(self._greeted(reader, writer, self._connections), writer)

    async def _serve_control(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await self._guarded(self._requests(reader, writer, self._control.answer), writer)

    async def _guarded(self, conversation: Any, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await conversation
        except BadFrame as wrong:
            log.warning("connection ended: %s", wrong)
        except ConnectionError:
            pass  # the other side went away
        except sqlite3.Error as broken:
            # Memory and disk may differ from here on: only a restart from the disk is honest.
            if not self.failed.done():
                self.failed.set_exception(broken)
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _greeted(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int
    ) -> None:
        hello = await read_frame(reader)
        if hello is None:
            return
        mode, author = hello.get("mode"), _author(hello)
        known = mode in ("direct", "pumping") and self._direct.knows(author)
        code = Code.OK if known else Code.BAD_ACCOUNT_INFO
        if not self._antiflood.admits(author.ip, self._desk.hours.exact_now()):
            known, code = False, Code.TOO_FREQUENT
        greeting = {
            "code": int(code),
            "text": TEXTS[code],
            "mode": mode if code is Code.OK else "",
            "server": self._desk.identity.name,
            "build": self._desk.identity.build,
            "connection": connection,
        }
        writer.write(pack(greeting))
        await writer.drain()
        if known and mode == "direct":
            answer = partial(self._direct.answer, author=author)
            await self._direct_requests(reader, writer, answer)
        elif known:
            await self._pumping(reader, writer, connection)

    async def _pumping(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int
    ) -> None:
        listener = self._pump.add(writer, connection)
        try:
            while await reader.read(4096):
                pass  # a listener has nothing to say; its end of input is its goodbye
        finally:
            self._pump.remove(listener)

    async def _direct_requests(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answerer
    ) -> None:
        if self._faulty is None:
            await self._requests(reader, writer, answer)
            return
        run = partial(answered, answer=answer)
        while (request := await read_frame(reader)) is not None:
            frame = await self._faulty.serve(request, run)
            if frame is not None:
                writer.write(pack(frame))
                await writer.drain()

    async def _requests(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answerer
    ) -> None:
        while (request := await read_frame(reader)) is not None:
            writer.write(pack(answered(request, answer)))
            await writer.drain()


def _author(hello: dict[str, Any]) -> Author:
    """Return which manager connects, and from where; who does not say it is our back office."""
    login, ip = hello.get("login", OURS.login), hello.get("ip", OURS.ip)
    return Author(login if isinstance(login, int) else 0, str(ip)[:40])


def answered(request: dict[str, Any], answer: Answerer) -> dict[str, Any]:
    """Return the answer frame of a request, with MetaTrader's return code."""
    number = request.get("id")
    verb = request.get("verb")
    try:
        result = answer(verb if isinstance(verb, str) else "", request.get("args"))
    except No as refusal:
        return {"id": number, "code": int(refusal.code), "text": refusal.text, "result": None}
    return {"id": number, "code": 0, "text": TEXTS[Code.OK], "result": result}
