"""How one value is written as text: decimal numbers, moments, the server's wall clock, plain text.

The same notation stands in JSON, in lines of records (lines.py) and in the simulator's state.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from trading.gateway.errors import BadMessage

#: What each notation looks like; none of the patterns has a group of its own.
DECIMAL = r"-?[0-9]{1,24}(?:\.[0-9]{1,16})?"
WALL_CLOCK = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
MOMENT = WALL_CLOCK + "Z"

_DECIMAL_TEXT = re.compile(DECIMAL + r"\Z")
_WALL_CLOCK_TEXT = re.compile(WALL_CLOCK + r"\Z")


def write_decimal(value: Any) -> str:
    """Return a finite decimal number, without an exponent; BadMessage for anything else."""
    text = format(value, "f") if isinstance(value, Decimal) else ""
    if not _DECIMAL_TEXT.match(text):
        raise BadMessage("An amount to send is not a finite decimal number.")
    return text


def read_decimal(data: Any, where: str) -> Decimal:
    """Return the decimal number that a text holds; BadMessage when it holds none."""
    if not isinstance(data, str) or not _DECIMAL_TEXT.match(data):
        raise BadMessage(f"{where} is not a decimal number in text.")
    return Decimal(data)


def write_moment(value: Any) -> str:
    """Return an aware moment in UTC, with "Z"; BadMessage for anything else."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise BadMessage("A moment to send has no time zone.")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def read_moment(data: Any, where: str) -> datetime:
    """Return the moment that a text with "Z" names; BadMessage when it names none."""
    if not isinstance(data, str) or not data.endswith("Z"):
        raise BadMessage(f"{where} is not a moment in UTC.")
    return read_wall_clock(data[:-1], where).replace(tzinfo=UTC)


def write_wall_clock(value: Any) -> str:
    """Return what a server's wall clock showed; BadMessage for a moment with a time zone."""
    if not isinstance(value, datetime) or value.tzinfo is not None:
        raise BadMessage("A server time to send has a time zone.")
    return value.isoformat()


def read_wall_clock(data: Any, where: str) -> datetime:
    """Return the naive time that a text names; BadMessage when it names none."""
    if not isinstance(data, str) or not _WALL_CLOCK_TEXT.match(data):
        raise BadMessage(f"{where} is not a time.")
    try:
        return datetime.fromisoformat(data)
    except ValueError:
        raise BadMessage(f"{where} is not a time.") from None
