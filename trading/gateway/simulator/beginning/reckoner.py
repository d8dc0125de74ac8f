"""What one invented account's past comes to: prices, profits, swaps, commissions, margins.

Every figure is reckoned with the sums that MetaTrader's rules are written in (trading.calc), at the
quotes of the hour in which it happened.
"""

import random
from dataclasses import dataclass, replace
from datetime import datetime, time
from decimal import Decimal

from trading.calc.commission import at_open
from trading.calc.convert import margin_rate, profit_rate
from trading.calc.equity import closing_price
from trading.calc.margin import position_margin
from trading.calc.pips import point
from trading.calc.profit import profit
from trading.calc.rounding import rounded
from trading.calc.swap import nightly, nights
from trading.gateway.simulator.beginning.instruments import Instrument
from trading.gateway.simulator.beginning.paths import Paths
from trading.gateway.simulator.desk import RATE_DIGITS, opening_price
from trading.gateway.simulator.hours import Hours, days_after
from trading.terms import Cmd, GroupSpec, Side, SymbolSpec, TradeRecord

NOTHING = Decimal(0)
SATURDAY = 5
MODEST = 10  # a trade ties up no more than one part in so many of the account


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a career happens: the market's past, the contracts, the server's clock, the present."""

    paths: Paths
    instruments: tuple[Instrument, ...]
    specs: dict[str, SymbolSpec]
    hours: Hours
    now: datetime

    def is_open(self, one: Instrument, moment: datetime) -> bool:
        """Return whether the instrument could be traded then: not at night's turn or weekends."""
        wall = self.hours.server_time(moment)
        awake = time(0, 5) <= wall.time() < time(23, 50)
        return awake and (one.spec.security == "Crypto" or wall.weekday() < SATURDAY)


@dataclass(frozen=True, slots=True)
class Reckoner:
    """The sums of one account in its group."""

    chance: random.Random
    scene: Scene
    login: int
    group: GroupSpec

    def margin_rate(self, spec: SymbolSpec, opened: datetime, price: Decimal) -> Decimal:
        """Return margin currency → deposit currency at an opening."""
        quotes, specs = self.scene.paths.quotes(opened), self.scene.specs
        rate = margin_rate(spec, self.group.currency, price, quotes, specs=specs)
        return rounded(rate, RATE_DIGITS)

    def is_modest(self, trade: TradeRecord, spec: SymbolSpec, balance: Decimal) -> bool:
        """Return whether the trade ties up no more than a small part of the account."""
        volume, leverage = trade.volume_hundredths, self.group.default_leverage
        needed = position_margin(volume, trade.open_price, spec, leverage, trade.margin_rate)
        return needed * MODEST <= balance

    def profit(
        self, trade: TradeRecord, spec: SymbolSpec, closed: datetime, price: Decimal
    ) -> Decimal:
        """Return what the trade earns when it closes then and there."""
        side, currency = trade.cmd.side, self.group.currency
        quotes = self.scene.paths.quotes(closed)
        rate = profit_rate(spec, currency, side, price, quotes, specs=self.scene.specs)
        volume = trade.volume_hundredths
        return profit(side, volume, trade.open_price, price, spec, currency, rate)

    def charged(
        self, trade: TradeRecord, spec: SymbolSpec, until: datetime, since: datetime | None = None
    ) -> TradeRecord:
        """Return the trade with its commission (unless it has one) and the swaps of its nights."""
        paths, hours, specs = self.scene.paths, self.scene.hours, self.scene.specs
        commission, swap = trade.commission, trade.swap
        if not commission:
            commission = at_open(
                self.group,
                spec,
                trade.cmd.side,
                trade.volume_hundredths,
                trade.open_price,
                paths.quotes(trade.opened_at),
                specs=specs,
            )
        start = hours.last_ended_day(since or trade.opened_at)
        for day in days_after(start, hours.last_ended_day(until)):
            if nights(day.weekday(), spec):
                quotes = paths.quotes(hours.utc(datetime.combine(day, hours.end_of_day)))
                price = closing_price(trade.cmd.side, quotes[trade.symbol])
                currency, weekday = self.group.currency, day.weekday()
                swap += nightly(trade, spec, price, currency, quotes, weekday=weekday, specs=specs)
        return replace(trade, commission=commission, swap=swap)

    def price(
        self,
        one: Instrument,
        moment: datetime,
        *,
        opening: Side | None = None,
        closing: Side | None = None,
    ) -> Decimal:
        """Return a price of that hour at which a side opens or closes."""
        quote = self.scene.paths.quotes(moment)[one.spec.name]
        wiggle = one.day_points // 40
        shift = point(one.spec) * self.chance.randint(-wiggle, wiggle)
        if opening is not None:
            return opening_price(opening, quote) + shift
        return closing_price(closing or Side.BUY, quote) + shift

    def ended(self, record: TradeRecord, moment: datetime, price: Decimal) -> TradeRecord:
        """Return a record with its end."""
        return replace(
            record,
            closed_at=moment,
            closed_server_time=self.scene.hours.server_time(moment),
            close_price=price,
            changed_stamp=self.scene.hours.stamp(moment),
        )

    def record(
        self, cmd: Cmd, moment: datetime, comment: str, spec: SymbolSpec | None = None
    ) -> TradeRecord:
        """Return an empty record of this account, opened then."""
        return TradeRecord(
            ticket=0,
            login=self.login,
            cmd=cmd,
            symbol=spec.name if spec else "",
            digits=spec.digits if spec else 0,
            volume_hundredths=0,
            opened_at=moment,
            opened_server_time=self.scene.hours.server_time(moment),
            open_price=NOTHING,
            stop_loss=NOTHING,
            take_profit=NOTHING,
            closed_at=None,
            closed_server_time=None,
            close_price=NOTHING,
            expires_at=None,
            commission=NOTHING,
            swap=NOTHING,
            taxes=NOTHING,
            profit=NOTHING,
            margin_rate=NOTHING,
            magic=0,
            comment=comment,
            changed_stamp=self.scene.hours.stamp(moment),
        )
