"""What we can ask of, and tell to, a MetaTrader server: the port that every adapter fills.

Questions raise `Unavailable` when no answer came; they may be asked again. Commands carry a
`Passage` and return `Done`, or raise `Refused`, `NotSent` or `Uncertain` (see errors.py).
"""

from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from trading.gateway.words import AccountChanges, NewAccount, News, Page, ServerAddress
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

__all__ = [
    "DEADLINE_SECONDS",
    "AccountChanges",
    "AccountCommands",
    "Commands",
    "Gateway",
    "NewAccount",
    "News",
    "Page",
    "Questions",
    "ServerAddress",
    "Stream",
]


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

    def account(self, *, login: int) -> AccountRecord:
        """Return one account; Refused 65 when there is none."""

    def check_password(self, *, login: int, password: str) -> bool:
        """Return whether this is the account's master password; Refused 65 without an account."""

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


class AccountCommands(Protocol):
    """Writes to accounts; `Done.account` is the account as it stands afterwards.

    Absolute: they say how it shall be, so one of unknown outcome may be given again under a new
    marker, or looked up by `account`: update_account, set_password, set_enabled, set_read_only,
    set_leverage, set_group, delete_account. Not absolute: open_account, which may have made an
    account each time. Its lost answer is looked up by the login where we chose it; otherwise among
    `logins()` that were not there before, by name, e-mail and group.
    """

    def open_account(self, *, passage: Passage, account: NewAccount) -> Done:
        """Open an account without money; `Done.login` is its number."""

    def update_account(self, *, passage: Passage, login: int, changes: AccountChanges) -> Done:
        """Change fields of an account's record.

        MetaTrader takes whole records only: the agent reads, patches and writes in one turn. What
        another manager writes between the two is overwritten; MetaTrader has no lock against it.
        """

    def set_password(
        self, *, passage: Passage, login: int, password: str, investor: bool = False
    ) -> Done:
        """Set the master password, or the investor's (who may look and not trade)."""

    def set_enabled(self, *, passage: Passage, login: int, enabled: bool) -> Done:
        """Let an account sign in, or not. A disabled one takes no money either (code 64)."""

    def set_read_only(self, *, passage: Passage, login: int, read_only: bool) -> Done:
        """Forbid an account to trade, or allow it again."""

    def set_leverage(self, *, passage: Passage, login: int, leverage: int) -> Done:
        """Set the leverage, as N of 1:N; open positions need more or less margin at once."""

    def set_group(self, *, passage: Passage, login: int, group: str) -> Done:
        """Move an account to another group; the currency has to be the same."""

    def delete_account(self, *, passage: Passage, login: int) -> Done:
        """Delete an account that holds no open ticket; its closed tickets stay on the server."""


class Commands(AccountCommands, Protocol):
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
