"""What a MetaTrader statement holds, and how its printed cells become values.

Times are naive: they are the server's wall clock, and a statement does not name its zone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from trading.terms import Cmd


class BadStatement(ValueError):
    """A file that is no usable statement; the message is one sentence: what, why, remedy."""


class Section(StrEnum):
    """Which table of the statement a row stands in."""

    CLOSED = "closed"
    OPEN = "open"
    WORKING = "working"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """One printed row. `price` is the close price, for open and working rows the market price.

    Money is in deposit currency; a balance or credit row holds its signed amount in `profit` and
    has neither symbol, volume nor prices. `digits` counts the decimals of the printed open price.
    """

    section: Section
    ticket: int
    opened: datetime
    cmd: Cmd
    volume_hundredths: int
    symbol: str
    digits: int
    open_price: Decimal
    stop_loss: Decimal
    take_profit: Decimal
    closed: datetime | None
    price: Decimal
    commission: Decimal
    taxes: Decimal
    swap: Decimal
    profit: Decimal
    magic: int
    comment: str

    @property
    def is_closed_trade(self) -> bool:
        """Return whether this trade was opened and closed: it has a result."""
        return self.section is Section.CLOSED and self.cmd.is_market

    @property
    def is_cancelled(self) -> bool:
        """Return whether this is a pending order that went without becoming a trade."""
        return self.section is Section.CLOSED and self.cmd.is_pending

    @property
    def result(self) -> Decimal:
        """Return profit, swap, commission and taxes together."""
        return self.profit + self.swap + self.commission + self.taxes


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What an HTML statement prints above its tables; `leverage` is 0 where none is printed."""

    company: str
    account: str
    name: str
    currency: str
    leverage: int
    printed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement read whole. A CSV has neither heading nor printed totals."""

    file: str
    rows: tuple[StatementRow, ...]
    heading: Heading | None
    totals: Mapping[str, Decimal]

    def closed_trades(self) -> tuple[StatementRow, ...]:
        """Return the trades that were closed, in printed order."""
        return tuple(row for row in self.rows if row.is_closed_trade)

    def open_trades(self) -> tuple[StatementRow, ...]:
        """Return the trades that are still open."""
        return tuple(row for row in self.rows if row.section is Section.OPEN)

    def money(self) -> tuple[StatementRow, ...]:
        """Return the balance and credit rows."""
        return tuple(row for row in self.rows if row.cmd.is_balance)


TYPES: dict[str, Cmd] = {cmd.name.lower().replace("_", " "): cmd for cmd in Cmd}

NUMBER = re.compile(r"-?(?:\d{1,3}(?: \d{3})+|\d+)(?:\.\d+)?")
MAGIC = re.compile(r"#(\d+)(?: (.*))?", re.DOTALL)
TICKET = re.compile(r"[1-9]\d*")
TIME_FORMATS = ("%Y.%m.%d %H:%M:%S", "%Y.%m.%d %H:%M")
HUNDREDTHS = 100
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one row by name, with the place that a complaint names."""

    place: str
    texts: Mapping[str, str]

    def bad(self, what: str) -> BadStatement:
        """Return the complaint about this row."""
        return BadStatement(f"{self.place}: {what}; print the statement again and take it unedited")

    def text(self, name: str) -> str:
        """Return a cell without the blanks around it; a missing cell is empty."""
        return self.texts.get(name, "").strip()

    def number(self, name: str) -> Decimal:
        """Return a printed number; thousands may be separated by blanks, an empty cell is 0."""
        text = self.text(name)
        if not text:
            return NOTHING
        if not NUMBER.fullmatch(text):
            raise self.bad(f"“{text}” is not a number ({name})")
        return Decimal(text.replace(" ", ""))

    def positive(self, name: str) -> Decimal:
        """Return a printed number that must be there and above 0."""
        number = self.number(name)
        if number <= 0:
            raise self.bad(f"{name} must be a number above 0, not “{self.text(name)}”")
        return number

    def ticket(self) -> int:
        """Return the ticket, a whole number above 0."""
        text = self.text("ticket")
        if not TICKET.fullmatch(text):
            raise self.bad(f"“{text}” is not a ticket")
        return int(text)

    def cmd(self) -> Cmd:
        """Return what kind of record this is."""
        text = self.text("type")
        if text not in TYPES:
            raise self.bad(f"“{text}” is not a type that MetaTrader prints")
        return TYPES[text]

    def moment(self, name: str) -> datetime:
        """Return a server time, naive."""
        text = self.text(name)
        for pattern in TIME_FORMATS:
            try:
                return datetime.strptime(text, pattern)  # noqa: DTZ007 – a server time has no zone
            except ValueError:
                continue
        raise self.bad(f"“{text}” is not a time as MetaTrader prints it ({name})")

    def volume(self) -> int:
        """Return the lots as whole hundredths, above 0."""
        hundredths = self.positive("lots") * HUNDREDTHS
        if hundredths != hundredths.to_integral_value():
            raise self.bad(f"{self.text('lots')} lots are not whole hundredths of a lot")
        return int(hundredths)

    def comment(self) -> tuple[int, str]:
        """Return magic number and comment: a Detailed statement prints them as `#magic comment`."""
        text = self.text("comment")
        found = MAGIC.fullmatch(text)
        return (int(found[1]), (found[2] or "").strip()) if found else (0, text)


def read_row(section: Section, cells: Cells) -> StatementRow:
    """Return the row that the cells print. Raises `BadStatement`."""
    cmd = cells.cmd()
    if cmd.is_balance:
        return _money_row(section, cells, cmd)
    magic, comment = cells.comment()
    is_trade = cmd.is_market
    if section is Section.WORKING and is_trade:
        raise cells.bad(f"a {cells.text('type')} cannot be a working order")
    if section is Section.OPEN and not is_trade:
        raise cells.bad(f"a {cells.text('type')} cannot be an open trade")
    opened = cells.moment("open time")
    closed = cells.moment("close time") if section is Section.CLOSED else None
    if closed is not None and closed < opened:
        raise cells.bad("it was closed before it was opened")
    if not cells.text("symbol"):
        raise cells.bad("its symbol is missing")
    if is_trade and not cells.text("profit"):
        raise cells.bad("its profit is missing")
    return StatementRow(
        section=section,
        ticket=cells.ticket(),
        opened=opened,
        cmd=cmd,
        volume_hundredths=cells.volume(),
        symbol=cells.text("symbol"),
        digits=_decimals(cells.text("open price")),
        open_price=cells.positive("open price"),
        stop_loss=cells.number("stop loss"),
        take_profit=cells.number("take profit"),
        closed=closed,
        price=cells.positive("price"),
        commission=cells.number("commission"),
        taxes=cells.number("taxes"),
        swap=cells.number("swap"),
        profit=cells.number("profit"),
        magic=magic,
        comment=comment,
    )


def _money_row(section: Section, cells: Cells, cmd: Cmd) -> StatementRow:
    if section is not Section.CLOSED:
        raise cells.bad(f"a {cells.text('type')} row cannot stand among open orders")
    if not cells.text("profit"):
        raise cells.bad("its amount is missing")
    moment = cells.moment("open time")
    return StatementRow(
        section=section,
        ticket=cells.ticket(),
        opened=moment,
        cmd=cmd,
        volume_hundredths=0,
        symbol="",
        digits=0,
        open_price=NOTHING,
        stop_loss=NOTHING,
        take_profit=NOTHING,
        closed=moment,
        price=NOTHING,
        commission=NOTHING,
        taxes=NOTHING,
        swap=NOTHING,
        profit=cells.number("profit"),
        magic=0,
        comment=cells.text("comment"),
    )


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])
