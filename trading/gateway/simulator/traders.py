"""Clients at their terminals: seeded habits that keep the book alive."""

import random
from decimal import Decimal

from trading.calc.equity import closing_price
from trading.calc.pips import point
from trading.gateway.simulator.desk import Desk, opening_price
from trading.gateway.simulator.orders import Order
from trading.gateway.simulator.protocol import No
from trading.gateway.simulator.terminal import Terminal
from trading.terms import AccountRecord, Cmd, Side, TradeRecord

ACTIONS_PER_SECOND = 0.35
MOST_OPEN = 8
_SIZES = (1, 1, 2, 3, 5, 10, 20)
_COMMENTS = ("", "", "", "", "trend", "scalp v2", "grid 1/5", "manual")


class Traders:
    """All clients together; `act` lets one of them do one thing now and then."""

    def __init__(self, desk: Desk, *, seed: int) -> None:
        self._desk = desk
        self._terminal = Terminal(desk)
        self._chance = random.Random(f"traders {seed}")

    def act(self) -> bool:
        """Let a second pass; return whether a client did something."""
        desk, chance = self._desk, self._chance
        if desk.market.held or chance.random() > ACTIONS_PER_SECOND:
            return False
        account = self._someone()
        if account is None:
            return False
        trades = desk.book.open_of(account.login)
        try:
            return self._do_something(account, trades)
        except No:  # closed for the night, no money left: a client reads the message and waits
            return False

    def _someone(self) -> AccountRecord | None:
        logins = list(self._desk.book.accounts)
        if not logins:
            return None
        account = self._desk.book.accounts[self._chance.choice(logins)]
        active = account.enabled and not account.read_only and account.balance > 0
        return account if active else None

    def _do_something(self, account: AccountRecord, trades: list[TradeRecord]) -> bool:
        positions = [trade for trade in trades if trade.cmd.is_market]
        pendings = [trade for trade in trades if trade.cmd.is_pending]
        mood = self._chance.random()
        if len(trades) < MOST_OPEN and (not positions or mood < 0.4):
            self._open(account, pending=mood < 0.06)
        elif pendings and mood < 0.5:
            self._terminal.cancel(Order(login=account.login, ticket=pendings[0].ticket))
        elif positions and mood < 0.7:
            self._protect(self._chance.choice(positions))
        elif positions:
            self._close(self._chance.choice(positions))
        else:
            return False
        return True

    def _open(self, account: AccountRecord, *, pending: bool) -> None:
        desk, chance = self._desk, self._chance
        symbol = chance.choice(sorted(desk.market.quotes))
        side = chance.choice((Side.BUY, Side.SELL))
        cmd, price = Cmd.BUY if side is Side.BUY else Cmd.SELL, Decimal(0)
        if pending:
            quote, step = desk.quote(symbol), point(desk.book.symbol(symbol))
            away = (quote.ask - quote.bid + step) * chance.randint(5, 40)
            cmd = Cmd.BUY_LIMIT if side is Side.BUY else Cmd.SELL_LIMIT
            price = opening_price(side, quote) + (-away if side is Side.BUY else away)
        order = Order(
            cmd=cmd,
            login=account.login,
            symbol=symbol,
            volume=chance.choice(_SIZES),
            price=price,
            comment=chance.choice(_COMMENTS),
        )
        if self._is_modest(order):
            self._terminal.open(order)

    def _is_modest(self, order: Order) -> bool:
        """Return whether the account still has most of its money free: people seldom use it all."""
        state = self._desk.margin_state(order.login)
        return state.free_margin * 3 > state.equity * 2

    def _protect(self, trade: TradeRecord) -> None:
        quote = self._desk.quote(trade.symbol)
        step = point(self._desk.book.symbol(trade.symbol))
        away = (quote.ask - quote.bid + step) * self._chance.randint(10, 60)
        price = closing_price(trade.cmd.side, quote)
        below, above = price - away, price + away
        sl, tp = (below, above) if trade.cmd.side is Side.BUY else (above, below)
        self._terminal.modify(Order(login=trade.login, ticket=trade.ticket, sl=sl, tp=tp))

    def _close(self, trade: TradeRecord) -> None:
        part = self._chance.random() < 0.2 and trade.volume_hundredths > 1
        volume = trade.volume_hundredths // 2 if part else 0
        self._terminal.close(Order(login=trade.login, ticket=trade.ticket, volume=volume))
