"""The send gate: what decides, as the last thing before the socket, whether a command may leave.

MetaTrader can neither fence nor recognise a repeat, so the agent does: by marker and attempt, by
deadline, one command in flight a login, the intent on disk before the first byte. *Yes* means an
applied code and the record read back; every code without a proven meaning is *uncertain*.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from threading import Lock
from typing import Any, Protocol

from trading.gateway import wire
from trading.gateway.agent.engine import CodeError, Direct, LinkError, Reply
from trading.gateway.agent.journal import Attempt, Journal, JournalError
from trading.gateway.errors import BadMessage, NotSent, Refused, Uncertain
from trading.gateway.port import NewAccount
from trading.terms import BalanceKind, Cmd, Done, Passage, TradeRecord

log = logging.getLogger(__name__)

COMMENT_BYTES = 31
_SEARCH = timedelta(days=1)
_LOOKS = 4  # how often a booked record is looked for before it counts as not seen
_BETWEEN_LOOKS = 0.1  # seconds


class Verdict(Enum):
    """What a return code says about a command."""

    DONE = "applied"
    NO = "definitely not applied"
    LATER = "not applied, may be tried again as a new attempt"
    UNKNOWN = "nothing certain"


_MARKET_CLOSED = 132
# Money believes only these refusals; every other code is unknown until a certification proves it.
_MONEY = {0: Verdict.DONE} | dict.fromkeys((3, 7, 64, 134), Verdict.NO)
_OTHER = (
    {0: Verdict.DONE}
    | dict.fromkeys((3, 5, 7, 9, 10, 11, 15, 64, 65, 66), Verdict.NO)
    | dict.fromkeys((129, 130, 131, 133, 134, 135, 136, 138, 140), Verdict.NO)
    | dict.fromkeys((144, 145, 147, 148, 149, 150), Verdict.NO)
    | dict.fromkeys((8, _MARKET_CLOSED, 137, 139, 141, 146), Verdict.LATER)
)


def verdict(code: int, *, money: bool) -> Verdict:
    """Return what a return code says of a command that moves money, or of any other."""
    return (_MONEY if money else _OTHER).get(code, Verdict.UNKNOWN)


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


# The commands


class Order(Protocol):
    """One command: its login, what is looked at before, how it is sent, how it is read back."""

    money: bool

    @property
    def login(self) -> int:
        """Return the login it is for; 0 when MetaTrader will choose one."""

    def prepare(self, direct: Direct) -> None:
        """Look, before anything is sent, at what would make it a mistake; raise Refused."""

    def send(self, direct: Direct) -> Reply:
        """Send it, once."""

    def read_back(self, direct: Direct, reply: Reply, now: datetime) -> Done | str:
        """Return what was booked, or in words why it does not count as that."""


class _Order:
    money = False

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        self.passage: Passage = arguments["passage"]
        self._fields = {name: arguments[name] for name in arguments if name != "passage"}

    @property
    def login(self) -> int:
        return int(self._fields.get("login", 0))

    def prepare(self, direct: Direct) -> None:
        if direct.info().closed_window:
            raise NotSent("end_of_day", "MetaTrader is processing the end of its day.")


class _ChangeBalance(_Order):
    money = True

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        super().__init__(arguments)
        marker, comment = self.passage.marker, self._fields["comment"]
        if not comment.startswith(marker):
            comment = f"{marker} {comment}".rstrip()
        if not comment.isascii() or not comment.isprintable() or len(marker) > COMMENT_BYTES:
            raise BadMessage("The comment of a balance command has to be printable ASCII.")
        if self._fields["amount"] == 0:
            raise BadMessage("The amount of a balance command is zero.")
        self._fields["comment"] = comment[:COMMENT_BYTES]

    def send(self, direct: Direct) -> Reply:
        return direct.change_balance(**self._fields)

    def read_back(self, direct: Direct, reply: Reply, now: datetime) -> Done | str:
        found = direct.find_marker(
            marker=self.passage.marker, start=now - _SEARCH, end=now + _SEARCH
        )
        if not found:
            return ""
        if len(found) > 1:
            return f"{len(found)} records carry the marker"
        record = found[0]
        cmd = Cmd.CREDIT if self._fields["kind"] is BalanceKind.CREDIT else Cmd.BALANCE
        if (record.login, record.cmd, record.profit) != (self.login, cmd, self._fields["amount"]):
            return f"the record {record.ticket} with the marker says something else"
        return Done(ticket=record.ticket, code=reply.code, record=record, login=self.login)


class _OpenAccount(_Order):
    def send(self, direct: Direct) -> Reply:
        return direct.open_account(**self._fields)

    def read_back(self, direct: Direct, reply: Reply, now: datetime) -> Done | str:
        wanted: NewAccount = self._fields["account"]
        record = direct.account(login=reply.login) if reply.login else None
        if record is None:
            return ""
        if record.group != wanted.group:
            return f"the account {reply.login} is in another group"
        return Done(ticket=0, code=reply.code, login=record.login)


class _TradeOrder(_Order):
    """A command whose record is read back by its ticket."""

    def _differs(self, record: TradeRecord) -> bool:
        raise NotImplementedError

    def read_back(self, direct: Direct, reply: Reply, now: datetime) -> Done | str:
        ticket = reply.ticket or self._fields.get("ticket", 0)
        record = direct.trade(ticket=ticket) if ticket else None
        if record is None:
            return ""
        if record.login != self.login or self._differs(record):
            return f"the record {ticket} says something else"
        return Done(ticket=ticket, code=reply.code, record=record, login=self.login)


class _OpenTrade(_TradeOrder):
    def send(self, direct: Direct) -> Reply:
        return direct.open_trade(**self._fields)

    def _differs(self, record: TradeRecord) -> bool:
        wanted = tuple(self._fields[name] for name in ("cmd", "symbol", "volume_hundredths"))
        return (record.cmd, record.symbol, record.volume_hundredths) != wanted


class _OnTicket(_TradeOrder):
    """A command about a ticket: the ticket has to be of that login, and open."""

    def prepare(self, direct: Direct) -> None:
        super().prepare(direct)
        record = direct.trade(ticket=self._fields["ticket"])
        if record is None or record.login != self.login or not record.is_open:
            raise Refused(3, f"login {self.login} has no open ticket {self._fields['ticket']}")

    def _told(self) -> dict[str, Any]:
        return {name: value for name, value in self._fields.items() if name != "login"}


class _CloseTrade(_OnTicket):
    def send(self, direct: Direct) -> Reply:
        return direct.close_trade(**self._told())

    def _differs(self, record: TradeRecord) -> bool:
        return record.is_open


class _ModifyTrade(_OnTicket):
    def send(self, direct: Direct) -> Reply:
        return direct.modify_trade(**self._told())

    def _differs(self, record: TradeRecord) -> bool:
        wanted: tuple[Decimal, Decimal] = self._fields["stop_loss"], self._fields["take_profit"]
        return (record.stop_loss, record.take_profit) != wanted


_ORDERS: Mapping[str, type[Any]] = {
    "change_balance": _ChangeBalance,
    "open_account": _OpenAccount,
    "open_trade": _OpenTrade,
    "close_trade": _CloseTrade,
    "modify_trade": _ModifyTrade,
}


# The way through


def flight_of(login: int, marker: str) -> str:
    """Return what may be in flight once only: the login, or the marker where none is chosen yet."""
    return f"login {login}" if login else f"marker {marker}"


def digest_of(verb: str, arguments: Mapping[str, Any]) -> str:
    """Return the digest of what a command says; passwords are left out of it."""
    plain = {
        name: wire.encode(hint, arguments[name])
        for name, hint in wire.VERBS[verb].arguments.items()
        if name != "passage"
    }
    if "account" in plain:
        plain["account"] = {k: v for k, v in plain["account"].items() if "password" not in k}
    return hashlib.sha256(wire.dump([verb, plain])).hexdigest()


class Passing:
    """One command on its way through the gate; made where it arrives, sent in the line's thread."""

    def __init__(
        self, verb: str, arguments: Mapping[str, Any], *, gate: Gate, journal: Journal
    ) -> None:
        self.order: Order = _ORDERS[verb](arguments)
        self.passage: Passage = arguments["passage"]
        self.flight = flight_of(self.order.login, self.passage.marker)
        self._digest = digest_of(verb, arguments)
        self._gate = gate
        self._journal = journal
        _require_lawful(self.passage)

    def send(self, direct: Direct, *, connection: int, now: Callable[[], datetime]) -> Done:
        """Check once more, write the intent, send, and judge the answer."""
        try:
            self.order.prepare(direct)
        except CodeError as no:
            raise NotSent("unreachable", f"MetaTrader did not say how it stands: {no}") from no
        except LinkError as lost:
            raise NotSent("unreachable", f"MetaTrader was lost before the send: {lost}") from lost
        self._gate.check(self.passage)
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

    def _judged(self, direct: Direct, reply: Reply, now: Callable[[], datetime]) -> Done:
        said = verdict(reply.code, money=self.order.money)
        if said is Verdict.NO:
            raise Refused(reply.code, reply.text)
        if said is Verdict.LATER:
            self._journal.write_closed(
                marker=self.passage.marker, attempt=self.passage.attempt, now=now()
            )
            reason = "end_of_day" if reply.code == _MARKET_CLOSED else "busy"
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
        raise Uncertain("MetaTrader applied it, but no record of it was found", reply.code)

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
