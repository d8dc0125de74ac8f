"""The send gate: what decides, as the last thing before the socket, whether a command may leave.

MetaTrader can neither fence nor recognise a repeat, so the agent does: by marker and attempt, by
deadline, one command in flight a login, the intent on disk before the first byte. *Yes* means an
applied code and the record read back; every code without a proven meaning is *uncertain*.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock
from typing import Any

from trading.gateway import wire
from trading.gateway.agent.engine import CodeError, Direct, LinkError, Reply
from trading.gateway.agent.journal import Attempt, Journal, JournalError
from trading.gateway.agent.orders.by_verb import ORDERS
from trading.gateway.codes import MARKET_CLOSED, Verdict, verdict
from trading.gateway.errors import BadMessage, GatewayError, NotSent, Refused, Uncertain
from trading.terms import Done, Passage

log = logging.getLogger(__name__)

_LOOKS = 4  # how often a booked record is looked for before it counts as not seen
_BETWEEN_LOOKS = 0.1  # seconds


# The checks


class Gate:
    """The five checks, in their order, and which logins have a command in flight.

    `clock_error_ms` returns the bound on the clock's error, or None when nobody knows it.
    """

    def __init__(
        self,
        journal: Journal,
        *,
        now: Callable[[], datetime],
        clock_error_ms: Callable[[], int | None],
        clock_skew_ms: int,
    ) -> None:
        self._journal = journal
        self._now = now
        self._clock_error_ms = clock_error_ms
        self._clock_skew_ms = clock_skew_ms
        self._flights: set[str] = set()
        self._lock = Lock()

    def check(self, passage: Passage) -> None:
        """Raise NotSent unless clock, journal and deadline let this attempt out now."""
        error_ms = self._clock_error_ms()
        if error_ms is None or error_ms > self._clock_skew_ms:
            raise NotSent("clock", "The agent does not know its clock well enough to send this.")
        if not self._journal.is_confirmed:
            raise NotSent(
                "journal", "The agent's journal was lost and nobody confirmed the new one."
            )
        self._check_journal(passage)
        if self._now() > passage.deadline:
            raise NotSent("deadline", "The deadline of this attempt has passed.")

    def _check_journal(self, passage: Passage) -> None:
        known = self._journal.attempts(passage.marker)
        if known.get(passage.attempt, Attempt()).closed:
            raise NotSent("closed", "This attempt was closed: a new one needs a new number.")
        if any(attempt >= passage.attempt for attempt in known):
            raise NotSent("seen", "The journal holds this attempt or a later one already.")
        if not all(attempt.closed for attempt in known.values()):
            raise NotSent("seen", "An earlier attempt is not closed.")

    def enter(self, passage: Passage, flight: str) -> None:
        """Make all five checks and reserve the login; `leave` must follow."""
        with self._lock:
            self.check(passage)
            if flight in self._flights:
                raise NotSent("busy", "Another command for this login is in flight.")
            self._flights.add(flight)

    def leave(self, flight: str) -> None:
        """Say that the login's command is no longer in flight."""
        with self._lock:
            self._flights.discard(flight)

    def is_in_flight(self, flight: str) -> bool:
        """Return whether a command for the login is queued or on its way."""
        return flight in self._flights


# The way through


def flight_of(login: int, marker: str) -> str:
    """Return what may be in flight once only: the login, or the marker where none is chosen yet."""
    return f"login {login}" if login else f"marker {marker}"


def digest_of(verb: str, arguments: Mapping[str, Any]) -> str:
    """Return the digest of what a command says; passwords are left out of it."""
    plain = {
        name: wire.encode(hint, arguments[name])
        for name, hint in wire.VERBS[verb].arguments.items()
        if name != "passage" and "password" not in name
    }
    if "account" in plain:
        plain["account"] = {k: v for k, v in plain["account"].items() if "password" not in k}
    return hashlib.sha256(wire.dump([verb, plain])).hexdigest()


class Passing:
    """One command on its way through the gate; made where it arrives, sent in the line's thread."""

    def __init__(
        self, verb: str, arguments: Mapping[str, Any], *, gate: Gate, journal: Journal
    ) -> None:
        self.order = ORDERS[verb](arguments)
        self.passage: Passage = arguments["passage"]
        self.flight = flight_of(self.order.login, self.passage.marker)
        self._digest = digest_of(verb, arguments)
        self._verb = verb
        self._gate = gate
        self._journal = journal
        _require_lawful(self.passage)

    def send(self, direct: Direct, *, connection: int, now: Callable[[], datetime]) -> Done:
        """Check once more, write the intent, send, and judge the answer."""
        try:
            self._prepare(direct)
            self._gate.check(self.passage)
        except GatewayError as no:
            log.info("%s of login %s was not sent: %s", self._verb, self.order.login, no)
            raise
        self._journal.write_intent(
            marker=self.passage.marker,
            attempt=self.passage.attempt,
            login=self.order.login,
            digest=self._digest,
            connection=connection,
            now=now(),
        )
        try:
            done = self._judged(direct, self.order.send(direct), now)
        except LinkError as lost:
            self._note(f"no answer: {lost}", now)
            raise Uncertain(f"The command left and no clear answer came: {lost}") from lost
        except (Refused, Uncertain, NotSent) as answer:
            self._note(str(answer), now)
            raise
        self._note(f"done, ticket {done.ticket}, login {done.login}", now)
        return done

    def _prepare(self, direct: Direct) -> None:
        try:
            self.order.prepare(direct)
        except CodeError as no:
            raise NotSent("unreachable", f"MetaTrader did not say how it stands: {no}") from no
        except LinkError as lost:
            raise NotSent("unreachable", f"MetaTrader was lost before the send: {lost}") from lost

    def _judged(self, direct: Direct, reply: Reply, now: Callable[[], datetime]) -> Done:
        said = verdict(reply.code, money=self.order.money)
        if said is Verdict.NO:
            raise Refused(reply.code, reply.text)
        if said is Verdict.LATER:
            self._journal.write_closed(
                marker=self.passage.marker, attempt=self.passage.attempt, now=now()
            )
            reason = "end_of_day" if reply.code == MARKET_CLOSED else "busy"
            raise NotSent(reason, f"MetaTrader did not take it: {reply.text} (code {reply.code})")
        if said is Verdict.UNKNOWN:
            raise Uncertain(f"MetaTrader answered {reply.text!r}, which proves nothing", reply.code)
        return self._read_back(direct, reply, now)

    def _read_back(self, direct: Direct, reply: Reply, now: Callable[[], datetime]) -> Done:
        for look in range(_LOOKS):
            if look:
                time.sleep(_BETWEEN_LOOKS)
            try:
                found = self.order.read_back(direct, reply, now())
            except (CodeError, LinkError) as lost:
                text = f"MetaTrader applied it, but the record could not be read: {lost}"
                raise Uncertain(text, reply.code) from lost
            if isinstance(found, Done):
                return found
            if found:
                raise Uncertain(f"MetaTrader applied it, but {found}", reply.code)
        raise Uncertain(f"MetaTrader applied it, but {self.order.missing}", reply.code)

    def _note(self, answer: str, now: Callable[[], datetime]) -> None:
        """Keep the answer; a journal that fails here stops the agent, but the answer is given."""
        try:
            self._journal.write_answer(
                marker=self.passage.marker, attempt=self.passage.attempt, answer=answer, now=now()
            )
        except JournalError:
            log.critical("The journal failed after a send; the agent stops.")


def _require_lawful(passage: Passage) -> None:
    marker = passage.marker
    if not marker or len(marker) > 64 or not marker.isascii() or not marker.isprintable():
        raise BadMessage("A marker is 1 to 64 printable ASCII characters.")
    if not 1 <= passage.attempt <= 1_000_000:
        raise BadMessage("An attempt is numbered from 1.")
    if passage.attempt > 1 and not passage.absence_evidence:
        raise BadMessage("A later attempt has to name the proof that the one before never arrived.")
