"""A policy's bands as lines that people write and read: `USD 10000: any + compliance`. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

ELSE = "else"
ANY = "any"
NOBODY = "nobody"

Seats = tuple[tuple[str, ...], ...]


class BadLine(ValueError):
    """A line that says no band; it carries the line."""


def read(text: str) -> list[tuple[str, Decimal, Seats]]:
    """Return currency, limit and seats of every line; BadLine for one that cannot be read."""
    return [_band(line) for line in text.splitlines() if line.strip()]


def written(bands: Iterable[Mapping[str, Any]]) -> str:
    """Return a policy's bands as such lines."""
    return "\n".join(_line(band) for band in bands)


def _band(line: str) -> tuple[str, Decimal, Seats]:
    where, colon, who = line.partition(":")
    words = where.split()
    if not colon or not words or len(words) > 2:
        raise BadLine(line.strip())
    if words == [ELSE]:
        return "", Decimal(0), _seats(who)
    try:
        above = Decimal(words[1]) if len(words) == 2 else Decimal(0)
    except InvalidOperation as error:
        raise BadLine(line.strip()) from error
    return words[0], above, _seats(who)


def _seats(who: str) -> Seats:
    if who.strip() == NOBODY:
        return ()
    return tuple(_seat(part) for part in who.split("+"))


def _seat(part: str) -> tuple[str, ...]:
    roles = tuple(role.strip() for role in part.split("|"))
    if not all(roles):
        raise BadLine(part.strip())
    return () if roles == (ANY,) else roles


def _line(band: Mapping[str, Any]) -> str:
    where = f"{band['currency']} {band['above']}" if band["currency"] else ELSE
    return f"{where}: {_who(band['seats'])}"


def _who(seats: Sequence[Sequence[str]]) -> str:
    return " + ".join("|".join(seat) or ANY for seat in seats) or NOBODY
