"""How old a figure is, and what that makes it: fresh, ageing or stale."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from backoffice.core.words import noop


@dataclass(frozen=True)
class Patience:
    """Until what age a source counts as fresh, and until when as ageing; after that it is stale."""

    fresh: timedelta
    ageing: timedelta


LIVE = Patience(fresh=timedelta(seconds=2), ageing=timedelta(seconds=10))
MIRROR = Patience(fresh=timedelta(seconds=60), ageing=timedelta(seconds=180))
NIGHTLY = Patience(fresh=timedelta(hours=26), ageing=timedelta(hours=50))

WORDS = {
    "fresh": noop("live"),
    "ageing": noop("late"),
    "stale": noop("stale"),
    "unreachable": noop("unreachable"),
}

PATIENCE = {"live": LIVE, "mirror": MIRROR, "nightly": NIGHTLY}


def seconds(at: datetime, now: datetime) -> Decimal:
    """Return the age in seconds and tenths; a source whose clock runs ahead is 0 s old."""
    tenths = (now - at) // timedelta(milliseconds=100)
    return Decimal(max(0, tenths)) / 10


def state(at: datetime | None, now: datetime, patience: Patience = LIVE) -> str:
    """Return fresh, ageing or stale; what has no moment at all is stale."""
    if at is None:
        return "stale"
    passed = now - at
    if passed <= patience.fresh:
        return "fresh"
    return "ageing" if passed <= patience.ageing else "stale"


def stamp(at: datetime | None) -> str:
    """Return the moment as whole milliseconds since 1970 for the browser, or nothing."""
    if at is None:
        return ""
    since = at - datetime(1970, 1, 1, tzinfo=at.tzinfo)
    return str(since // timedelta(milliseconds=1))
