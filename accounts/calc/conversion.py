"""From one currency to another for a client's money: by a server's own quotes, less our mark-up.

A client who gives the base of a pair sells it at the bid; one who gives the other side buys the
base at the ask. Where no pair has both currencies, two go by the dollar. What is left is rounded
down to the target's digits: never more than the rate gives. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal

from backoffice.core.money import smallest

PIVOT = "USD"
#: Cent currencies count a hundredth of their parent; no pair is quoted in them.
CENTS: dict[str, str] = {"USC": "USD", "EUC": "EUR"}
HUNDRED = Decimal(100)
RATE_DIGITS = Decimal("1E-10")
EXACT = Context(prec=40)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What a server quotes for a pair: how many of the other currency for one of the base."""

    symbol: str
    bid: Decimal
    ask: Decimal
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A rate as a client gets it: units of the target for one of the source, mark-up within.

    `source` says out of which quotes, `at` is the moment of the oldest of them; None: one currency.
    """

    rate: Decimal
    source: str
    at: datetime | None
    markup_percent: Decimal

    def of(self, amount: Decimal, currency: str) -> Decimal:
        """Return what an amount becomes in the target's currency, rounded down to its digits.

        A rate has ten digits: what that cut off must not cost a cent where it comes out even.
        """
        cent = smallest(currency)
        exact = EXACT.multiply(amount, self.rate).quantize(cent.scaleb(-4), ROUND_HALF_UP, EXACT)
        return exact.quantize(cent, ROUND_DOWN, EXACT)


SAME = Rate(rate=Decimal(1), source="", at=None, markup_percent=Decimal(0))


class NoQuote(LookupError):
    """Nothing young enough is quoted that leads from one currency to the other."""


def rate_between(
    source: str,
    target: str,
    pairs: Mapping[tuple[str, str], Pair],
    *,
    markup_percent: Decimal,
    now: datetime,
    oldest: timedelta,
) -> Rate:
    """Return the rate from one currency to another; NoQuote where no fresh pair leads there.

    `pairs` by base and other currency. Quotes older than `oldest`, or without a price on both
    sides, do not count.
    """
    if source == target:
        return SAME
    whole, parent, other = Decimal(1), CENTS.get(source, source), CENTS.get(target, target)
    whole = whole / HUNDRED if source in CENTS else whole
    whole = whole * HUNDRED if target in CENTS else whole
    fresh = {
        names: pair
        for names, pair in pairs.items()
        if 0 < pair.bid <= pair.ask and now - pair.at <= oldest
    }
    steps = _steps(parent, other, fresh)
    for pair, is_bought in steps:
        whole = EXACT.divide(whole, pair.ask) if is_bought else EXACT.multiply(whole, pair.bid)
    kept = EXACT.multiply(whole, 1 - markup_percent / HUNDRED)
    rate = kept.quantize(RATE_DIGITS, rounding=ROUND_DOWN)
    if rate <= 0:
        raise NoQuote(f"{source} to {target} comes to nothing")
    told = ", ".join(
        f"{pair.symbol} {'ask' if bought else 'bid'} {pair.ask if bought else pair.bid:f}"
        for pair, bought in steps
    )
    return Rate(
        rate=rate,
        source=told or f"{source} and {target} are one money",
        at=min((pair.at for pair, _ in steps), default=now),
        markup_percent=markup_percent,
    )


def is_worse(rate: Decimal, shown: Decimal, slip_percent: Decimal) -> bool:
    """Say whether a rate gives less than one that was shown, by more than is let pass."""
    return rate < EXACT.multiply(shown, 1 - slip_percent / HUNDRED)


Steps = list[tuple[Pair, bool]]


def _steps(source: str, target: str, pairs: Mapping[tuple[str, str], Pair]) -> Steps:
    """Return the pairs of the way, each with whether its base is bought."""
    if source == target:
        return []
    straight = _one(source, target, pairs)
    if straight is not None:
        return [straight]
    first, second = _one(source, PIVOT, pairs), _one(PIVOT, target, pairs)
    if first is None or second is None or PIVOT in (source, target):
        raise NoQuote(f"{source} to {target}")
    return [first, second]


def _one(
    source: str, target: str, pairs: Mapping[tuple[str, str], Pair]
) -> tuple[Pair, bool] | None:
    if (sold := pairs.get((source, target))) is not None:
        return sold, False
    bought = pairs.get((target, source))
    return None if bought is None else (bought, True)
