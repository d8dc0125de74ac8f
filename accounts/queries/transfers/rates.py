"""At which rate a transfer would be converted now, and out of which quotes."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.calc import conversion
from accounts.calc.conversion import Pair, Rate
from accounts.calc.transfer_rules import Rules
from backoffice.core.errors import Later
from trading.queries import quotes, servers


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


def _pairs(server_id: int) -> dict[tuple[str, str], Pair]:
    return {
        (one.base, one.other): Pair(symbol=one.symbol, bid=one.bid, ask=one.ask, at=one.at)
        for one in quotes.pairs_of(server_id)
    }
