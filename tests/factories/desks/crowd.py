"""Seeded clients and managers who do to a simulated server what people do, and its invariants."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from trading.calc.equity import account_state, closing_price
from trading.calc.pips import point
from trading.gateway.simulator.desk import Desk, opening_price
from trading.gateway.simulator.front.direct import OURS
from trading.gateway.simulator.funds import change_balance
from trading.gateway.simulator.orders import (
    Order,
    cancel_trade,
    close_trade,
    modify_trade,
    open_trade,
    rewrite_comment,
)
from trading.gateway.simulator.protocol import No
from trading.terms import Cmd, Side, TradeRecord

NOTHING = Decimal(0)


class Crowd:
    """Acts on a desk by seeded chance; `done` counts what the server took, `refused` the rest."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk = desk
        self.done = self.refused = 0
        self._chance = random.Random(f"crowd {seed}")
        self._deeds: tuple[tuple[int, Callable[[], None]], ...] = (
            (6, self._open), (3, self._close), (2, self._close_part), (2, self._modify),
            (2, self._place), (1, self._cancel), (2, self._pay), (1, self._credit),
            (2, self._move_market), (1, self._comment),
        )  # fmt: skip

    def act(self) -> None:
        """Do one thing."""
        weights, deeds = zip(*((weight, deed) for weight, deed in self._deeds), strict=True)
        deed: Callable[[], None] = self._chance.choices(deeds, weights)[0]
        try:
            with self.desk.book.acting(OURS):
                deed()
        except No:
            self.refused += 1
        else:
            self.done += 1

    def _login(self) -> int:
        return self._chance.choice(sorted(self.desk.book.accounts))

    def _some(self, *, pending: bool) -> TradeRecord:
        standing = [one for one in self.desk.book.open.values() if one.cmd.is_pending is pending]
        if not standing:
            self._open()
            standing = [one for one in self.desk.book.open.values() if not one.cmd.is_pending]
        return self._chance.choice(sorted(standing, key=lambda one: one.ticket))

    def _open(self) -> None:
        side = self._chance.choice((Side.BUY, Side.SELL))
        symbol = self._chance.choice(sorted(self.desk.market.quotes))
        price = opening_price(side, self.desk.quote(symbol))
        order = Order(
            cmd=Cmd.BUY if side is Side.BUY else Cmd.SELL, login=self._login(), symbol=symbol,
            volume=self._chance.choice((1, 2, 5, 10, 30)), price=price,
            comment=self._chance.choice(("", "grid", "trend v2")),
        )  # fmt: skip
        with self.desk.book.change() as change:
            open_trade(self.desk, change, order)

    def _place(self) -> None:
        symbol = self._chance.choice(sorted(self.desk.market.quotes))
        quote, step = self.desk.quote(symbol), point(self.desk.book.symbol(symbol))
        away = step * self._chance.randint(20, 200)
        order = Order(
            cmd=Cmd.BUY_LIMIT, login=self._login(), symbol=symbol, volume=2, price=quote.ask - away,
            expiration=self.desk.hours.now() + timedelta(hours=self._chance.randint(1, 40)),
        )  # fmt: skip
        with self.desk.book.change() as change:
            open_trade(self.desk, change, order)

    def _close(self, part: int = 0) -> None:
        trade = self._some(pending=False)
        price = closing_price(trade.cmd.side, self.desk.quote(trade.symbol))
        order = Order(ticket=trade.ticket, price=price, volume=part or trade.volume_hundredths)
        with self.desk.book.change() as change:
            close_trade(self.desk, change, order)

    def _close_part(self) -> None:
        self._close(part=1)

    def _modify(self) -> None:
        trade = self._some(pending=False)
        price = closing_price(trade.cmd.side, self.desk.quote(trade.symbol))
        away = point(self.desk.book.symbol(trade.symbol)) * self._chance.randint(5, 150)
        stop = price - away if trade.cmd.side is Side.BUY else price + away
        with self.desk.book.change() as change:
            modify_trade(self.desk, change, Order(ticket=trade.ticket, sl=stop))

    def _cancel(self) -> None:
        trade = self._some(pending=True)
        with self.desk.book.change() as change:
            cancel_trade(self.desk, change, Order(ticket=trade.ticket))

    def _pay(self) -> None:
        amount = Decimal(self._chance.randint(-50_000, 60_000)) / 100
        order = Order(cmd=Cmd.BALANCE, login=self._login(), price=amount, comment="BO:PAY")
        with self.desk.book.change() as change:
            change_balance(self.desk, change, order)

    def _credit(self) -> None:
        order = Order(
            cmd=Cmd.CREDIT, login=self._login(), price=Decimal(self._chance.randint(1, 90)),
            expiration=self.desk.hours.now() + timedelta(hours=self._chance.randint(1, 60)),
        )  # fmt: skip
        with self.desk.book.change() as change:
            change_balance(self.desk, change, order)

    def _comment(self) -> None:
        trade = self._some(pending=False)
        with self.desk.book.change() as change:
            rewrite_comment(self.desk, change, Order(ticket=trade.ticket, comment="by hand"))

    def _move_market(self) -> None:
        symbol = self._chance.choice(sorted(self.desk.market.quotes))
        quote, step = self.desk.quote(symbol), point(self.desk.book.symbol(symbol))
        bid = quote.bid + step * self._chance.randint(-120, 120)
        self.desk.market.set_quote(symbol, bid, None, self.desk.hours.exact_now())


def require_sound(
    desk: Desk, begun_with: dict[int, Decimal], all_tickets: list[TradeRecord]
) -> None:
    """Assert what must hold on a server at every moment.

    `begun_with` are the balances that no record explains. Balance and credit are the sums of the
    records; what the server says of margin and equity is what the sums say independently; numbers
    are unique and none is missing; what is open in memory is what is open on the disk.
    """
    book = desk.book
    numbers = sorted(one.ticket for one in all_tickets)
    assert numbers == list(range(numbers[0], book.last_ticket + 1))
    assert {one.ticket for one in all_tickets if one.is_open} == set(book.open)
    for login, account in book.accounts.items():
        mine = [one for one in all_tickets if one.login == login and not one.is_open]
        balance = begun_with.get(login, NOTHING) + sum(_result(one) for one in mine)
        assert account.balance == balance, f"{login}: {account.balance} is not {balance}"
        credit = sum((one.profit for one in mine if one.cmd is Cmd.CREDIT), NOTHING)
        assert account.credit == credit, f"{login}: credit {account.credit} is not {credit}"
        standing = [one for one in all_tickets if one.login == login and one.is_open]
        group = book.groups[account.group]
        state = account_state(account, standing, book.symbols, group, desk.market.quotes)
        assert desk.margin_state(login) == state
        assert state.equity == account.balance + account.credit + state.floating
    by_ticket = {one.ticket: one for one in all_tickets}
    for one in all_tickets:
        _require_sound_ticket(desk, one, by_ticket)


def _result(one: TradeRecord) -> Decimal:
    if one.cmd is Cmd.CREDIT:
        return NOTHING
    return one.profit + one.swap + one.commission + one.taxes


def _require_sound_ticket(desk: Desk, one: TradeRecord, others: dict[int, TradeRecord]) -> None:
    hours = desk.hours
    assert one.opened_server_time == hours.server_time(one.opened_at)
    assert (one.closed_at is None) == (one.closed_server_time is None)
    if one.closed_at is not None:
        assert one.closed_server_time == hours.server_time(one.closed_at)
        assert one.closed_at >= one.opened_at
    if one.comment.startswith("to #"):
        rest = others[int(one.comment.removeprefix("to #"))]
        assert (rest.open_price, rest.opened_at, rest.cmd) == (
            one.open_price, one.opened_at, one.cmd,
        )  # fmt: skip
        assert replace(rest, ticket=0).login == one.login
