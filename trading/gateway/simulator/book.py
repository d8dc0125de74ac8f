"""The book: accounts and open tickets in memory, and the one way to change them.

A change is written to the journal before memory and listeners learn of it; a change that is refused
half-way leaves nothing. Closed tickets stay in the journal.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from trading.gateway.simulator.hours import Hours
from trading.gateway.simulator.journal import Journal, Statement
from trading.gateway.simulator.office.authors import SERVER, Author
from trading.gateway.simulator.office.group_rules import Rules
from trading.gateway.simulator.office.lines import Writer
from trading.gateway.simulator.office.rights import DEFAULT_MANAGERS, matches
from trading.gateway.simulator.persons.passwords import is_right, kept
from trading.gateway.simulator.protocol import Code, No
from trading.terms import (
    AccountRecord,
    DailyReport,
    GroupSpec,
    LogCode,
    LogLine,
    ManagerAccount,
    MarginState,
    OnlineUser,
    SymbolSpec,
    TradeRecord,
)

HIGHEST = 2**31 - 1  # tickets and logins are signed 32-bit numbers


@dataclass(frozen=True, slots=True)
class Happening:
    """What listeners are told: `kind` is the event of the protocol, with what it is about."""

    kind: str
    record: AccountRecord | TradeRecord | OnlineUser | MarginState


class Book:
    """Everything that the server knows of its clients; `tell` hears of each change."""

    def __init__(self, journal: Journal, hours: Hours) -> None:
        self.journal = journal
        self.hours = hours
        self.tell: Callable[[Happening], None] = lambda happening: None
        self.rules = Rules(journal)
        self.operations = 0
        self.symbols: dict[str, SymbolSpec] = {spec.name: spec for spec in journal.symbols()}
        self.groups: dict[str, GroupSpec] = {spec.name: spec for spec in journal.groups()}
        self.accounts: dict[int, AccountRecord] = {one.login: one for one in journal.accounts()}
        self.open: dict[int, TradeRecord] = {}
        self._of_login: defaultdict[int, set[int]] = defaultdict(set)
        self._on_symbol: defaultdict[str, set[int]] = defaultdict(set)
        for trade in journal.open_trades():
            self._remember(trade)
        self.last_ticket = journal.last_ticket()
        self.last_login = max(journal.last_archived_login(), 1000, *self.accounts)
        self._logins: list[int] = []
        self.author = SERVER
        self.online: dict[int, OnlineUser] = {}
        known = journal.managers() or DEFAULT_MANAGERS
        self.managers: dict[int, ManagerAccount] = {one.login: one for one in known}

    def account(self, login: int) -> AccountRecord:
        """Return an account; `No` 65 when there is none."""
        account = self.accounts.get(login)
        if account is None:
            raise No(Code.BAD_ACCOUNT_INFO, f"there is no account {login}")
        return account

    def logins_after(self, login: int) -> Iterator[int]:
        """Yield the logins above one, in their order."""
        if len(self._logins) != len(self.accounts):
            self._logins = sorted(self.accounts)
        return islice(self._logins, bisect_right(self._logins, login), None)

    def group_of(self, account: AccountRecord) -> GroupSpec:
        """Return the settings of an account's group."""
        return self.groups[account.group]

    def symbol(self, name: str) -> SymbolSpec:
        """Return a contract; `No` 3 when there is none."""
        spec = self.symbols.get(name)
        if spec is None:
            raise No(Code.INVALID_DATA, f"there is no symbol {name}")
        return spec

    def open_of(self, login: int) -> list[TradeRecord]:
        """Return the open tickets of an account, oldest number first."""
        return [self.open[ticket] for ticket in sorted(self._of_login.get(login, ()))]

    def open_on(self, symbol: str) -> list[TradeRecord]:
        """Return the open tickets on a symbol, oldest number first."""
        return [self.open[ticket] for ticket in sorted(self._on_symbol.get(symbol, ()))]

    def logins_with_trades(self) -> list[int]:
        """Return the logins that have open tickets."""
        return [login for login, tickets in self._of_login.items() if tickets]

    @contextmanager
    def acting(self, author: Author) -> Iterator[None]:
        """Say who does what is done inside, for the server's journal."""
        before, self.author = self.author, author
        try:
            yield
        finally:
            self.author = before

    def write_line(self, code: LogCode, deed: str) -> None:
        """Write a line of the author's into the server's journal."""
        now = self.hours.now()
        writer = Writer(self.author, now, self.hours.server_time(now))
        self.journal.write_office(lines=[writer.line(code, deed)])

    def sign_in(self, login: int, ip: str) -> OnlineUser:
        """Let an account's terminal connect; `No` 65 or 64 where it may not."""
        account = self.account(login)
        with self.acting(Author(login, ip)):
            if not account.enabled:
                self.write_line(LogCode.WARNING, "login refused, account blocked")
                raise No(Code.ACCOUNT_DISABLED, str(login))
            self.write_line(LogCode.LOGIN, "login")
        user = self.online[login] = OnlineUser(login=login, group=account.group, ip=ip)
        self.tell(Happening("online", user))
        return user

    def sign_out(self, login: int) -> None:
        """Take note that an account's terminal has gone; harmless when there is none."""
        user = self.online.pop(login, None)
        if user is not None:
            with self.acting(Author(login, user.ip)):
                self.write_line(LogCode.LOGIN, "logout")
            self.tell(Happening("offline", user))

    @contextmanager
    def change(self) -> Iterator["Change"]:
        """Collect one change; at the end it is on the disk, in memory and told, or nothing is."""
        change = Change(self, self.hours.now())
        yield change
        if change.is_empty:
            return
        with self.journal.transaction():
            self.journal.write(
                accounts=change.accounts.values(),
                trades=change.trades.values(),
                settings=change.settings,
                more=change.more,
            )
            if change.passwords or change.gone:
                self.journal.write_persons(passwords=change.passwords, gone=change.gone)
            self.journal.write_office(
                lines=(*change.noted(), *change.lines()), reports=change.reports
            )
        self.operations += 1
        self.last_ticket = change.last_ticket
        self.accounts.update(change.accounts)
        self.last_login = max((self.last_login, *change.accounts))
        for login in change.gone:
            self.accounts.pop(login, None)
            self._logins = []
        for trade in change.trades.values():
            self._remember(trade)
        for happening in change.happenings:
            self.tell(happening)
        for login in self.online.keys() & (change.accounts.keys() | change.gone):
            if not self._may_stay(login):
                self.sign_out(login)

    def _may_stay(self, login: int) -> bool:
        account = self.accounts.get(login)
        return account is not None and account.enabled

    def _remember(self, trade: TradeRecord) -> None:
        if trade.is_open:
            self.open[trade.ticket] = trade
            self._of_login[trade.login].add(trade.ticket)
            self._on_symbol[trade.symbol].add(trade.ticket)
        elif self.open.pop(trade.ticket, None) is not None:
            self._of_login[trade.login].discard(trade.ticket)
            self._on_symbol[trade.symbol].discard(trade.ticket)


class Change:
    """One change while it is being made: everything in it carries the same moment and stamp."""

    def __init__(self, book: Book, now: datetime) -> None:
        self.now = now
        self.server_time = book.hours.server_time(now)
        self.stamp = book.hours.stamp(now)
        self.last_ticket = book.last_ticket
        self.accounts: dict[int, AccountRecord] = {}
        self.trades: dict[int, TradeRecord] = {}
        self.settings: dict[str, str] = {}
        self.passwords: dict[tuple[int, bool], str] = {}
        self.gone: set[int] = set()
        self.reports: list[DailyReport] = []
        self.more: list[Statement] = []
        self.notes: list[str] = []  # what the journal says beside what it says of records
        self.happenings: list[Happening] = []
        self._book = book

    @property
    def is_empty(self) -> bool:
        """Return whether nothing was put into it."""
        records = self.happenings or self.passwords or self.gone or self.reports
        return not (records or self.settings or self.more or self.notes)

    def account(self, login: int) -> AccountRecord:
        """Return an account as it stands within this change; `No` 65 when there is none."""
        if login in self.gone:
            raise No(Code.BAD_ACCOUNT_INFO, f"there is no account {login}")
        return self.accounts.get(login) or self._book.account(login)

    def new_ticket(self) -> int:
        """Return the next ticket number."""
        if self.last_ticket >= HIGHEST:
            raise No(Code.INVALID_DATA, "the server has no ticket numbers left")
        self.last_ticket += 1
        return self.last_ticket

    def put_account(self, account: AccountRecord) -> AccountRecord:
        """Write an account, new or changed; `No` 7 or 132 where the manager may not now."""
        self._require_allowed(account)
        account = replace(account, changed_stamp=self.stamp)
        self.accounts[account.login] = account
        self.happenings.append(Happening("account", account))
        return account

    def delete_account(self, account: AccountRecord) -> None:
        """Take an account out of the book, its passwords with it; its closed tickets stay."""
        self._require_allowed(account)
        self.accounts.pop(account.login, None)
        self.gone.add(account.login)
        self.happenings.append(Happening("account_delete", account))

    def put_password(self, login: int, password: str, *, investor: bool = False) -> None:
        """Keep a password."""
        if login in self._book.accounts:
            self._require_allowed(self._book.accounts[login])
        self.passwords[login, investor] = kept(password)

    def has_password(self, login: int, password: str, *, investor: bool = False) -> bool:
        """Return whether this is the password; an account that was given none has none."""
        text = self.passwords.get((login, investor))
        text = text or self._book.journal.password(login, investor=investor)
        return text is not None and is_right(password, text)

    def put_trade(self, kind: str, trade: TradeRecord) -> TradeRecord:
        """Write a ticket; `kind` is the event that tells of it. `No` as for an account."""
        self._require_allowed(self.account(trade.login))
        trade = replace(trade, changed_stamp=self.stamp)
        self.trades[trade.ticket] = trade
        self.happenings.append(Happening(kind, trade))
        return trade

    def noted(self) -> Iterator[LogLine]:
        """Yield the lines of what no record tells."""
        writer = Writer(self._book.author, self.now, self.server_time)
        return (writer.line(LogCode.OK, note) for note in self.notes)

    def lines(self) -> Iterator[LogLine]:
        """Yield the lines that the server's journal gets of this change."""
        writer = Writer(self._book.author, self.now, self.server_time)
        seen: set[int] = set()
        for kind, record in ((one.kind, one.record) for one in self.happenings):
            line = None
            if isinstance(record, TradeRecord):
                line = writer.of_trade(kind, record)
            elif kind == "account_delete" and isinstance(record, AccountRecord):
                line = writer.line(LogCode.ATTENTION, f"delete account '{record.login}'")
            elif isinstance(record, AccountRecord) and record.login not in seen:
                seen.add(record.login)
                old = self._book.accounts.get(record.login)
                line = writer.of_account(old, self.accounts.get(record.login, record))
            if line is not None:
                yield line
        for login, investor in self.passwords:
            if login in self._book.accounts:
                which = "investor" if investor else "master"
                yield writer.line(LogCode.OK, f"change {which} password of '{login}'")

    def _require_allowed(self, account: AccountRecord) -> None:
        """Refuse a manager what lies outside its groups, and everything while the day ends."""
        manager = self._book.managers.get(self._book.author.login)
        if manager is None:
            return
        if self._book.hours.is_closed(self.now):
            raise No(Code.MARKET_CLOSED, "end of day")
        if not matches(manager.groups, account.group):
            raise No(Code.NOT_ENOUGH_RIGHTS, f"{account.group} is not among its groups")
