"""Calls one agent: sealed, over HTTP, each call with one total deadline.

A command is posted once, on a connection of its own, and never again: if no byte of it was written
it was not sent; after that only a sealed answer says what became of it, and anything else is
uncertain. A question that got no answer may be asked once more within its deadline.
"""

import random
import threading
import time
from collections.abc import Mapping
from typing import Any

from trading.gateway import clock, seal, wire
from trading.gateway.errors import (
    BadMessage,
    GatewayError,
    NotSent,
    Refused,
    Unavailable,
    Uncertain,
)
from trading.gateway.port import DEADLINE_SECONDS, ServerAddress
from trading.gateway.remote.breaker import Breaker, Tally
from trading.gateway.remote.network import Connections, ExchangeError
from trading.gateway.remote.trust import context_of

_RETRY_PAUSE = (0.05, 0.25)  # seconds, drawn by chance so that many askers do not come back at once
_SLOW = 0.8  # a call that took this part of its deadline counts as bad, whatever it brought

#: Which calls share connections and a breaker: a stalled history stops no money.
CLASSES = {"trade": "money", "change": "money", "read": "read", "history": "report"}
MARKET_CLOSED = 132
AT_ONCE = {"money": 8, "read": 8, "report": 4, "lookup": 4}
#: How what is uncertain gets resolved: no breaker may stop it.
LOOKUPS = frozenset({"find_marker", "close_attempt"})


class Client:
    """Calls the verbs of one agent. It is shared by the threads of a process, not by processes."""

    def __init__(
        self,
        address: ServerAddress,
        *,
        tally: Tally,
        deadlines: Mapping[str, int] = DEADLINE_SECONDS,
    ) -> None:
        self._address = address
        self._deadlines = deadlines
        context = context_of(address)
        # A kept connection may be half dead: what was written on it would be uncertain for nothing.
        self._for_commands = Connections(address.url, kept=0, context=context)
        self._for_questions = Connections(address.url, kept=8, context=context)
        self._rooms = {name: threading.BoundedSemaphore(n) for name, n in AT_ONCE.items()}
        self._breakers = {
            name: Breaker(f"{address.server}:{name}", tally) for name in set(CLASSES.values())
        }

    def call(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Return what the agent answers to a verb, or raise the answer that is not a yes."""
        verb = wire.VERBS[name]
        until = time.monotonic() + self._deadlines[verb.deadline]
        if name in LOOKUPS:
            return self._in_room("lookup", verb, arguments, until)
        breaker = self._breakers[CLASSES[verb.deadline]]
        if not breaker.lets_through(self._probe):
            raise _not_made(verb, "breaker", "The way to this server is closed for a moment.")
        return self._counted(breaker, verb, arguments, until)

    def _counted(
        self, breaker: Breaker, verb: wire.Verb, arguments: Mapping[str, Any], until: float
    ) -> Any:
        good = False
        try:
            answer = self._in_room(CLASSES[verb.deadline], verb, arguments, until)
            good = True
            return answer
        except GatewayError as answer:
            good = _is_healthy(answer)
            raise
        finally:
            slow = until - time.monotonic() < self._deadlines[verb.deadline] * (1 - _SLOW)
            breaker.note(good=good and not slow)

    def _in_room(
        self, room: str, verb: wire.Verb, arguments: Mapping[str, Any], until: float
    ) -> Any:
        """Make the call when its class has room for it."""
        if not self._rooms[room].acquire(timeout=max(0, until - time.monotonic())):
            raise _not_made(verb, "busy", "Too many calls to this server are under way.")
        try:
            if verb.is_command:
                return self._command(verb, arguments, until)
            return self._question(verb, arguments, until)
        finally:
            self._rooms[room].release()

    def _probe(self) -> bool:
        """Ask something harmless; return whether the agent and MetaTrader behind it answer."""
        try:
            until = time.monotonic() + self._deadlines["read"]
            self._exchange(self._for_questions, wire.VERBS["server_info"], {}, until)
        except (GatewayError, ExchangeError):
            return False
        return True

    def _command(self, verb: wire.Verb, arguments: Mapping[str, Any], until: float) -> Any:
        try:
            return self._exchange(self._for_commands, verb, arguments, until)
        except ExchangeError as failed:
            if not failed.wrote:
                raise NotSent("unreachable", f"The agent was not reached: {failed}") from failed
            raise Uncertain(f"No clear answer came back: {failed}") from failed

    def _question(self, verb: wire.Verb, arguments: Mapping[str, Any], until: float) -> Any:
        for is_last in (False, True):
            try:
                return self._exchange(self._for_questions, verb, arguments, until)
            except ExchangeError as failed:
                pause = random.uniform(*_RETRY_PAUSE)  # noqa: S311 - jitter is no secret
                if is_last or time.monotonic() + pause >= until:
                    raise Unavailable(f"The agent did not answer: {failed}") from failed
                time.sleep(pause)
        raise AssertionError("unreachable")

    def _exchange(
        self,
        connections: Connections,
        verb: wire.Verb,
        arguments: Mapping[str, Any],
        until: float,
    ) -> Any:
        """Post one sealed request and return what its sealed answer says."""
        timeout_ms = max(1, int((until - time.monotonic()) * 1000))
        body = wire.encode_call(verb, arguments, timeout_ms=timeout_ms)
        sealed = seal.seal_request(
            key_id=self._address.key_id,
            key=self._address.key,
            method="POST",
            path=verb.path,
            body=body,
            now=clock.now(),
        )
        answer = self._post(connections, verb.path, body, sealed, until)
        try:
            return wire.decode_answer(verb, answer)
        except wire.MalformedAnswer as wrong:
            raise ExchangeError(str(wrong), wrote=True) from wrong

    def _post(
        self,
        connections: Connections,
        path: str,
        body: bytes,
        sealed: Mapping[str, str],
        until: float,
    ) -> bytes:
        """Return the body of the answer, once its seal was found right."""
        answer = connections.post(path, sealed, body, until=until)
        try:
            seal.check_answer(
                seal=seal.Seal(sealed[seal.KEY], sealed[seal.NONCE]),
                key=self._address.key,
                request=("POST", path),
                status=answer.status,
                headers=answer.headers,
                body=answer.body,
                now=clock.now(),
            )
        except BadMessage as wrong:
            raise ExchangeError(f"{wrong} (HTTP status {answer.status})", wrote=True) from wrong
        return answer.body

    def close(self) -> None:
        """Close the connections that are kept."""
        self._for_commands.close()
        self._for_questions.close()


def _not_made(verb: wire.Verb, reason: str, text: str) -> GatewayError:
    return NotSent(reason, text) if verb.is_command else Unavailable(text)


def _is_healthy(answer: GatewayError) -> bool:
    """Return whether an answer shows that agent and MetaTrader work, though it is not a yes."""
    if isinstance(answer, NotSent):
        return answer.reason != "unreachable"
    if isinstance(answer, Uncertain):
        return answer.code == MARKET_CLOSED  # the end of the day is planned waiting
    return isinstance(answer, (Refused, BadMessage))
