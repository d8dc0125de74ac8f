"""One server's accounts at the market, in memory: every quote moves every position it touches.

Positions stand in books: one book per symbol, deposit currency and side, because all of a book
share one price and one conversion. A book is an array, and a tick costs one pass over the books
that it touches. Doubles are used to be fast; wherever a result lies so near half a cent that a
double could round it the other way, it is reckoned again by `trading.calc`, so both agree to the
cent, always.

Amounts inside are whole numbers: `profits` in the smallest unit of the deposit currency, `floating`
in ten-thousandths of the currency (the database's own unit).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

from trading.calc import convert, equity, margin, rounding
from trading.calc.profit import per_price_unit, profit
from trading.live.figures import Figures, Standing
from trading.terms import (
    AccountRecord,
    GroupSpec,
    ProfitMode,
    Quote,
    Side,
    SymbolSpec,
    TradeRecord,
)

KEPT_DIGITS = 4
NEAR_HALF = 1e-6
RELATIVE_ERROR = 1e-14
FIRST_CAPACITY = 16

BookKey = tuple[str, str, Side]


@dataclass
class _Account:
    record: AccountRecord
    group: GroupSpec
    slot: int
    tickets: set[int] = field(default_factory=set)
    margin: Decimal | None = None
    margin_known: bool = False


class _Asked(dict[str, Quote]):
    """The quotes, remembering which of them were asked for."""

    def __init__(self, quotes: Mapping[str, Quote]) -> None:
        super().__init__()
        self.quotes = quotes
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return self.quotes.get(name, default)


class _Book:
    """The positions of one symbol, deposit currency and side."""

    def __init__(self, key: BookKey) -> None:
        self.key = key
        self.tickets: list[int] = []
        self.index: dict[int, int] = {}
        self.slots = np.zeros(FIRST_CAPACITY, np.int64)
        self.opened = np.zeros(FIRST_CAPACITY, np.float64)
        self.lots = np.zeros(FIRST_CAPACITY, np.float64)
        self.profits = np.zeros(FIRST_CAPACITY, np.int64)
        self.price: Decimal | None = None
        self.needed: tuple[str, ...] = ()

    def add(self, trade: TradeRecord, slot: int) -> None:
        at = len(self.tickets)
        if at == len(self.slots):
            for name in ("slots", "opened", "lots", "profits"):
                setattr(self, name, np.concatenate([getattr(self, name)] * 2))
        self.tickets.append(trade.ticket)
        self.index[trade.ticket] = at
        self.slots[at] = slot
        self.opened[at] = float(trade.open_price)
        self.lots[at] = trade.volume_hundredths / 100
        self.profits[at] = 0

    def remove(self, ticket: int) -> None:
        at, final = self.index.pop(ticket), len(self.tickets) - 1
        moved = self.tickets[final]
        self.tickets.pop()
        if moved != ticket:
            self.tickets[at], self.index[moved] = moved, at
            for array in (self.slots, self.opened, self.lots, self.profits):
                array[at] = array[final]

    def value(self, market: "Board", spec: SymbolSpec, rate: convert.Rate, price: Decimal) -> Any:
        """Return every position's profit at this price and rate, in smallest units."""
        _, deposit, side = self.key
        n = len(self.tickets)
        factor = float(rate.times * per_price_unit(spec) / rate.over)
        factor *= 10.0 ** rounding.digits(deposit)
        now, then = float(price), self.opened[:n]
        worth = self.lots[:n] * factor
        size = worth * np.maximum(abs(now), np.abs(then))
        if spec.profit_mode is ProfitMode.FOREX:
            closing, near = _half_up(worth * now, size)
            opening, near_too = _half_up(worth * then, size)
            result, near = closing - opening, near | near_too
        else:
            result, near = _half_up(worth * (now - then), size)
        signed = result if side is Side.BUY else -result
        for at in np.flatnonzero(near):
            trade = market.trades[self.tickets[at]]
            exact = profit(
                side, trade.volume_hundredths, trade.open_price, price, spec, deposit, rate
            )
            signed[at] = int(exact.scaleb(rounding.digits(deposit)))
        return signed


def _half_up(amounts: Any, size: Any) -> tuple[Any, Any]:
    """Return amounts rounded half away from zero, and where a double may be on the wrong side."""
    whole = np.abs(amounts)
    below = np.floor(whole)
    near = np.abs(whole - below - 0.5) <= NEAR_HALF + size * RELATIVE_ERROR
    rounded = np.copysign(np.floor(whole + 0.5), amounts)
    return rounded.astype(np.int64), near


class Board:
    """The accounts, positions and quotes of one server. Call `settle()` before reading figures."""

    def __init__(self, specs: Iterable[SymbolSpec] = (), groups: Iterable[GroupSpec] = ()) -> None:
        self.specs = {spec.name: spec for spec in specs}
        self.groups = {group.name: group for group in groups}
        self.quotes: dict[str, Quote] = {}
        self.trades: dict[int, TradeRecord] = {}
        self._accounts: dict[int, _Account] = {}
        self._logins: list[int] = []
        self._books: dict[BookKey, _Book] = {}
        self._book_of: dict[int, _Book] = {}
        self._touched_by: defaultdict[str, set[BookKey]] = defaultdict(set)
        self._stale: set[BookKey] = set()
        self._orphans: defaultdict[int, set[int]] = defaultdict(set)
        self._changed: set[int] = set()
        self._floating = np.zeros(FIRST_CAPACITY, np.int64)
        self._unknown = np.zeros(FIRST_CAPACITY, np.int64)

    # -- what the server tells ------------------------------------------------------------------
    def put_quote(self, quote: Quote) -> None:
        """Take a new quote."""
        self.quotes[quote.symbol] = quote
        self._stale |= self._touched_by.get(quote.symbol, set())

    def put_account(self, record: AccountRecord) -> bool:
        """Take an account; False, and nothing done, when its group is not known yet."""
        group = self.groups.get(record.group)
        if group is None:
            return False
        account = self._accounts.get(record.login)
        if account is None:
            account = self._seat(record, group)
        elif account.group is not group:
            tickets = list(account.tickets)
            for ticket in tickets:
                self._leave(ticket)
            account.group = group
            for ticket in tickets:
                self._join(account, self.trades[ticket])
        if account.record.leverage != record.leverage:
            account.margin_known = False
        account.record = record
        self._changed.add(record.login)
        return True

    def put_trade(self, trade: TradeRecord) -> None:
        """Take a ticket: an open position stands on the board, everything else leaves it."""
        self.drop_trade(trade.ticket)
        if not (trade.is_open and trade.cmd.is_market):
            return
        self.trades[trade.ticket] = trade
        account = self._accounts.get(trade.login)
        if account is None:
            self._orphans[trade.login].add(trade.ticket)
        else:
            self._join(account, trade)

    def drop_trade(self, ticket: int) -> None:
        """Take a ticket off the board, if it is there."""
        trade = self.trades.get(ticket)
        if trade is None:
            return
        if ticket in self._book_of:
            self._leave(ticket)
        self._orphans[trade.login].discard(ticket)
        del self.trades[ticket]

    # -- what can be read -----------------------------------------------------------------------
    @property
    def logins(self) -> tuple[int, ...]:
        """Return every login on the board."""
        return tuple(self._accounts)

    def knows(self, login: int) -> bool:
        """Return whether the login is on the board."""
        return login in self._accounts

    def cent_factor(self, login: int) -> int:
        """Return how many of its units make one unit of the account's currency."""
        return self._accounts[login].group.cent_factor

    def settle(self) -> None:
        """Bring every book that a quote or a trade touched up to the market."""
        for key in self._stale:
            self._revalue(self._books[key])
        self._stale.clear()

    def take_changed(self) -> set[int]:
        """Return the logins whose figures may have changed since the last call."""
        changed, self._changed = self._changed, set()
        return changed

    def figures(self, login: int) -> Figures:
        """Return an account's figures. KeyError for a login that is not on the board."""
        account = self._accounts[login]
        record = account.record
        known = None if self._unknown[account.slot] else self._known_floating(account)
        needed = self._margin(account)
        whole = None
        if known is not None and needed is not None:
            whole = equity.state(record, known, needed, account.group)
        trades = [self.trades[ticket] for ticket in account.tickets]
        funds = record.balance + record.credit
        return Figures(
            login=login,
            currency=account.group.currency,
            balance=record.balance,
            credit=record.credit,
            floating=known,
            equity=None if known is None else funds + known,
            margin=needed,
            free_margin=whole.free_margin if whole else None,
            level=whole.level_percent if whole else None,
            level_type=whole.level_type if whole else None,
            positions=len(trades),
            volume_hundredths=sum(trade.volume_hundredths for trade in trades),
            needs=self._needs(account),
        )

    def positions(self, login: int) -> list[Standing]:
        """Return an account's open positions at the market."""
        account = self._accounts[login]
        places = -rounding.digits(account.group.currency)
        found = []
        for ticket in sorted(account.tickets):
            book, swap = self._book_of[ticket], self.trades[ticket].swap
            units = int(book.profits[book.index[ticket]])
            earned = None if book.price is None else Decimal(units).scaleb(places)
            found.append(Standing(ticket, book.price, earned, swap))
        return found

    # -- inside ---------------------------------------------------------------------------------
    def _seat(self, record: AccountRecord, group: GroupSpec) -> _Account:
        slot = len(self._logins)
        if slot == len(self._floating):
            self._floating = np.concatenate([self._floating, np.zeros(slot, np.int64)])
            self._unknown = np.concatenate([self._unknown, np.zeros(slot, np.int64)])
        self._logins.append(record.login)
        account = self._accounts[record.login] = _Account(record, group, slot)
        for ticket in self._orphans.pop(record.login, ()):
            self._join(account, self.trades[ticket])
        return account

    def _join(self, account: _Account, trade: TradeRecord) -> None:
        key = (trade.symbol, account.group.currency, trade.cmd.side)
        book = self._books.get(key)
        if book is None:
            book = self._books[key] = _Book(key)
            self._touched_by[trade.symbol].add(key)
        book.add(trade, account.slot)
        self._book_of[trade.ticket] = book
        account.tickets.add(trade.ticket)
        account.margin_known = False
        self._floating[account.slot] += _units(trade.swap + trade.commission + trade.taxes)
        if book.price is None:
            self._unknown[account.slot] += 1
        self._stale.add(key)
        self._changed.add(account.record.login)

    def _leave(self, ticket: int) -> None:
        trade, book = self.trades[ticket], self._book_of.pop(ticket)
        account = self._accounts[trade.login]
        at = book.index[ticket]
        if book.price is None:
            self._unknown[account.slot] -= 1
        earned = int(book.profits[at]) * _scale(book.key[1])
        charges = _units(trade.swap + trade.commission + trade.taxes)
        self._floating[account.slot] -= earned + charges
        book.remove(ticket)
        account.tickets.discard(ticket)
        account.margin_known = False
        self._changed.add(account.record.login)

    def _revalue(self, book: _Book) -> None:
        """Value a book at the market, or note what it needs."""
        symbol, deposit, side = book.key
        spec, asked = self.specs.get(symbol), _Asked(self.quotes)
        n = len(book.tickets)
        slots = book.slots[:n]
        price: Decimal | None = None
        try:
            quote = asked.get(symbol)
            if spec is None or quote is None:
                raise convert.NoQuote(symbol, (symbol,), "profit")
            at = equity.closing_price(side, quote)
            rate = convert.profit_rate(spec, deposit, side, at, asked, specs=self.specs)
            profits, price, book.needed = book.value(self, spec, rate, at), at, ()
        except convert.NoQuote as missing:
            profits, book.needed = np.zeros(n, np.int64), missing.needed
        except ValueError:  # a contract that cannot be reckoned, such as a futures without ticks
            profits, book.needed = np.zeros(n, np.int64), (symbol,)
        for name in asked.names:
            self._touched_by[name].add(book.key)
        moved = (profits - book.profits[:n]) * _scale(deposit)
        np.add.at(self._floating, slots, moved)
        book.profits[:n] = profits
        if (price is None) != (book.price is None):
            np.add.at(self._unknown, slots, 1 if price is None else -1)
        book.price = price
        self._changed.update(self._logins[slot] for slot in np.unique(slots))

    def _known_floating(self, account: _Account) -> Decimal:
        units = Decimal(int(self._floating[account.slot]))
        return rounding.normalise(units.scaleb(-KEPT_DIGITS), account.group.currency)

    def _margin(self, account: _Account) -> Decimal | None:
        """Return the margin: it was fixed at opening, so only a change of positions moves it."""
        if not account.margin_known:
            trades = [self.trades[ticket] for ticket in account.tickets]
            account.margin, account.margin_known = None, True
            if all(trade.margin_rate and trade.symbol in self.specs for trade in trades):
                try:
                    account.margin = margin.account_margin(
                        trades, self.specs, account.group, account.record.leverage
                    )
                except ValueError:
                    account.margin = None
        return account.margin

    def _needs(self, account: _Account) -> tuple[str, ...]:
        found: set[str] = set()
        for ticket in account.tickets:
            book = self._book_of[ticket]
            if book.price is None:
                found.add(" / ".join(book.needed))
        return tuple(sorted(found))


def _units(amount: Decimal) -> int:
    return int(amount.scaleb(KEPT_DIGITS))


def _scale(deposit: str) -> int:
    """Return how many kept units the currency's smallest unit has."""
    return int(10 ** (KEPT_DIGITS - rounding.digits(deposit)))
