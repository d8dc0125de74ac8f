"""What a client's terminal does: orders at the market, on an account that may trade."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from trading.calc.equity import closing_price
from trading.gateway.simulator.desk import Desk, opening_price
from trading.gateway.simulator.office.authors import Author, home_of
from trading.gateway.simulator.orders import (
    Order,
    cancel_trade,
    close_trade,
    modify_trade,
    open_trade,
)
from trading.gateway.simulator.protocol import Code, No
from trading.terms import Cmd, TradeRecord


class Terminal:
    """Orders of clients; each is one change of the book, or a `No`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def open(self, order: Order) -> TradeRecord:
        """Open a position at the market, or place a pending order at its price."""
        self._check(order)
        self._desk.book.symbol(order.symbol)
        if order.cmd in (Cmd.BUY, Cmd.SELL):
            quote = self._desk.quote(order.symbol)
            order = replace(order, price=opening_price(Cmd(order.cmd).side, quote))
        with self._acting(order.login), self._desk.book.change() as change:
            return open_trade(self._desk, change, order)

    def close(self, order: Order) -> tuple[TradeRecord, int]:
        """Close a position at the market, wholly (volume 0) or in part; see close_trade."""
        self._check(order)
        trade = self._desk.book.open.get(order.ticket)
        if trade is None or not trade.cmd.is_market:
            raise No(Code.INVALID_DATA, f"there is no open position {order.ticket}")
        price = closing_price(trade.cmd.side, self._desk.quote(trade.symbol))
        with self._acting(order.login), self._desk.book.change() as change:
            return close_trade(self._desk, change, replace(order, price=price))

    def modify(self, order: Order) -> TradeRecord:
        """Change stops, or price, stops and expiry of a pending order."""
        self._check(order)
        with self._acting(order.login), self._desk.book.change() as change:
            return modify_trade(self._desk, change, order)

    def cancel(self, order: Order) -> TradeRecord:
        """Cancel a pending order."""
        self._check(order)
        with self._acting(order.login), self._desk.book.change() as change:
            return cancel_trade(self._desk, change, order)

    @contextmanager
    def _acting(self, login: int) -> Iterator[None]:
        """Do something as the client, who signs in for it where he has not."""
        book = self._desk.book
        user = book.online.get(login) or book.sign_in(login, home_of(login))
        with book.acting(Author(login, user.ip)):
            yield

    def _check(self, order: Order) -> None:
        desk = self._desk
        desk.check_open()
        if not desk.hours.is_market_open(desk.hours.now()):
            raise No(Code.MARKET_CLOSED, "weekend")
        account = desk.book.account(order.login)
        if not account.enabled:
            raise No(Code.ACCOUNT_DISABLED, str(order.login))
        if account.read_only:
            raise No(Code.TRADE_DISABLE, f"{order.login} is read-only")
