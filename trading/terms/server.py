"""What a MetaTrader server tells of itself: who is online, its journal, its managers, its days.

Source of names and codes: MetaTrader 4 Manager API (OnlineRecord, ServerLog, ConManager,
DailyReport). Money in the account's deposit currency; server times are naive wall clocks.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntEnum, StrEnum

_AUTHOR = re.compile(r"'([0-9]{1,10})':")


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineUser:
    """An account that is signed in now, and from where."""

    login: int
    group: str
    ip: str


class LogCode(IntEnum):
    """What a line of the server's journal is (`code` of a ServerLog)."""

    OK = 0
    TRADE = 1
    LOGIN = 2
    WARNING = 3
    ERROR = 4
    ATTENTION = 5


class LogKind(IntEnum):
    """Which lines of the journal are asked for (`mode` of JournalRequest)."""

    STANDARD = 0  # all but sign-ins
    LOGINS = 1
    TRADES = 2
    ERRORS = 3
    FULL = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line of the server's journal; `ip` is empty where the server itself speaks."""

    at: datetime
    server_time: datetime
    code: LogCode
    ip: str
    message: str

    @property
    def author(self) -> int:
        """Return the login that the line names as its doer ("'900': …"), 0 where it names none."""
        found = _AUTHOR.match(self.message)
        return int(found[1]) if found else 0


class ManagerRight(StrEnum):
    """What a manager account may do; without it the server answers 7."""

    MANAGER = "manager"  # add and change accounts
    MONEY = "money"  # balance and credit
    ONLINE = "online"
    RISKMAN = "riskman"
    BROKER = "broker"  # deal
    ADMIN = "admin"
    LOGS = "logs"
    REPORTS = "reports"
    SERVER_REPORTS = "server_reports"
    TRADES = "trades"  # add, modify and delete trades
    SEE_TRADES = "see_trades"
    MARKET_WATCH = "market_watch"
    USER_DETAILS = "user_details"
    EMAIL = "email"
    NEWS = "news"
    NOTIFICATIONS = "notifications"
    PLUGINS = "plugins"
    TECHSUPPORT = "techsupport"
    MARKET = "market"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagerAccount:
    """A manager account of the server, with its rights.

    `groups` is a mask: a comma list in which * stands for anything. `ip_from` and `ip_to` bound the
    addresses it may come from, both empty without a filter. `info_depth_days` 0 is no limit.
    """

    login: int
    name: str
    rights: tuple[ManagerRight, ...]
    groups: str = "*"
    ip_from: str = ""
    ip_to: str = ""
    info_depth_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyReport:
    """An account's figures as the server wrote them at the end of a day.

    `deposit` is what balance operations brought or took that day, `closed` the result of the trades
    closed that day, `floating` that of the open ones. `stamp` is the change stamp: whole seconds
    of the server's wall clock. A report never changes.
    """

    login: int
    at: datetime
    server_time: datetime
    stamp: int
    group: str
    balance_previous: Decimal
    balance: Decimal
    deposit: Decimal
    credit: Decimal
    closed: Decimal
    floating: Decimal
    equity: Decimal
    margin: Decimal
    free_margin: Decimal
