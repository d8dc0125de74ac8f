"""What a server quotes for pairs of currencies, as its feed told last."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from backoffice.core import live
from trading.queries import frames


@dataclass(frozen=True, slots=True, kw_only=True)
class PairQuote:
    """The latest quote of one pair: `bid` and `ask` in `other` for one `base`, true at `at`."""

    symbol: str
    base: str
    other: str
    bid: Decimal
    ask: Decimal
    at: datetime


def pairs_of(server_id: int) -> list[PairQuote]:
    """Return the latest quotes of a server's currency pairs, the plain names before others.

    Nothing while Redis is away or no feed has spoken.
    """
    topic = live.quotes(server_id)
    told = frames.latest([topic]).get(topic)
    found = [] if told is None else [_quote(name, line) for name, line in told.data.items()]
    # Of EURUSD and EURUSD.x the plain one speaks: it comes last into a mapping by currencies.
    return sorted(found, key=lambda one: -len(one.symbol))


def _quote(symbol: str, line: list[str | int]) -> PairQuote:
    base, other, bid, ask, milliseconds = line
    return PairQuote(
        symbol=symbol,
        base=str(base),
        other=str(other),
        bid=Decimal(str(bid)),
        ask=Decimal(str(ask)),
        at=datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(milliseconds)),
    )
