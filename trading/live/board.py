"""One server's accounts at the market, in memory: every quote moves every position it touches.

Positions stand in books: one book per symbol, deposit currency and side, because all of a book
share one price and one conversion. A batch of ticks is one pass over the rows of the books that it
touches. Doubles are used to be fast; wherever a result lies so near half a cent that a double could
round it the other way, it is reckoned again by `trading.calc`, so both agree to the cent, always.

Amounts inside are whole numbers: profits in the smallest unit of the deposit currency, all else in
ten-thousandths of the currency (the database's own unit).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

from trading.calc import convert, equity, margin, rounding
from trading.calc.profit import HUNDREDTHS, profit
from trading.live import valuing
from trading.live.books import KEPT_DIGITS, SIGNS, Book, Books, Doubled, Roads, kept_scale
from trading.live.figures import Figures, Standing
from trading.live.positions import Positions
from trading.live.sheet import Seats, Sheet
from trading.terms import (
    AccountRecord,
    GroupSpec,
    Quote,
    SymbolSpec,
    TradeRecord,
)


@dataclass
class _Account:
    record: AccountRecord
    group: GroupSpec
    slot: int
    tickets: set[int] = field(default_factory=set)
    margin: Decimal | None = None
    margin_known: bool = False


class Prices:
    """The quotes as doubles; a price is many books', and slow to turn."""

    def __init__(self, quotes: Mapping[str, Quote]) -> None:
        self._quotes = quotes
        self._known: dict[str, Doubled] = {}

    def of(self, name: str) -> Doubled:
        """Return a quote with its bid and ask. KeyError where there is none."""
        quote, known = self._quotes[name], self._known.get(name)
        if known is None or known[0] is not quote:
            known = self._known[name] = quote, float(quote.bid), float(quote.ask)
        return known


class Board:
    """The accounts, positions and quotes of one server. Call `settle()` before reading figures."""

    def __init__(self, specs: Iterable[SymbolSpec] = (), groups: Iterable[GroupSpec] = ()) -> None:
        self.specs = {spec.name: spec for spec in specs}
        self.groups = {group.name: group for group in groups}
        self.quotes: dict[str, Quote] = {}
        self.trades: dict[int, TradeRecord] = {}
        self._accounts: dict[int, _Account] = {}
        self._seats = Seats()
        self._positions = Positions()
        self._books = Books()
        self._prices = Prices(self.quotes)
        self._roads = Roads(self.specs, self.quotes, self._prices.of)
        self._touched_by: defaultdict[str, set[int]] = defaultdict(set)
        self._stale: set[int] = set()
        self._orphans: defaultdict[int, set[int]] = defaultdict(set)
        self._unmargined: set[int] = set()
        self._valuer = valuing.Valuer()
        self._odd_rows: tuple[tuple[int, int], Any] = ((-1, -1), None)

    # -- what the server tells ------------------------------------------------------------------
    def put_quote(self, quote: Quote) -> None:
        """Take a new quote."""
        self.quotes[quote.symbol] = quote
        self._roads.look_at(quote)
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
            self._set_rules(account)
            for ticket in tickets:
                self._join(account, self.trades[ticket])
        if account.record.leverage != record.leverage:
            self._forget_margin(account)
        account.record = record
        self._seats.funds[account.slot] = _units(record.balance + record.credit)
        self._seats.changed[account.slot] = True
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
        if ticket in self._positions:
            self._leave(ticket)
        self._orphans[trade.login].discard(ticket)
        del self.trades[ticket]

    # -- what can be read -----------------------------------------------------------------------
    @property
    def rows(self) -> int:
        """Return how many accounts and open trades there are."""
        return len(self._accounts) + len(self.trades)

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
        if self._stale:
            stale = sorted(self._stale)
            self._stale.clear()
            turned = self._price(stale)
            self._revalue(stale, turned)

    def take_changed(self) -> set[int]:
        """Return the logins whose figures may have changed since the last call."""
        return self._seats.take_changed()

    def columns(self) -> tuple[Positions, Books, Seats]:
        """Return the board's own columns, to be read only."""
        return self._positions, self._books, self._seats

    def sheet(self) -> Sheet:
        """Return the figures of all accounts as columns, as of the last `settle()`."""
        for login in self._unmargined:
            account = self._accounts[login]
            needed = self._margin(account)
            self._seats.margin[account.slot] = 0 if needed is None else _units(needed)
            self._seats.no_margin[account.slot] = needed is None
        self._unmargined.clear()
        return self._seats.sheet()

    def figures(self, login: int) -> Figures:
        """Return an account's figures. KeyError for a login that is not on the board."""
        account = self._accounts[login]
        record = account.record
        known = None if self._seats.unknown[account.slot] else self._known_floating(account)
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
            row, swap = self._positions.row(ticket), self.trades[ticket].swap
            book = self._books.all[self._positions.books[row]]
            units = int(self._positions.profits[row])
            earned = None if book.price is None else Decimal(units).scaleb(places)
            found.append(Standing(ticket, book.price, earned, swap))
        return found

    # -- inside ---------------------------------------------------------------------------------
    def _seat(self, record: AccountRecord, group: GroupSpec) -> _Account:
        slot = self._seats.add(record.login)
        account = self._accounts[record.login] = _Account(record, group, slot)
        self._set_rules(account)
        for ticket in self._orphans.pop(record.login, ()):
            self._join(account, self.trades[ticket])
        return account

    def _set_rules(self, account: _Account) -> None:
        """Write down what the account's group says of its figures."""
        self._seats.scale[account.slot] = kept_scale(account.group.currency)
        self._seats.modes[account.slot] = account.group.free_margin_mode
        self._forget_margin(account)

    def _forget_margin(self, account: _Account) -> None:
        account.margin_known = False
        self._unmargined.add(account.record.login)

    def _join(self, account: _Account, trade: TradeRecord) -> None:
        side = trade.cmd.side
        book = self._books.of((trade.symbol, account.group.currency, side))
        self._touched_by[trade.symbol].add(book.number)
        self._books.hold(book, trade)
        self._positions.add(
            trade.ticket,
            slot=account.slot,
            book=book.number,
            opened=trade.open_price,
            lots=trade.volume_hundredths / HUNDREDTHS * SIGNS[side],
        )
        account.tickets.add(trade.ticket)
        self._seats.held[account.slot] += 1
        self._forget_margin(account)
        self._seats.charge(account.slot, _charges(trade))
        if book.price is None:
            self._seats.unknown[account.slot] += 1
        self._stale.add(book.number)
        self._seats.changed[account.slot] = True

    def _leave(self, ticket: int) -> None:
        trade, row = self.trades[ticket], self._positions.row(ticket)
        account, book = self._accounts[trade.login], self._positions.books[row]
        if self._books.all[book].price is None:
            self._seats.unknown[account.slot] -= 1
        earned = int(self._positions.profits[row]) * int(self._books.scale[book])
        self._seats.floating[account.slot] -= earned + _charges(trade)
        self._positions.remove(ticket)
        self._seats.held[account.slot] -= 1
        account.tickets.discard(ticket)
        self._forget_margin(account)
        self._seats.changed[account.slot] = True

    def _price(self, stale: Iterable[int]) -> list[int]:
        """Price the books at the market; return those that gained or lost their price."""
        turned = []
        self._roads.begin()
        for number in stale:
            book = self._books.all[number]
            had = book.price is not None
            self._price_one(book)
            if had != (book.price is not None):
                turned.append(number)
        self._books.write_prices()
        return turned

    def _price_one(self, book: Book) -> None:
        symbol = book.key[0]
        spec = self.specs.get(symbol)
        if spec is None or symbol not in self.quotes:
            self._books.close(book, (symbol,))
            return
        try:
            self._books.learn(book, spec)
            rate = self._roads.find(book, spec)
            self._books.put(book, self._prices.of(symbol), rate)
        except convert.NoQuote as missing:
            self._books.close(book, missing.needed)
        except ValueError:  # a contract that cannot be reckoned: futures without ticks
            self._books.close(book, (symbol,))
            return
        if not self._roads.names <= book.watched:
            book.watched |= self._roads.names
            for name in self._roads.names:
                self._touched_by[name].add(book.number)

    def _revalue(self, stale: list[int], turned: list[int]) -> None:
        """Value the positions of the books at their prices."""
        rows = self._positions.of_books(stale, len(self._books.all))
        books, slots = self._positions.books[rows], self._positions.slots[rows]
        units = self._positions.scratch(len(books))
        near = self._valuer.profits(
            valuing.Rows(
                self._positions.opened[rows],
                self._positions.lots[rows],
                books,
                self._odd(rows, books),
            ),
            self._books.priced(),
            units,
        )
        if len(near):
            self._exactly(near if isinstance(rows, slice) else rows[near], near, units)
        moved = self._positions.replace_profits(rows, units)
        self._seats.move(slots, moved, everywhere=isinstance(rows, slice))
        for number in turned:
            step = 1 if self._books.all[number].price is None else -1
            np.add.at(self._seats.unknown, slots[books == number], step)

    def _odd(self, rows: Any, books: Any) -> Any:
        """Return where those rows are whose difference is rounded; kept while nothing but ticks."""
        if not isinstance(rows, slice):
            return np.flatnonzero(~self._books.terms[books])
        known = (self._positions.version, self._books.version)
        if self._odd_rows[0] != known:
            self._odd_rows = known, np.flatnonzero(~self._books.terms[books])
        return self._odd_rows[1]

    def _exactly(self, rows: Any, places: Any, units: Any) -> None:
        """Put the profits of positions into `units`, by whole numbers or by the sums themselves."""
        found, exact = self._books.exact_profits(
            self._positions.books[rows], self._positions.lots[rows], self._positions.opened[rows]
        )
        units[places[exact]] = found
        for row, place in zip(rows[~exact].tolist(), places[~exact].tolist(), strict=True):
            units[place] = self._by_the_sums(row)

    def _by_the_sums(self, row: int) -> int:
        """Return the profit of one position in smallest units, by the sums themselves."""
        trade = self.trades[self._positions.tickets[row]]
        book = self._books.all[self._positions.books[row]]
        symbol, deposit, side = book.key
        if book.price is None:
            return 0
        spec = self.specs[symbol]
        rate = convert.profit_rate(spec, deposit, side, book.price, self.quotes, specs=self.specs)
        exact = profit(
            side,
            trade.volume_hundredths,
            trade.open_price,
            book.price,
            spec,
            deposit,
            rate,
        )
        return int(exact.scaleb(rounding.digits(deposit)))

    def _known_floating(self, account: _Account) -> Decimal:
        units = Decimal(int(self._seats.floating[account.slot]))
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
            book = self._books.all[self._positions.books[self._positions.row(ticket)]]
            if book.price is None:
                found.add(" / ".join(book.needed))
        return tuple(sorted(found))


def _units(amount: Decimal) -> int:
    return int(amount.scaleb(KEPT_DIGITS))


def _charges(trade: TradeRecord) -> int:
    return _units(trade.swap + trade.commission + trade.taxes)
