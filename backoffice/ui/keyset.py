"""Paging by key: a place in a list is kept by the row it stood at, never by a page number.

So a page costs the same at row fifty and at row fifty million, and rows that come or go above never
throw the reader elsewhere.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Q, QuerySet

READ: Mapping[str, Callable[[str], object]] = {
    "i": int,
    "n": Decimal,
    "t": datetime.fromisoformat,
    "s": str,
}
PK_AT_MOST = 2**63 - 1


@dataclass(frozen=True)
class Slice:
    """One page of rows, and the cursors of its neighbours (empty: there is none)."""

    rows: list[Any]
    newer: str
    older: str


def cut(
    rows: QuerySet[Any], order: Sequence[str], *, after: str = "", before: str = "", size: int = 50
) -> Slice:
    """Return `size` rows in this order, those after or before a cursor.

    `order` names non-null fields as order_by does and ends in a unique one. A cursor that cannot be
    read starts the list anew.
    """
    backward = _read(before, len(order)) if before else None
    forward = _read(after, len(order)) if after and not backward else None
    way = [_flipped(name) for name in order] if backward else list(order)
    place = backward or forward
    found = list((rows.filter(_beyond(way, place)) if place else rows).order_by(*way)[: size + 1])
    more, found = len(found) > size, found[:size]
    if backward:
        found.reverse()
    newer = bool(forward) or (bool(backward) and more)
    older = bool(backward) or more
    return Slice(
        rows=found,
        newer=_cursor(found[0], order) if found and newer else "",
        older=_cursor(found[-1], order) if found and older else "",
    )


def is_cursor(text: str, order: Sequence[str]) -> bool:
    """Say whether a text is a cursor of a list in this order."""
    return _read(text, len(order)) is not None


def _beyond(order: Sequence[str], place: Sequence[object]) -> Q:
    """Return "comes after this place in this order", with a plain bound that an index can use."""
    beyond, same = Q(), Q()
    for name, value in zip(order, place, strict=True):
        field = name.removeprefix("-")
        verb = "lt" if name.startswith("-") else "gt"
        beyond |= same & Q(**{f"{field}__{verb}": value})
        same &= Q(**{field: value})
    bound = Q(
        **{f"{order[0].removeprefix('-')}__{'lte' if order[0][0] == '-' else 'gte'}": place[0]}
    )
    return bound & beyond


def _flipped(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _cursor(row: object, order: Sequence[str]) -> str:
    parts = [_written(_value(row, name.removeprefix("-"))) for name in order]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def _value(row: object, path: str) -> object:
    for step in path.split("__"):
        row = getattr(row, step)
    return row


def _written(value: object) -> tuple[str, str]:
    match value:
        case int():
            return "i", str(value)
        case Decimal():
            return "n", str(value)
        case datetime():
            return "t", value.isoformat()
    return "s", str(value)


def _read(cursor: str, width: int) -> list[object] | None:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        parts: list[object] = [READ[kind](value) for kind, value in json.loads(text)]
    except (binascii.Error, ValueError, KeyError, TypeError, InvalidOperation):
        return None
    if len(parts) != width or any(
        isinstance(part, int) and abs(part) > PK_AT_MOST for part in parts
    ):
        return None
    return None if any(isinstance(part, str) and "\x00" in part for part in parts) else parts
