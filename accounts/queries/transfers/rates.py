"""At which rate a transfer would be converted now, and out of which quotes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.calc import conversion
from accounts.calc.conversion import Pair, Rate
from accounts.calc.transfer_rules import Rules
from accounts.queries.transfers import funds
from accounts.queries.transfers.places import PlaceView
from backoffice.core.errors import Later
from trading.queries import quotes, servers


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What an amount would become now: the rate with its source, and what would arrive."""

    rate: Rate
    amount: Decimal
    currency: str
    arriving: Decimal
    target_currency: str


class NoRate(Later):
    """No young quote leads from one currency to the other: nothing can be promised now."""


def rate_now(
    source: str, target: str, *, server_ids: Iterable[int], rules: Rules, now: datetime
) -> Rate:
    """Return the rate between two currencies by these servers' quotes, else by any server's.

    Raises NoRate.
    """
    if source == target:
        return conversion.SAME
    for server_id in dict.fromkeys([*server_ids, *servers.active_server_ids()]):
        try:
            return conversion.rate_between(
                source,
                target,
                _pairs(server_id),
                markup_percent=rules.markup_percent,
                now=now,
                oldest=timedelta(seconds=rules.rate_seconds),
            )
        except conversion.NoQuote:
            continue
    sentence = _("No price of the last %(seconds)s s leads from %(source)s to %(target)s.")
    raise NoRate(sentence % {"seconds": rules.rate_seconds, "source": source, "target": target})


def quote_now(
    legal_entity_id: int, source: PlaceView, target: PlaceView, amount: Decimal, now: datetime
) -> Quote:
    """Return what an amount would become between two places of a form; NoRate for no price."""
    rate = rate_now(
        source.currency,
        target.currency,
        server_ids=[one.server_id for one in (source, target) if one.server_id is not None],
        rules=funds.rules_for(legal_entity_id, now),
        now=now,
    )
    return Quote(
        rate=rate,
        amount=amount,
        currency=source.currency,
        arriving=rate.of(amount, target.currency),
        target_currency=target.currency,
    )


def _pairs(server_id: int) -> dict[tuple[str, str], Pair]:
    return {
        (one.base, one.other): Pair(symbol=one.symbol, bid=one.bid, ask=one.ask, at=one.at)
        for one in quotes.pairs_of(server_id)
    }
