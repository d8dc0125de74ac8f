"""One invented account's past: deposits, trades, withdrawals, and what is still open.

A client here is careful: no trade loses or ties up more than a small part of the account.
"""

import heapq
import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from trading.calc.equity import closing_price
from trading.calc.pips import point
from trading.calc.rounding import normalise, rounded
from trading.gateway.simulator.beginning.instruments import Instrument
from trading.gateway.simulator.beginning.reckoner import Reckoner, Scene
from trading.gateway.simulator.desk import opening_price
from trading.terms import Cmd, GroupSpec, Quote, SymbolSpec, TradeRecord

NOTHING = Decimal(0)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
HALF_NIGHT = timedelta(hours=7)
_SIZES = (1, 1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 100)
_COMMENTS = ("", "", "", "", "", "trend v3", "grid", "scalper", "manual", "news")
_FIRST_DEPOSITS = (200, 300, 500, 500, 1000, 1000, 2000, 3000, 5000, 10_000, 25_000)
_UNITS = {"JPY": 150, "USC": 100}  # how many of its units make about one dollar
_HOLDS = (30, 180, 1500)  # minutes, on average
_WAYS_IN = ("Deposit card", "Deposit bank", "Deposit wallet")
_WAYS_OUT = ("Withdrawal card", "Withdrawal bank")


@dataclass(slots=True)
class Draft:
    """A ticket whose number is not yet given; `created` is when the server gave it."""

    created: datetime
    record: TradeRecord
    rest: "Draft | None" = None  # what remained after a partial close


@dataclass(slots=True)
class Career:
    """One account: call `live` once, then read what came of it."""

    sums: Reckoner
    registered: datetime
    drafts: list[Draft] = field(default_factory=list)
    bookings: list[tuple[datetime, Decimal]] = field(default_factory=list)
    credit: Decimal = NOTHING
    balance: Decimal = NOTHING  # as far as it is lived through
    _first: Decimal = NOTHING
    _coming: list[tuple[datetime, Decimal]] = field(default_factory=list)

    @property
    def chance(self) -> random.Random:
        """Return the seeded chance of this career."""
        return self.sums.chance

    @property
    def scene(self) -> Scene:
        """Return where it happens."""
        return self.sums.scene

    @property
    def group(self) -> GroupSpec:
        """Return the group of the account."""
        return self.sums.group

    def live(self) -> None:
        """Live through everything from the registration until now."""
        chance, now = self.chance, self.scene.now
        funded = self.registered + MINUTE * chance.randint(10, 600)
        dollars = chance.choice(_FIRST_DEPOSITS) * _UNITS.get(self.group.currency, 1)
        self._first = Decimal(dollars)
        if funded >= now - DAY / 4:
            return
        self._deposit(funded)
        if chance.random() < 0.15:
            self._grant_credit(funded + MINUTE * 3)
        favourites = chance.sample(self.scene.instruments, chance.randint(2, 6))
        for moment in self._moments(funded + MINUTE * 20):
            self._reach(moment)
            self._look_at_money(moment)
            self._trade(chance.choice(favourites), moment)
        self._reach(now)
        for _ in range(chance.randint(0, 4)):
            self._open_lately(chance.choice(favourites))
        if chance.random() < 0.4:
            for _ in range(chance.randint(1, 2)):
                self._place(chance.choice(favourites), now - MINUTE * chance.randint(5, 900))

    # Money ----------------------------------------------------------------------------------------

    def _moments(self, start: datetime) -> list[datetime]:
        span = int((self.scene.now - start) / MINUTE) - 10
        if span <= 0:
            return []
        number = int(span / 1440 * self.chance.choice((0.5, 1, 2, 2, 3, 5, 8)))
        return sorted(start + MINUTE * self.chance.randrange(span) for _ in range(number + 1))

    def _reach(self, moment: datetime) -> None:
        while self._coming and self._coming[0][0] <= moment:
            self.balance += heapq.heappop(self._coming)[1]

    def _book(self, moment: datetime, amount: Decimal) -> None:
        self.bookings.append((moment, amount))
        heapq.heappush(self._coming, (moment, amount))

    def _look_at_money(self, moment: datetime) -> None:
        if self.balance < self._first / 4 or self.chance.random() < 0.03:
            self._deposit(moment - MINUTE * 5)
        elif self.chance.random() < 0.04:
            share = Decimal(self.chance.randint(5, 25)) / 100
            amount = rounded(self.balance * share, 0)
            if amount >= self._first / 20:
                way = self.chance.choice(_WAYS_OUT)
                self._money(moment - MINUTE * 5, Cmd.BALANCE, -amount, way)
        self._reach(moment)

    def _deposit(self, moment: datetime) -> None:
        self._money(moment, Cmd.BALANCE, self._first, self.chance.choice(_WAYS_IN))

    def _grant_credit(self, moment: datetime) -> None:
        amount = rounded(self._first / 10, 0)
        self.credit += amount
        self._money(moment, Cmd.CREDIT, amount, "Welcome credit")

    def _money(self, moment: datetime, cmd: Cmd, amount: Decimal, comment: str) -> None:
        record = self.sums.record(cmd, moment, comment)
        record = self.sums.ended(record, moment, NOTHING)
        expires = moment + DAY * 30 if cmd is Cmd.CREDIT else None
        self.drafts.append(Draft(moment, replace(record, profit=amount, expires_at=expires)))
        if cmd is Cmd.BALANCE:
            self._book(moment, amount)

    # Trades ---------------------------------------------------------------------------------------

    def _trade(self, one: Instrument, opened: datetime) -> None:
        if not self.scene.is_open(one, opened):
            return
        if self.chance.random() < 0.08:
            self._cancel_one(one, opened)
        usual = self.chance.choice(_HOLDS)
        closed = opened + MINUTE * max(1, int(self.chance.expovariate(1 / usual)))
        while not self.scene.is_open(one, closed):
            closed += HALF_NIGHT
        side = self.chance.choice((Cmd.BUY, Cmd.SELL))
        trade = self._opened(one, side, opened)
        if closed >= self.scene.now:
            self._keep(trade)
            return
        price = self.sums.price(one, closed, closing=side.side)
        sized = self._sized(trade, one.spec, closed, price)
        if sized is not None:
            self._finish(one, sized, closed, price)

    def _finish(
        self, one: Instrument, trade: TradeRecord, closed: datetime, price: Decimal
    ) -> None:
        part = trade.volume_hundredths // 2
        if part and self.chance.random() < 0.06:
            self._finish_in_parts(one, trade, closed, price)
            return
        trade = self.sums.charged(trade, one.spec, closed)
        profit = self.sums.profit(trade, one.spec, closed, price)
        trade = self._stopped(replace(trade, profit=profit), price)
        self._close(Draft(trade.opened_at, trade), closed, price)

    def _finish_in_parts(
        self, one: Instrument, trade: TradeRecord, closed: datetime, price: Decimal
    ) -> None:
        """Close a half on the way and the rest at the end: a chain of two tickets."""
        whole, part = trade.volume_hundredths, trade.volume_hundredths // 2
        between = trade.opened_at + (closed - trade.opened_at) / 2
        between = between.replace(microsecond=0)
        currency, total = self.group.currency, self.sums.charged(trade, one.spec, between)
        first = replace(
            total,
            volume_hundredths=part,
            swap=normalise(total.swap * part / whole, currency),
            commission=normalise(total.commission * part / whole, currency),
        )
        rest = replace(
            trade,
            volume_hundredths=whole - part,
            commission=total.commission - first.commission,
            swap=total.swap - first.swap,
        )
        later = self.sums.charged(rest, one.spec, closed, since=between)
        later = replace(later, profit=self.sums.profit(later, one.spec, closed, price))
        at = self.sums.price(one, between, closing=trade.cmd.side)
        first = replace(first, profit=self.sums.profit(first, one.spec, between, at))
        remainder = Draft(between, later)
        self._close(Draft(trade.opened_at, first, remainder), between, at)
        self._close(remainder, closed, price)

    def _close(self, draft: Draft, closed: datetime, price: Decimal) -> None:
        draft.record = self.sums.ended(draft.record, closed, price)
        self.drafts.append(draft)
        one = draft.record
        self._book(closed, one.profit + one.swap + one.commission)

    def _open_lately(self, one: Instrument) -> None:
        """Open a position in the last two trading days that nobody has closed yet."""
        opened = self.scene.now - MINUTE * self.chance.randint(3, 2800)
        while not self.scene.is_open(one, opened):
            opened -= HALF_NIGHT
        if opened > self.registered + DAY:
            side = self.chance.choice((Cmd.BUY, Cmd.SELL))
            self._keep(self._opened(one, side, opened))

    def _keep(self, trade: TradeRecord) -> None:
        """Leave a position open, but small: it must not eat the account before anybody looks."""
        spec = self.scene.specs[trade.symbol]
        price = closing_price(trade.cmd.side, self.scene.paths.quotes(self.scene.now)[trade.symbol])
        sized = self._sized(trade, spec, self.scene.now, price)
        if sized is not None:
            sized = self.sums.charged(sized, spec, self.scene.now)
            self.drafts.append(Draft(sized.opened_at, replace(sized, close_price=price)))

    def _place(self, one: Instrument, moment: datetime) -> None:
        """Place a pending order that still waits."""
        if self.scene.is_open(one, moment):
            quote = self.scene.paths.quotes(self.scene.now)[one.spec.name]
            self.drafts.append(Draft(moment, self._pending(one, moment, quote)))

    def _cancel_one(self, one: Instrument, moment: datetime) -> None:
        quote = self.scene.paths.quotes(moment)[one.spec.name]
        pending = replace(self._pending(one, moment, quote), comment="cancelled")
        ended = moment + MINUTE * self.chance.randint(2, 400)
        if ended < self.scene.now:
            market = self.scene.paths.quotes(ended)[one.spec.name]
            price = opening_price(pending.cmd.side, market)
            self.drafts.append(Draft(moment, self.sums.ended(pending, ended, price)))

    def _pending(self, one: Instrument, moment: datetime, quote: Quote) -> TradeRecord:
        cmd = self.chance.choice((Cmd.BUY_LIMIT, Cmd.SELL_LIMIT, Cmd.BUY_STOP, Cmd.SELL_STOP))
        away = point(one.spec) * self.chance.randint(one.day_points // 2, one.day_points * 2)
        below = cmd in (Cmd.BUY_LIMIT, Cmd.SELL_STOP)
        market = opening_price(cmd.side, quote)
        record = self.sums.record(cmd, moment, self.chance.choice(_COMMENTS), one.spec)
        return replace(
            record,
            volume_hundredths=self.chance.choice(_SIZES[:8]),
            open_price=market - away if below else market + away,
            close_price=market,
        )

    def _opened(self, one: Instrument, cmd: Cmd, opened: datetime) -> TradeRecord:
        price = self.sums.price(one, opened, opening=cmd.side)
        expert = self.chance.random() < 0.3
        record = self.sums.record(cmd, opened, self.chance.choice(_COMMENTS), one.spec)
        return replace(
            record,
            volume_hundredths=self.chance.choice(_SIZES),
            open_price=price,
            margin_rate=self.sums.margin_rate(one.spec, opened, price),
            magic=self.chance.randrange(1000, 100_000) if expert else 0,
        )

    def _sized(
        self, trade: TradeRecord, spec: SymbolSpec, closed: datetime, price: Decimal
    ) -> TradeRecord | None:
        """Return the trade at a size whose loss the account can bear, None when there is none."""
        bearable = self.balance * Decimal("0.08")
        while trade.volume_hundredths > 1:
            loss = -self.sums.profit(trade, spec, closed, price)
            if loss <= bearable and self.sums.is_modest(trade, spec, self.balance):
                return trade
            trade = replace(trade, volume_hundredths=trade.volume_hundredths // 2)
        return trade if -self.sums.profit(trade, spec, closed, price) <= bearable * 2 else None

    def _stopped(self, trade: TradeRecord, price: Decimal) -> TradeRecord:
        """Let some trades have ended at a stop, as the server writes it."""
        if self.chance.random() > 0.3 or not trade.profit:
            return trade
        if trade.profit < 0:
            return replace(trade, stop_loss=price, comment=trade.comment + "[sl]")
        return replace(trade, take_profit=price, comment=trade.comment + "[tp]")
