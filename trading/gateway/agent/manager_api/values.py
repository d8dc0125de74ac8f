"""Numbers, texts and times as the Manager API holds them, and back, without a loss.

A double keeps 15 decimal digits exactly (DBL_DIG of IEEE 754): a number of at most that many comes
back as it was when it is rounded to its own digits. One with more is refused, never sent rounded.
"""

import math
from ctypes import c_double
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from trading.gateway.agent.engine import LinkError
from trading.gateway.errors import BadMessage
from trading.gateway.limits import require_fits

DOUBLE_DIGITS = 15
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - MetaTrader's seconds count the wall clock
_LAST_SECOND = 2**31 - 1


def to_double(number: Decimal, digits: int) -> float:
    """Return a number of so many decimal places as a double; BadMessage if it would be rounded."""
    scaled = number.scaleb(digits)
    if not number.is_finite() or scaled != scaled.to_integral_value():
        raise BadMessage(f"{number} has more than {digits} decimal places: round it first.")
    if abs(scaled) >= Decimal(10) ** DOUBLE_DIGITS:
        raise BadMessage(f"{number} has more digits than MetaTrader's numbers keep.")
    double = c_double(number).value  # type: ignore[arg-type] # it takes what has a __float__
    if from_double(double, digits) != number:
        raise BadMessage(f"{number} does not survive the way to MetaTrader and back.")
    return double


def from_double(double: float, digits: int) -> Decimal:
    """Return a double at so many decimal places, half up; LinkError if it is no number."""
    if not math.isfinite(double):
        raise LinkError("MetaTrader sent a number that is none")
    # The shortest text that means this double: 1.005 stays 1.005 and is not 1.00499999999999989…
    return Decimal(repr(double)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def to_chars(what: str, text: str, size: int, code_page: str) -> bytes:
    """Return a text for a field of `size` bytes; BadMessage if it cannot be kept as it is."""
    require_fits(what, text, size - 1, code_page)
    return text.encode(code_page)


def from_chars(chars: bytes, code_page: str) -> str:
    """Return a text up to its zero; a byte that the code page lacks becomes U+FFFD."""
    return chars.split(b"\0", 1)[0].decode(code_page, "replace")


def to_seconds(moment: datetime | None, zone: ZoneInfo) -> int:
    """Return a UTC moment in seconds of the server's wall clock, 0 for none.

    BadMessage past 2038: MetaTrader's times have 32 bits.
    """
    if moment is None:
        return 0
    seconds = (moment.astimezone(zone).replace(tzinfo=None) - _EPOCH) // timedelta(seconds=1)
    if not 0 < seconds <= _LAST_SECOND:
        raise BadMessage(f"{moment:%Y-%m-%d} lies outside of MetaTrader's calendar (1970 to 2038).")
    return seconds


def wall_clock(seconds: int) -> datetime:
    """Return the server's wall clock at MetaTrader's seconds."""
    return _EPOCH + timedelta(seconds=seconds)


def moment(seconds: int, zone: ZoneInfo) -> datetime:
    """Return MetaTrader's seconds as UTC; in the hour that comes twice, the first one."""
    return wall_clock(seconds).replace(tzinfo=zone).astimezone(UTC)


def to_address(packed: int) -> str:
    """Return a packed IPv4 address as text, its first number in the lowest byte."""
    return ".".join(str(packed >> shift & 0xFF) for shift in (0, 8, 16, 24))
