"""What goes to a screen: JSON frames, each encoded once for everybody who watches."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson

from trading.calc import rounding
from trading.live.figures import Figures, Standing
from trading.terms import ProfitMode, Quote, SymbolSpec

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
NUMBERS_PER_MILLISECOND = 1000


def milliseconds(moment: datetime) -> int:
    """Return a moment as whole milliseconds since 1970."""
    return (moment - EPOCH) // MILLISECOND


def numbers(started_at: datetime) -> Iterator[int]:
    """Yield the numbers of frames: they only rise, also over restarts of the feed."""
    return itertools.count(milliseconds(started_at) * NUMBERS_PER_MILLISECOND)


def frame(topic: str, number: int, at: datetime, now: datetime, data: dict[str, Any]) -> bytes:
    """Return one frame. `at` is when it was true at the source, `now` our clock as it left."""
    return orjson.dumps(
        {
            "topic": topic,
            "seq": number,
            "at": milliseconds(at),
            "now": milliseconds(now),
            "data": data,
        }
    )


def account_data(figures: Figures, positions: Iterable[Standing]) -> dict[str, Any]:
    """Return what a screen shows of an account; null where a quote is missing."""
    places = rounding.digits(figures.currency)
    data: dict[str, Any] = {
        name: money(getattr(figures, name), places)
        for name in ("equity", "balance", "credit", "floating", "margin", "free_margin")
    }
    data["level"] = None if figures.level is None else f"{figures.level:.2f}"
    data["level_type"] = None if figures.level_type is None else int(figures.level_type)
    data["volume_hundredths"] = figures.volume_hundredths
    data["positions"] = {
        str(one.ticket): {
            "price": None if one.price is None else f"{one.price:f}",
            "profit": money(one.profit, places),
            "swap": money(one.swap, places),
        }
        for one in positions
    }
    if figures.needs:
        data["needs"] = list(figures.needs)
    return data


def quotes_data(specs: Mapping[str, SymbolSpec], quotes: Mapping[str, Quote]) -> dict[str, Any]:
    """Return symbol → base, other currency, bid, ask, moment: of what is a pair of currencies."""
    return {
        name: [
            name[:3].upper(),
            spec.profit_currency,
            f"{quote.bid:f}",
            f"{quote.ask:f}",
            milliseconds(quote.at),
        ]
        for name, quote in quotes.items()
        if (spec := specs.get(name)) is not None and _is_pair(spec)
    }


def _is_pair(spec: SymbolSpec) -> bool:
    letters = spec.name[:6].upper()
    is_forex = spec.profit_mode is ProfitMode.FOREX
    return is_forex and letters.isalpha() and letters[3:] == spec.profit_currency


def money(amount: Decimal | None, places: int) -> str | None:
    """Return an amount as text with so many digits after the point."""
    return None if amount is None else f"{rounding.rounded(amount, places):f}"
