"""What we can ask of, and tell to, a MetaTrader server: the port that every adapter fills.

Questions raise `Unavailable` when no answer came; they may be asked again. Commands carry a
`Passage` and return `Done`, or raise `Refused`, `NotSent` or `Uncertain` (see errors.py).
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from trading.gateway.words import AccountChanges, NewAccount, News, Page, ServerAddress
from trading.terms import (
    AccountRecord,
    BalanceKind,
    Cmd,
    DailyReport,
    Done,
    GroupSpec,
    LogKind,
    LogLine,
    ManagerAccount,
    MarginState,
    OnlineUser,
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
    "TradeCommands",
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

    def open_trades(self) -> Sequence[TradeRecord]:
        """Return every open position and pending order, at their current prices."""

    def open_trades_of(
        self, *, login: int = 0, group: str = "", symbol: str = ""
    ) -> tuple[TradeRecord, ...]:
        """Return the open tickets of a login, a group, a symbol; of all three where all are given.

        `group` is a mask: a comma list in which * stands for anything.
        """

    def closed_trades(
        self, *, start: datetime, end: datetime, group: str = "", symbol: str = "", cursor: str = ""
    ) -> Page[TradeRecord]:
        """Return closed trades and balance records by closing time (UTC, half-open), in pages."""

    def trade(self, *, ticket: int) -> TradeRecord:
        """Return one ticket, open or closed; Refused 3 when there is none."""

    def open_tickets(self) -> tuple[int, ...]:
        """Return every open ticket: the key snapshot that closed and deleted ones are found by."""

    def accounts_in(self, *, group: str, cursor: str = "") -> Page[AccountRecord]:
        """Return the accounts of a group or a mask of groups, in pages by login."""

    def account(self, *, login: int) -> AccountRecord:
        """Return one account; Refused 65 when there is none."""

    def check_password(self, *, login: int, password: str) -> bool:
        """Return whether this is the account's master password; Refused 65 without an account."""

    def logins(self) -> tuple[int, ...]:
        """Return every login on the server: the key snapshot that deletes are found by."""

    def history(self, *, login: int, start: datetime, end: datetime) -> Sequence[TradeRecord]:
        """Return closed trades and balance records of a login, by closing time (UTC, half-open)."""

    def find_marker(
        self, *, login: int, marker: str, start: datetime, end: datetime
    ) -> tuple[TradeRecord, ...]:
        """Return balance records of any login that carry the marker; `login` is for the gate."""

    def margin(self, *, login: int) -> MarginState:
        """Return MetaTrader's own figures for an account."""

    def margins(self, *, cursor: str = "") -> Page[MarginState]:
        """Return MetaTrader's own figures for every account, in pages by login.

        An account that the server cannot reckon (a quote is missing) is left out.
        """

    def online(self) -> tuple[OnlineUser, ...]:
        """Return who is signed in now, and from which address."""

    def daily_reports(
        self, *, since_stamp: int = 0, login: int = 0, cursor: str = ""
    ) -> Page[DailyReport]:
        """Return the figures at the end of each day, of one login or all, oldest first."""

    def journal(
        self,
        *,
        start: datetime,
        end: datetime,
        kind: LogKind = LogKind.FULL,
        text: str = "",
        cursor: str = "",
    ) -> Page[LogLine]:
        """Return lines of the server's journal (UTC, half-open) that hold a text, oldest first."""

    def managers(self) -> tuple[ManagerAccount, ...]:
        """Return the manager accounts of the server, with their rights."""


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
        """Delete an account without money or open tickets; its closed tickets stay."""


class TradeCommands(Protocol):
    """Writes to orders and positions; `Done.record` is the ticket as it stands afterwards.

    Absolute: modify_trade and change_comment may be given again under a new marker. They act once
    and are Refused the second time, since the ticket is not open, or not pending, any more:
    close_trade of a whole position, close_by, activate_order, delete_order; look their ticket up by
    `trade`. Never to be repeated blindly: open_trade (each time a new position), close_trade of a
    part (closes another part), close_all. A lost open_trade is looked up among the login's open
    and closed trades by its comment, which should be one that occurs once; a lost part by the
    ticket, which is closed then and has its rest in the comment (`to #rest`).
    """

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

    def close_by(self, *, passage: Passage, login: int, ticket: int, opposite: int) -> Done:
        """Close a position by an opposite one of the same symbol, at that one's opening price.

        The smaller volume closes on both; `Done.remainder` is the ticket of what is left.
        """

    def close_all(self, *, passage: Passage, login: int, symbol: str) -> Done:
        """Close all positions of a symbol against their opposites, until one side is left.

        This is MetaTrader's own CLOSE_ALL; it needs no price. `Done.remainder` is the last ticket
        it left open; what is left on one side is closed ticket by ticket with `close_trade`.
        """

    def activate_order(self, *, passage: Passage, login: int, ticket: int, price: Decimal) -> Done:
        """Turn a pending order into a position at a price."""

    def delete_order(self, *, passage: Passage, login: int, ticket: int) -> Done:
        """Delete a pending order. A position is Refused: MetaTrader itself would delete it too."""

    def change_comment(self, *, passage: Passage, login: int, ticket: int, comment: str) -> Done:
        """Write another comment on an open or closed ticket.

        BadMessage for a record that a marker of ours is found by, and for a comment like one.
        """


class Commands(AccountCommands, TradeCommands, Protocol):
    """Writes: each passes the send gate once per attempt.

    An attempt is known by marker and number: the same one given twice is NotSent ("seen"). Money
    has the strictest rule: an uncertain answer is looked up by its marker (find_marker), and only a
    proven absence lets the next attempt out. Of every other command see where it is declared.
    """

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

    def close_attempt(self, *, login: int, marker: str, attempt: int) -> None:
        """Close an attempt for ever: no byte of it can leave any more (absence proof, step 1)."""

    def confirm_journal(self, *, journal_id: str, by: str, second: str) -> None:
        """Let an agent with a new journal send; two people vouch for what the lost one knew."""


class Stream(Protocol):
    """What the server tells unasked."""

    def stream(self, *, resume_after: int = 0) -> AsyncIterator[News]:
        """Yield numbered news; frames missed while away are resent if the window holds them."""


class Gateway(Questions, Commands, Stream, Protocol):
    """Everything one MetaTrader server can be asked and told."""


#: How long each kind of call may take in all, in seconds (docs/metatrader.md, Deadlines).
DEADLINE_SECONDS: dict[str, int] = {"trade": 5, "read": 10, "change": 15, "history": 30}
