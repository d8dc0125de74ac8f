"""The agent's ASGI application: sealed questions, sealed commands, the stream, and health.

What fails the seal is answered by 401 without a seal, and the asker believes no unsealed answer.
Everything else is answered sealed: done, refused, not sent, uncertain, unavailable or bad message.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import aclosing, suppress
from typing import Any

from trading.gateway import clock, seal, wire
from trading.gateway.agent import asgi, stream
from trading.gateway.agent.asgi import Receive, Send
from trading.gateway.agent.asking import asked
from trading.gateway.agent.config import Config
from trading.gateway.agent.engine import (
    CodeError,
    Direct,
    Engine,
    Line,
    LinkError,
    NotConnectedError,
    QueueError,
)
from trading.gateway.agent.gate import Gate, Passing, flight_of
from trading.gateway.agent.journal import Attempt, Journal, JournalError
from trading.gateway.agent.metrics import Counts, Level, written
from trading.gateway.agent.pauses import Block, Pauses
from trading.gateway.errors import (
    BadMessage,
    GatewayError,
    NotSent,
    Refused,
    Unavailable,
    Uncertain,
)
from trading.terms import Done, ServerInfo

log = logging.getLogger(__name__)

Answer = tuple[int, bytes]

PING_SECONDS = 1.0
LOOK_SECONDS = 5.0  # how often the direct connection is looked after while nobody asks
_BUDGET = 0.9  # the part of the asker's patience that we use, so that our answer still finds him
_LEAST = 0.25  # a command is not begun with less than this part of the patience left


class Agent:
    """The agent of one MetaTrader server; `stop` is told in a sentence why it must not go on."""

    def __init__(
        self,
        config: Config,
        engine: Engine,
        journal: Journal,
        *,
        stop: Callable[[str], None],
        gate: Gate | None = None,
    ) -> None:
        self._config = config
        self._engine = engine
        self._journal = journal
        self._stop = stop
        self._clock_error = clock.ClockError(config.clock_error_ms)
        self._gate = gate or Gate(
            journal,
            now=clock.now,
            clock_error_ms=self._clock_error.milliseconds,
            clock_skew_ms=config.clock_skew_ms,
        )
        self._checker = seal.Checker(config.keys)
        self._counts = Counts()
        self._streams = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._leaving = asyncio.Event()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve one connection, request or stream."""
        kind = scope["type"]
        if kind == "lifespan":
            await self._live(receive, send)
        elif not asgi.is_allowed(scope, self._config.allowed):
            self._counts.turned_away("address")
            await asgi.turn_away(kind, receive, send)
        elif kind == "websocket":
            await self._stream(scope, receive, send)
        elif kind == "http":
            await self._http(scope, receive, send)

    # Life

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._leaving.set()
        await asyncio.to_thread(self._listener.stop)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._line.stop)
        await send({"type": "lifespan.shutdown.complete"})

    def _start(self) -> None:
        loop, block = asyncio.get_running_loop(), Block()
        self._window = stream.Window(started_at=clock.now(), kept=self._config.window_frames)
        self._line = Line(
            self._engine.direct(),
            connected=lambda: self._journal.write_connected(now=clock.now()),
            pauses=Pauses(self._config.reconnect_seconds, block),
            longest=self._config.queue,
        )
        self._listener = stream.Listener(
            self._engine,
            tell=lambda news: loop.call_soon_threadsafe(self._window.add, news),
            pauses=Pauses(self._config.reconnect_seconds, block),
            now=clock.now,
        )
        self._line.start()
        self._listener.start()
        self._tasks.add(asyncio.create_task(self._look()))

    async def _look(self) -> None:
        """Look after the direct connection, so that it is there before somebody needs it."""
        while True:
            with suppress(LinkError, QueueError, CodeError, JournalError):
                until = time.monotonic() + LOOK_SECONDS
                await self._line.ask("read", lambda direct: direct.info(), until=until)
            await self._keep_short()
            self._stop_if_journal_failed()
            await asyncio.sleep(LOOK_SECONDS)

    async def _keep_short(self) -> None:
        """Write a journal that has grown anew, in the thread that is its only writer."""

        def compact(direct: Direct) -> None:
            del direct
            before, aside = self._journal.size, self._journal.compact(now=clock.now())
            log.info("The journal had %d bytes and has %d", before, self._journal.size)
            log.info("The long one is kept as %s", aside)

        if not self._journal.is_long:
            return
        try:
            until = time.monotonic() + LOOK_SECONDS
            await self._line.ask("history", compact, until=until, needs_link=False)
        except (QueueError, JournalError) as reason:
            log.warning("The journal stays as it is: %s", reason)

    def _stop_if_journal_failed(self) -> None:
        if self._journal.failed:
            self._stop("The journal cannot be written any more: the agent stops.")

    # Requests

    async def _http(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        path = asgi.path(scope)
        if (scope["method"], path) == ("GET", "/health"):
            await asgi.respond(send, *self._health(), {})
            return
        if (scope["method"], path) == ("GET", "/metrics"):
            kind = {"content-type": "text/plain; version=0.0.4"}
            await asgi.respond(send, 200, self._metrics(), kind)
            return
        body = await asgi.body(receive)
        if body is None:
            self._counts.turned_away("size")
            text = f"A request is at most {wire.MAX_REQUEST_BYTES} bytes long."
            await asgi.respond(send, 413, wire.encode_failure(BadMessage(text)), {})
            return
        request = {"method": scope["method"], "path": path}
        try:
            sealed = self._checker.check(
                **request, headers=asgi.headers(scope), body=body, now=clock.now()
            )
        except BadMessage as wrong:
            log.warning("A message was not accepted: %s", wrong)
            self._counts.turned_away("seal")
            await asgi.respond(send, 401, wire.encode_failure(wrong), {})
            return
        status, answer = await self._answer(scope["method"], path, body)
        key = self._checker.key(sealed.key_id)
        headers = seal.seal_answer(
            seal=sealed, key=key, **request, status=status, body=answer, now=clock.now()
        )
        await asgi.respond(send, status, answer, headers)

    def _health(self) -> Answer:
        healthy = self._line.is_connected and self._listener.is_pumping
        kept = not self._journal.failed and self._journal.is_confirmed
        report = {
            "status": "ok" if healthy and kept else "degraded",
            "direct": "connected" if self._line.is_connected else "not connected",
            "pump": "listening" if self._listener.is_pumping else "not listening",
            "journal": self._journal.state,
        }
        return 200 if report["status"] == "ok" else 503, wire.dump(report)

    def _metrics(self) -> bytes:
        line, error_ms = self._line, self._clock_error.milliseconds()
        levels = [
            Level("connected", "connection", "direct", int(line.is_connected)),
            Level("connected", "connection", "pump", int(self._listener.is_pumping)),
            Level("journal_sends", "journal", "own", int(self._journal.state == "ok")),
            Level("connections_total", "connection", "direct", line.connection_number),
            Level("streams", "kind", "open", self._streams),
            Level("clock_error_ms", "bound", "known", -1 if error_ms is None else error_ms),
            *(Level("queue", "lane", lane, waiting) for lane, waiting in line.waiting().items()),
        ]
        return written(self._counts, levels)

    async def _answer(self, method: str, path: str, body: bytes) -> Answer:
        begun = time.monotonic()
        answer = await self._answered(method, path, body)
        name = path.rpartition("/")[2] if path in wire.BY_PATH else "unknown"
        self._counts.answered(name, answer[1], time.monotonic() - begun)
        return answer

    async def _answered(self, method: str, path: str, body: bytes) -> Answer:
        verb = wire.BY_PATH.get(path) if method == "POST" else None
        if verb is None:
            return 404, wire.encode_failure(
                BadMessage(f"There is nothing at {method} {path[:80]}.")
            )
        try:
            arguments, timeout_ms = wire.decode_call(verb, body)
            return 200, wire.encode_answer(verb, await self._served(verb, arguments, timeout_ms))
        except BadMessage as wrong:
            return 400, wire.encode_failure(wrong)
        except GatewayError as answer:
            return 200, wire.encode_failure(answer)
        # The outermost loop: whatever went wrong, the asker is told what it means for him.
        except Exception:
            log.exception("The request %s failed", verb.name)
            text = "The agent failed while it served this."
            return 200, wire.encode_failure(
                Uncertain(text) if verb.is_command else Unavailable(text)
            )

    async def _served(self, verb: wire.Verb, arguments: dict[str, Any], timeout_ms: int) -> Any:
        patience = timeout_ms / 1000
        until = time.monotonic() + patience * _BUDGET
        try:
            if verb.name == "close_attempt":
                return await self._close_attempt(**arguments, until=until)
            if verb.name == "confirm_journal":
                return await self._confirm_journal(**arguments, until=until)
            if verb.is_command:
                return await self._command(verb, arguments, until, patience * _LEAST)
            return await self._question(verb, arguments, until)
        finally:
            self._stop_if_journal_failed()

    async def _question(self, verb: wire.Verb, arguments: dict[str, Any], until: float) -> Any:
        if verb.name == "find_marker":
            flight = flight_of(arguments.pop("login"), arguments["marker"])
            if self._gate.is_in_flight(flight):
                raise Unavailable("A command for this login is in flight: nothing is proven now.")
        call = self._server_info if verb.name == "server_info" else asked(verb.name, arguments)
        lane = "history" if verb.deadline == "history" else "read"
        try:
            return await self._line.ask(lane, call, until=until)
        except CodeError as no:
            raise Refused(no.code, no.text) from no
        except (LinkError, QueueError, JournalError) as lost:
            raise Unavailable(str(lost)) from lost

    def _server_info(self, direct: Direct) -> ServerInfo:
        facts = direct.info()
        return ServerInfo(
            name=facts.name,
            company=facts.company,
            build=facts.build,
            timezone=facts.timezone,
            server_time=facts.server_time,
            now=clock.now(),
            end_of_day=facts.end_of_day,
            journal_id=self._journal.id,
            clock_error_ms=self._clock_error.milliseconds(),
            connection_number=self._line.connection_number,
        )

    async def _command(
        self, verb: wire.Verb, arguments: dict[str, Any], until: float, least: float
    ) -> Done:
        passing = Passing(verb.name, arguments, gate=self._gate, journal=self._journal)

        def send(direct: Direct) -> Done:
            return passing.send(direct, connection=self._line.connection_number, now=clock.now)

        self._gate.enter(passing.passage, passing.flight)
        try:
            return await self._line.ask("command", send, until=until, least=least)
        except QueueError as late:
            raise NotSent("busy", str(late)) from late
        except (NotConnectedError, JournalError) as lost:
            raise NotSent("unreachable", str(lost)) from lost
        finally:
            self._gate.leave(passing.flight)

    async def _close_attempt(self, *, login: int, marker: str, attempt: int, until: float) -> None:
        def close(direct: Direct) -> None:
            del direct  # closing needs no MetaTrader, only its turn in the line of the sends
            known = self._journal.attempts(marker).get(attempt, Attempt())
            self._journal.write_closed(marker=marker, attempt=attempt, now=clock.now())
            if known.sent and known.connection == self._line.connection_number:
                self._line.renew()  # absence is searched for on a connection made after the attempt

        if attempt < 1 or not marker:
            raise BadMessage("An attempt has a marker and a number from 1.")
        try:
            await self._line.ask("command", close, until=until, needs_link=False)
        except (QueueError, JournalError) as lost:
            raise NotSent("unreachable", f"Attempt {attempt} of login {login}: {lost}") from lost

    async def _confirm_journal(
        self, *, journal_id: str, by: str, second: str, until: float
    ) -> None:
        def confirm(direct: Direct) -> None:
            del direct  # the journal has one writer: the line
            self._journal.confirm(by=by, second=second, now=clock.now())

        if journal_id != self._journal.id:
            raise BadMessage("That is another journal than this agent's.")
        if not by.strip() or not second.strip() or by.strip() == second.strip():
            raise BadMessage("A journal is confirmed by two people.")
        try:
            await self._line.ask("command", confirm, until=until, needs_link=False)
        except (QueueError, JournalError) as lost:
            raise NotSent("unreachable", str(lost)) from lost
        log.warning("The journal %s was confirmed by %s and %s", journal_id, by, second)

    # The stream

    async def _stream(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        await receive()
        path = asgi.path(scope)
        try:
            sealed = self._checker.check(
                method="GET", path=path, headers=asgi.headers(scope), body=b"", now=clock.now()
            )
            resume_after = asgi.resume_after(path)
        except BadMessage as wrong:
            log.warning("A stream was not opened: %s", wrong)
            self._counts.turned_away("seal")
            await send({"type": "websocket.close", "code": 1008})
            return
        if self._streams >= self._config.streams:
            self._counts.turned_away("streams")
            await send({"type": "websocket.close", "code": 1013})
            return
        self._streams += 1
        try:
            await self._accepted(sealed, resume_after, receive, send)
        finally:
            self._streams -= 1

    async def _accepted(
        self, sealed: seal.Seal, resume_after: int, receive: Receive, send: Send
    ) -> None:
        await send({"type": "websocket.accept"})
        key = self._checker.key(sealed.key_id)
        frames = seal.FrameSeal(key=key, nonce=sealed.nonce)
        telling = asyncio.create_task(self._tell(frames, resume_after, send))
        ends = {
            telling,
            asyncio.create_task(asgi.gone(receive)),
            asyncio.create_task(self._wait_leave()),
        }
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for task in ends:
            task.cancel()
        await asyncio.gather(*ends, return_exceptions=True)
        with suppress(OSError):
            await send({"type": "websocket.close", "code": 1001})

    async def _wait_leave(self) -> None:
        await self._leaving.wait()

    async def _tell(self, frames: seal.FrameSeal, resume_after: int, send: Send) -> None:
        said = stream.messages(
            self._window, resume_after=resume_after, ping_seconds=PING_SECONDS, now=clock.now
        )
        async with aclosing(said) as messages:  # type: ignore[type-var]
            async for message in messages:
                await send({"type": "websocket.send", "bytes": frames.close(message)})
