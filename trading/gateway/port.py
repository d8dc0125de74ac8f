"""What we can ask of, and tell to, a MetaTrader server: the port that every adapter fills.

Questions raise `Unavailable` when no answer came; they may be asked again. Commands carry a
`Passage` and return `Done`, or raise `Refused`, `NotSent` or `Uncertain` (see errors.py).
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Generic, Protocol, TypeVar

from trading.terms import (
    AccountRecord,
    BalanceKind,
    Cmd,
    Done,
    GroupSpec,
    MarginState,
    Passage,
    Quote,
    ServerInfo,
    SymbolSpec,
    TradeRecord,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAddress:
    """Where a server's agent listens, and the key that seals messages to it.

    `url` is http(s)://host:port; `key` is the raw secret shared with the agent.
    """

    server: str
    url: str
    key_id: str
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """One page of records; `next_cursor` is empty on the last one."""

    records: tuple[T, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What is needed to open an account; MetaTrader chooses the login."""

    group: str
    name: str
    leverage: int
    password: str = field(repr=False)
    investor_password: str = field(repr=False)
    email: str = ""
    phone: str = ""
    country: str = ""
    city: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One numbered frame of the stream.

    `kind` is one of snapshot_start, quote, account, trade_open, trade_update, trade_close,
    trade_delete, start, stop, ping, gap. `gap` means frames were lost: reconcile. Only the field
    that the kind names is filled; `ticket` names a deleted trade.
    """

    number: int
    kind: str
    at: datetime
    quote: Quote | None = None
    account: AccountRecord | None = None
    trade: TradeRecord | None = None
    ticket: int = 0


class Questions(Protocol):
    """Reads: harmless, may be repeated."""

    def server_info(self) -> ServerInfo:
        """Return what the server and its agent say of themselves."""

    def symbols(self) -> tuple[SymbolSpec, ...]:
        """Return every symbol with its contract."""

    def groups(self) -> tuple[GroupSpec, ...]:
        """Return every group with its settings."""

    def quotes(self) -> tuple[Quote, ...]:
        """Return the latest quote of every symbol that has one."""

    def accounts(self, *, since_stamp: int = 0, cursor: str = "") -> Page[AccountRecord]:
        """Return accounts changed at or after a change stamp, in pages by login."""

    def trades(self, *, since_stamp: int = 0, cursor: str = "") -> Page[TradeRecord]:
        """Return tickets of every kind changed at or after a change stamp, in pages by ticket."""

    def open_trades(self) -> tuple[TradeRecord, ...]:
        """Return every open position and pending order, at their current prices."""

    def logins(self) -> tuple[int, ...]:
        """Return every login on the server: the key snapshot that deletes are found by."""

    def history(self, *, login: int, start: datetime, end: datetime) -> tuple[TradeRecord, ...]:
        """Return closed trades and balance records of a login, by closing time (UTC, half-open)."""

    def find_marker(
        self, *, login: int, marker: str, start: datetime, end: datetime
    ) -> tuple[TradeRecord, ...]:
        """Return balance records of any login that carry the marker; `login` is for the gate."""

    def margin(self, *, login: int) -> MarginState:
        """Return MetaTrader's own figures for an account."""


class Commands(Protocol):
    """Writes: each passes the send gate once per attempt."""

    def change_balance(
        self,
        *,
        passage: Passage,
        login: int,
        kind: BalanceKind,
        amount: Decimal,
        comment: str,
        expires_at: datetime | None = None,
    ) -> Done:
        """Move a signed amount into (+) or out of (−) an account; the marker opens the comment."""

    def open_account(self, *, passage: Passage, account: NewAccount) -> Done:
        """Open an account; `Done.login` is the login that MetaTrader chose."""

    def open_trade(
        self,
        *,
        passage: Passage,
        login: int,
        cmd: Cmd,
        symbol: str,
        volume_hundredths: int,
        price: Decimal,
        stop_loss: Decimal = Decimal(0),
        take_profit: Decimal = Decimal(0),
        comment: str = "",
        expires_at: datetime | None = None,
    ) -> Done:
        """Open a position, or place a pending order."""

    def close_trade(
        self, *, passage: Passage, login: int, ticket: int, volume_hundredths: int, price: Decimal
    ) -> Done:
        """Close a position, wholly or in part; a part leaves the rest under a new ticket."""

    def modify_trade(
        self,
        *,
        passage: Passage,
        login: int,
        ticket: int,
        price: Decimal,
        stop_loss: Decimal,
        take_profit: Decimal,
        expires_at: datetime | None = None,
    ) -> Done:
        """Change the stops of a position, or the price, stops and expiry of a pending order."""

    def close_attempt(self, *, login: int, marker: str, attempt: int) -> None:
        """Close an attempt for ever: no byte of it can leave any more (absence proof, step 1)."""


class Stream(Protocol):
    """What the server tells unasked."""

    def stream(self, *, resume_after: int = 0) -> AsyncIterator[News]:
        """Yield numbered news; frames missed while away are resent if the window holds them."""


class Gateway(Questions, Commands, Stream, Protocol):
    """Everything one MetaTrader server can be asked and told."""


#: How long each kind of call may take in all, in seconds (docs/metatrader.md, Deadlines).
DEADLINE_SECONDS: dict[str, int] = {"trade": 5, "read": 10, "change": 15, "history": 30}
