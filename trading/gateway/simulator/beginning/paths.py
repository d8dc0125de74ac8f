"""Where prices went before the server was first started: one seeded walk per symbol and hour."""

import random
from datetime import datetime, timedelta
from decimal import Decimal

from trading.calc.pips import point
from trading.gateway.simulator.beginning.instruments import Instrument
from trading.gateway.simulator.market import around, cross_legs, cross_mid
from trading.terms import Quote

HOUR = timedelta(hours=1)
_HOURS_A_DAY = 24
_PULL = 400  # hours in which a price comes back to where it belongs, on average


class Paths:
    """The hourly quotes of all instruments from `start` for so many hours."""

    def __init__(
        self,
        chance: random.Random,
        instruments: tuple[Instrument, ...],
        start: datetime,
        hours: int,
    ) -> None:
        self.start = start
        self.hours = hours
        self._instruments = {one.spec.name: one for one in instruments}
        self._by_hour: dict[int, dict[str, Quote]] = {}
        ready = dict.fromkeys(self._instruments)
        anchors = {
            name: around(one.spec, one.price, one.temper.spread, start)
            for name, one in self._instruments.items()
        }
        self._legs = {name: cross_legs(self._instruments[name].spec, anchors) for name in ready}
        self._points = {
            name: self._walk(chance, one, hours)
            for name, one in self._instruments.items()
            if self._legs[name] is None
        }

    def quotes(self, moment: datetime) -> dict[str, Quote]:
        """Return every quote in the hour of a moment (the first or last one beyond the ends)."""
        hour = max(0, min((moment - self.start) // HOUR, self.hours))
        known = self._by_hour.get(hour)
        if known is None:
            known = self._by_hour[hour] = self._at(hour)
        return known

    def _at(self, hour: int) -> dict[str, Quote]:
        now = self.start + hour * HOUR
        quotes: dict[str, Quote] = {}
        for name, one in self._instruments.items():
            legs = self._legs[name]
            mid = (
                point(one.spec) * self._points[name][hour]
                if legs is None
                else cross_mid(one.spec, quotes, legs)
            )
            quotes[name] = around(one.spec, mid, one.temper.spread, now)
        return quotes

    @staticmethod
    def _walk(chance: random.Random, one: Instrument, hours: int) -> list[int]:
        anchor = int(Decimal(one.price / point(one.spec)))
        at, path = anchor, [anchor]
        deviation = one.day_points / _HOURS_A_DAY**0.5 / 2
        for _ in range(hours):
            at += round(chance.gauss(0, deviation)) + (anchor - at) // _PULL
            path.append(max(at, anchor // 4))
        return path
