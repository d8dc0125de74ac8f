"""What an engine must offer, and the one line that all direct calls to MetaTrader queue for.

An engine gives two connections, which never mix: a *direct* one, asked from one thread, one call at
a time, and a *pump*, which only listens. Calls block, as those of MetaTrader's own library do.
"""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, Protocol, TypeVar

from trading.gateway.agent.pauses import Pauses
from trading.gateway.words import AccountChanges, NewAccount, News, Page
from trading.terms import (
    AccountRecord,
    BalanceKind,
    Cmd,
    DailyReport,
    GroupSpec,
    LogKind,
    LogLine,
    ManagerAccount,
    MarginState,
    OnlineUser,
    Quote,
    SymbolSpec,
    TradeRecord,
)

T = TypeVar("T")

log = logging.getLogger(__name__)


class LinkError(Exception):
    """The way to MetaTrader failed or took too long; of a command nothing is known then."""


class NotConnectedError(LinkError):
    """There is no connection, so nothing was sent."""


class BlockedError(LinkError):
    """MetaTrader refuses this address for connecting too often: each attempt makes it longer."""


class QueueError(Exception):
    """The call never reached the connection: the queue was full, or the turn came too late."""


class CodeError(Exception):
    """MetaTrader answered a question with a return code instead of an answer."""

    def __init__(self, code: int, text: str) -> None:
        self.code = code
        self.text = text
        super().__init__(f"{text} (code {code})")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFacts:
    """What the server says of itself; `closed_window`: its end-of-day processing is running.

    `code_page` is the one that the server keeps its texts in.
    """

    name: str
    company: str
    build: int
    timezone: str
    server_time: datetime
    end_of_day: str
    closed_window: bool
    code_page: str = "cp1252"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """MetaTrader's answer to a command: its code and words, and the ticket or login it chose.

    `remainder` is the ticket that the rest of a partial close goes on under.
    """

    code: int
    text: str
    ticket: int = 0
    login: int = 0
    remainder: int = 0


class Asking(Protocol):
    """The questions of a direct connection; CodeError when MetaTrader answers by a code."""

    def info(self) -> ServerFacts: ...
    def symbols(self) -> tuple[SymbolSpec, ...]: ...
    def groups(self) -> tuple[GroupSpec, ...]: ...
    def quotes(self) -> tuple[Quote, ...]: ...
    def accounts(self, *, since_stamp: int, cursor: str) -> Page[AccountRecord]: ...
    def trades(self, *, since_stamp: int, cursor: str) -> Page[TradeRecord]: ...
    def accounts_in(self, *, group: str, cursor: str) -> Page[AccountRecord]: ...
    def open_trades(self) -> Sequence[TradeRecord]: ...
    def open_tickets(self) -> tuple[int, ...]: ...
    def margins(self, *, cursor: str) -> Page[MarginState]: ...
    def online(self) -> tuple[OnlineUser, ...]: ...
    def managers(self) -> tuple[ManagerAccount, ...]: ...
    def logins(self) -> tuple[int, ...]: ...
    def account(self, *, login: int) -> AccountRecord | None: ...
    def trade(self, *, ticket: int) -> TradeRecord | None: ...
    def margin(self, *, login: int) -> MarginState: ...
    def check_password(self, *, login: int, password: str) -> bool: ...

    def open_trades_of(self, *, login: int, group: str, symbol: str) -> tuple[TradeRecord, ...]: ...

    def closed_trades(
        self, *, start: datetime, end: datetime, group: str, symbol: str, cursor: str
    ) -> Page[TradeRecord]: ...

    def daily_reports(self, *, since_stamp: int, login: int, cursor: str) -> Page[DailyReport]: ...

    def journal(
        self, *, start: datetime, end: datetime, kind: LogKind, text: str, cursor: str
    ) -> Page[LogLine]: ...

    def history(self, *, login: int, start: datetime, end: datetime) -> Sequence[TradeRecord]: ...

    def find_marker(
        self, *, marker: str, start: datetime, end: datetime
    ) -> tuple[TradeRecord, ...]: ...


class Telling(Protocol):
    """The commands of a direct connection: each is sent once, and answered by a code."""

    def change_balance(
        self,
        *,
        login: int,
        kind: BalanceKind,
        amount: Decimal,
        comment: str,
        expires_at: datetime | None,
    ) -> Reply: ...

    def open_account(self, *, account: NewAccount) -> Reply: ...
    def update_account(self, *, login: int, changes: AccountChanges) -> Reply: ...
    def set_password(self, *, login: int, password: str, investor: bool) -> Reply: ...
    def set_enabled(self, *, login: int, enabled: bool) -> Reply: ...
    def set_read_only(self, *, login: int, read_only: bool) -> Reply: ...
    def set_leverage(self, *, login: int, leverage: int) -> Reply: ...
    def set_group(self, *, login: int, group: str) -> Reply: ...
    def delete_account(self, *, login: int) -> Reply: ...

    def open_trade(
        self,
        *,
        login: int,
        cmd: Cmd,
        symbol: str,
        volume_hundredths: int,
        price: Decimal,
        stop_loss: Decimal,
        take_profit: Decimal,
        comment: str,
        expires_at: datetime | None,
    ) -> Reply: ...

    def close_trade(self, *, ticket: int, volume_hundredths: int, price: Decimal) -> Reply: ...

    def modify_trade(
        self,
        *,
        ticket: int,
        price: Decimal,
        stop_loss: Decimal,
        take_profit: Decimal,
        expires_at: datetime | None,
    ) -> Reply: ...

    def close_by(self, *, ticket: int, opposite: int) -> Reply: ...
    def close_all(self, *, login: int, symbol: str) -> Reply: ...
    def activate_order(self, *, ticket: int, price: Decimal) -> Reply: ...
    def delete_order(self, *, ticket: int, cmd: Cmd) -> Reply: ...
    def change_comment(self, *, ticket: int, comment: str) -> Reply: ...


class Direct(Asking, Telling, Protocol):
    """One direct connection. Every call raises LinkError when it fails or outlives its patience."""

    def connect(self) -> None:
        """Connect and sign in."""

    def close(self) -> None:
        """Let go of the connection; harmless when there is none."""

    @property
    def is_alive(self) -> bool:
        """Return whether there is a connection; one on which a call failed is none any more."""

    def patience(self, until: float) -> None:
        """Set the moment of the monotonic clock at which every following call gives up."""


class Pump(Protocol):
    """One pumping connection: it only listens."""

    def connect(self) -> None:
        """Connect, sign in and start to listen; LinkError when it fails."""

    def read(self) -> tuple[News, ...]:
        """Return the next news (unnumbered), waiting for it; LinkError when the pump stopped."""

    def close(self) -> None:
        """Let go of the connection, also while another thread waits in `read`."""


class Engine(Protocol):
    """One way to a MetaTrader server."""

    def direct(self) -> Direct:
        """Return the direct connection, not yet connected."""

    def pump(self) -> Pump:
        """Return a pumping connection, not yet connected."""


@dataclass(frozen=True, slots=True)
class _Job:
    call: Callable[[Direct], Any]
    until: float
    least: float
    needs_link: bool
    answer: Callable[[Any, BaseException | None], None]


def _answer(
    loop: asyncio.AbstractEventLoop,
    asked: asyncio.Future[Any],
    told: Any,
    wrong: BaseException | None,
) -> None:
    """Answer an asker in his own thread, unless he went away meanwhile."""

    def answer() -> None:
        if asked.done():
            return
        if wrong is None:
            asked.set_result(told)
        else:
            asked.set_exception(wrong)

    loop.call_soon_threadsafe(answer)


class Line:
    """The queue for the direct connection: one call at a time, in one thread, no lane starving.

    `connected` is called after each new connection and returns its number. After three commands in
    a row a waiting question has its turn; questions and histories take turns among themselves.
    """

    LANES = ("command", "read", "history")
    COMMANDS_IN_A_ROW = 3

    def __init__(
        self, direct: Direct, *, connected: Callable[[], int], pauses: Pauses, longest: int = 64
    ) -> None:
        self._direct = direct
        self._connected = connected
        self._pauses = pauses
        self._longest = longest
        self._lanes: dict[str, deque[_Job]] = {lane: deque() for lane in self.LANES}
        self._row = 0
        self._reads_turn = False
        self._turns = threading.Condition()  # held while the lanes or `_stopping` change
        self._stopping = False
        self._thread = threading.Thread(target=self._serve, name="direct", daemon=True)
        self._renew = False
        self.connection_number = 0

    @property
    def is_connected(self) -> bool:
        """Return whether the direct connection stands."""
        return self._direct.is_alive

    def waiting(self) -> dict[str, int]:
        """Return how many calls wait in each lane."""
        return {lane: len(jobs) for lane, jobs in self._lanes.items()}

    async def ask(
        self,
        lane: str,
        call: Callable[[Direct], T],
        *,
        until: float,
        least: float = 0,
        needs_link: bool = True,
    ) -> T:
        """Return what the call returns, when its turn has come.

        `until` is the monotonic moment to give up at; a turn with less than `least` seconds left is
        not taken. QueueError if the call was never made, NotConnectedError if it needs a connection
        and there is none.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        job = _Job(call, until, least, needs_link, partial(_answer, loop, answer))
        jobs = self._lanes[lane]
        with self._turns:
            if len(jobs) >= self._longest:
                raise QueueError(f"Too many calls wait for MetaTrader already ({self._longest}).")
            jobs.append(job)
            self._turns.notify()
        return await answer

    def start(self) -> None:
        """Begin to serve the queue, in the line's own thread."""
        self._thread.start()

    def renew(self) -> None:
        """Connect anew before the next call. To be called in the line's thread."""
        self._renew = True

    def stop(self) -> None:
        """Wait for the call that runs, then let go of connection and thread."""
        with self._turns:
            self._stopping = True
            self._turns.notify()
        self._thread.join()

    def _serve(self) -> None:
        while (job := self._turn()) is not None:
            try:
                told = self._call(job)
            # Whatever it is, it is the asker's: it is raised where he waits.
            except BaseException as wrong:
                job.answer(None, wrong)
            else:
                job.answer(told, None)
        self._direct.close()

    def _turn(self) -> _Job | None:
        """Wait for the next call; None when there is none to come."""
        with self._turns:
            while not self._stopping:
                if (job := self._next()) is not None:
                    return job
                self._turns.wait()
        return None

    def _next(self) -> _Job | None:
        commands, reads, histories = (self._lanes[lane] for lane in self.LANES)
        if commands and (self._row < self.COMMANDS_IN_A_ROW or not (reads or histories)):
            self._row += 1
            return commands.popleft()
        self._row = 0
        self._reads_turn = not self._reads_turn
        first, second = (reads, histories) if self._reads_turn else (histories, reads)
        waiting = first or second
        return waiting.popleft() if waiting else None

    def _call(self, job: _Job) -> Any:
        if time.monotonic() + job.least > job.until:
            raise QueueError("The queue for MetaTrader was too long: the turn came too late.")
        self._direct.patience(job.until)
        if job.needs_link:
            self._connect_if_needed()
            self._pauses.held()
        return job.call(self._direct)

    def _connect_if_needed(self) -> None:
        if self._renew:
            self._direct.close()
        if self._direct.is_alive:
            return
        if (wait := self._pauses.wait()) > 0:
            raise NotConnectedError(f"No connection to MetaTrader: next attempt in {wait:.0f} s.")
        self._pauses.attempted()
        try:
            self._direct.connect()
        except BlockedError as refusal:
            self._pauses.blocked()
            raise NotConnectedError(f"No connection to MetaTrader: {refusal}") from refusal
        except LinkError as wrong:
            raise NotConnectedError(f"No connection to MetaTrader: {wrong}") from wrong
        self._renew = False
        self.connection_number = self._connected()
        log.info("Connected to MetaTrader, connection %s", self.connection_number)
