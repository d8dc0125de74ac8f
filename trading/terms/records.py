"""The words of the trade: frozen values that sums, gateways and screens pass to each other.

Units: money is `Decimal` in the account's deposit currency unless a field names another; a volume
is a whole number of hundredths of a lot (100 = 1.00 lot, MetaTrader's own unit); a moment is an
aware UTC `datetime`, and the server's wall clock stands beside it where MetaTrader printed one.
Source of names and codes: MetaTrader 4 Manager API (docs/glossary.md).
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntEnum, StrEnum

#: How the comment of every money record of ours begins; 25 characters are the marker.
MARKER_PREFIX = "BO:"
MARKER_LENGTH = 25
#: MetaTrader's `user_color` of an account without one.
NO_COLOR = 0xFF000000


class Side(StrEnum):
    """Which way a trade earns: a buy when the price rises, a sell when it falls."""

    BUY = "buy"
    SELL = "sell"


class Cmd(IntEnum):
    """What a MetaTrader record is (`cmd` of a TradeRecord)."""

    BUY = 0
    SELL = 1
    BUY_LIMIT = 2
    SELL_LIMIT = 3
    BUY_STOP = 4
    SELL_STOP = 5
    BALANCE = 6
    CREDIT = 7

    @property
    def side(self) -> Side:
        """Return the side of a market or pending order; a balance record has none (ValueError)."""
        if self in (Cmd.BALANCE, Cmd.CREDIT):
            raise ValueError(f"{self.name} has no side")
        return Side.BUY if self % 2 == 0 else Side.SELL

    @property
    def is_market(self) -> bool:
        """Return whether this is a position: it has profit and needs margin."""
        return self in (Cmd.BUY, Cmd.SELL)

    @property
    def is_pending(self) -> bool:
        """Return whether this is an order that waits for its price."""
        return Cmd.BUY_LIMIT <= self <= Cmd.SELL_STOP

    @property
    def is_balance(self) -> bool:
        """Return whether this is a balance or credit record."""
        return self in (Cmd.BALANCE, Cmd.CREDIT)


class ProfitMode(IntEnum):
    """How a symbol's profit is computed (`profit_mode` of a ConSymbol)."""

    FOREX = 0
    CFD = 1
    FUTURES = 2


class MarginMode(IntEnum):
    """How a symbol's margin is computed (`margin_mode` of a ConSymbol)."""

    FOREX = 0
    CFD = 1
    FUTURES = 2
    CFD_INDEX = 3
    CFD_LEVERAGE = 4


class FreeMarginMode(IntEnum):
    """Which floating result counts as free margin (`margin_mode` of a ConGroup)."""

    DONT_USE = 0
    USE_ALL = 1
    USE_PROFIT = 2
    USE_LOSS = 3


class SwapType(IntEnum):
    """In what a symbol's swap is written (`swap_type` of a ConSymbol)."""

    POINTS = 0
    DOLLARS = 1
    INTEREST = 2
    MARGIN_CURRENCY = 3


class LevelType(IntEnum):
    """How near an account is to being closed (`level_type` of a MarginLevel)."""

    OK = 0
    MARGIN_CALL = 1
    STOP_OUT = 2


class CommissionType(IntEnum):
    """In what a group's commission is written (`comm_type` of a ConGroupSec)."""

    MONEY = 0
    PIPS = 1
    PERCENT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The two prices of a symbol at one moment."""

    symbol: str
    bid: Decimal
    ask: Decimal
    at: datetime

    @property
    def mid(self) -> Decimal:
        """Return (bid + ask) / 2, which margin conversion uses."""
        return (self.bid + self.ask) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolSpec:
    """What a symbol is and how it is reckoned; the part of ConSymbol that the sums need.

    `margin_percentage` is the Percentage field of the contract (100 = the plain formula).
    `currency` is the profit currency's partner: for EURUSD base EUR, profit USD.
    """

    name: str
    description: str
    security: str
    base_currency: str
    profit_currency: str
    margin_currency: str
    digits: int
    contract_size: Decimal
    profit_mode: ProfitMode = ProfitMode.FOREX
    margin_mode: MarginMode = MarginMode.FOREX
    margin_initial: Decimal = Decimal(0)
    margin_hedged: Decimal = Decimal(0)
    margin_percentage: Decimal = Decimal(100)
    tick_size: Decimal = Decimal(0)
    tick_price: Decimal = Decimal(0)
    swap_type: SwapType = SwapType.POINTS
    swap_long: Decimal = Decimal(0)
    swap_short: Decimal = Decimal(0)
    swap_triple_weekday: int = 2  # 0 is Monday; Wednesday is MetaTrader's usual triple night
    stops_level: int = 0
    trade_enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSecurity:
    """What a group's accounts may do with one security group (the part of ConGroupSec we need).

    Lots in hundredths; `spread_difference` in points, added to the symbol's own spread.
    """

    name: str
    shown: bool = True
    trade_enabled: bool = True
    lot_min: int = 1
    lot_max: int = 1_000_000
    lot_step: int = 1
    spread_difference: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSpec:
    """The settings that a group gives its accounts; the part of ConGroup that the sums need.

    `cent_factor` is 100 where the group's balances count cents, else 1.
    `commission` is per lot (MONEY), in pips, or in percent of the notional, as its type says.
    """

    name: str
    company: str
    currency: str
    default_leverage: int
    margin_call_percent: Decimal
    stop_out_percent: Decimal
    free_margin_mode: FreeMarginMode = FreeMarginMode.USE_ALL
    hedge_larger_leg: bool = False
    virtual_credit: Decimal = Decimal(0)
    commission_type: CommissionType = CommissionType.MONEY
    commission: Decimal = Decimal(0)
    commission_symbols: tuple[str, ...] = ()  # empty: charged on every symbol
    cent_factor: int = 1
    securities: tuple[GroupSecurity, ...] = ()  # of what is not named here every size may be traded

    def security(self, name: str) -> GroupSecurity:
        """Return what the group allows of a security group; a plain one where it says nothing."""
        found = (one for one in self.securities if one.name == name)
        return next(found, GroupSecurity(name=name))


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecord:
    """One MetaTrader account as its server keeps it; the part of UserRecord that we keep.

    `read_only` true means the account may NOT trade (MetaTrader's `enable_read_only`).
    `changed_stamp` is the server's own change stamp: whole seconds of its wall clock.
    `color` is 0x00BBGGRR, NO_COLOR where none is set. `id_number` is passport or social security.
    """

    login: int
    group: str
    name: str
    currency: str
    leverage: int
    balance: Decimal
    credit: Decimal
    enabled: bool
    read_only: bool
    email: str
    phone: str
    country: str
    city: str
    comment: str
    agent_login: int
    registered_at: datetime
    registered_server_time: datetime
    previous_balance: Decimal
    changed_stamp: int
    state: str = ""
    zip_code: str = ""
    address: str = ""
    lead_source: str = ""
    id_number: str = ""
    status: str = ""
    color: int = NO_COLOR
    may_change_password: bool = True
    sends_reports: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeRecord:
    """One ticket as its server keeps it: a position, an order, a closed trade or a balance record.

    A ticket is open while `closed_at` is None. For an open ticket `close_price` is the market price
    at which it would close. For balance and credit records symbol is empty, volume 0 and `profit`
    the signed amount. `margin_rate` is margin currency → deposit currency, fixed at opening.
    `conversion_rate_*` are profit currency → deposit currency, at open and at close.
    Server times are naive wall-clock datetimes; the `_at` fields are UTC.
    """

    ticket: int
    login: int
    cmd: Cmd
    symbol: str
    digits: int
    volume_hundredths: int
    opened_at: datetime
    opened_server_time: datetime
    open_price: Decimal
    stop_loss: Decimal
    take_profit: Decimal
    closed_at: datetime | None
    closed_server_time: datetime | None
    close_price: Decimal
    expires_at: datetime | None
    commission: Decimal
    swap: Decimal
    taxes: Decimal
    profit: Decimal
    margin_rate: Decimal
    magic: int
    comment: str
    changed_stamp: int

    @property
    def is_open(self) -> bool:
        """Return whether the ticket still stands on the server's open list."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginState:
    """The figures of one account at one moment, as MetaTrader or our own sums give them.

    `level_percent` is 0 where no margin is used, as MetaTrader reports it.
    """

    login: int
    balance: Decimal
    credit: Decimal
    floating: Decimal
    equity: Decimal
    margin: Decimal
    free_margin: Decimal
    level_percent: Decimal
    level_type: LevelType


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerInfo:
    """What a MetaTrader server says of itself, and what its agent says of the way to it.

    `journal_id` is the identity of the agent's journal: another value means a lost journal.
    `clock_error_ms` is the agent's bound on its own clock error; None means it does not know it,
    and then it refuses money.
    """

    name: str
    company: str
    build: int
    timezone: str
    server_time: datetime
    now: datetime
    end_of_day: str
    journal_id: str
    clock_error_ms: int | None
    connection_number: int


class BalanceKind(StrEnum):
    """Which pocket of an account a balance command moves."""

    BALANCE = "balance"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What lets one command through the send gate: who it is, which try, and until when.

    `marker` is the same for every attempt; `attempt` counts 1, 2, 3 …; past `deadline` (absolute
    UTC) the gate lets nothing out. From the second attempt on, `absence_evidence` names the proof
    that the attempt before it never arrived.
    """

    marker: str
    attempt: int
    deadline: datetime
    absence_evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """MetaTrader applied the command, and the record was read back: this is its ticket.

    `record` is the ticket and `account` the account as they stand afterwards, where the command was
    about one; `remainder` is the ticket that what was not closed goes on under, 0 when none does.
    """

    ticket: int
    code: int
    record: TradeRecord | None = None
    login: int = 0
    account: AccountRecord | None = None
    remainder: int = 0
