"""The one byte form of a mapping (RFC 8785), so that what is stored can be proved later.

Canonical JSON knows numbers as doubles only. So amounts and ids are written as strings, moments as
ISO 8601 in UTC with microseconds, and a float is refused: it has lost what it should prove.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import rfc8785

#: Where a value stands: the place around it, and its name or number there; () is the whole.
Place = tuple[()] | tuple[Any, object]


class NotCanonical(TypeError):
    """The value has no canonical form; the message names where it stands."""


def encode(mapping: Mapping[str, object]) -> bytes:
    """Return the canonical UTF-8 bytes; NotCanonical for a float or an unknown type."""
    form = _form(mapping, ())
    if not _names_in_ascii(form):
        return rfc8785.dumps(form)
    try:
        # The same bytes in a tenth of the time: of RFC 8785's rules on names and text, orjson
        # lacks only the order of names beyond the first plane, and our numbers are text.
        return orjson.dumps(form, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        raise NotCanonical(f"$: {error}") from error


def _names_in_ascii(form: Any) -> bool:
    if type(form) is str:
        return True
    if type(form) is dict:
        return "".join(form).isascii() and all(map(_names_in_ascii, form.values()))
    return all(map(_names_in_ascii, form)) if type(form) is list else True


def _form(value: object, place: Place) -> Any:  # Any: the package's own JSON type is recursive
    # Most of what is told is plain text in plain dictionaries: seen at once, without the classes.
    kind = type(value)
    if kind is str:
        return _checked(value, place)  # type: ignore[arg-type]  # as its type says
    if value is None or kind is bool:
        return value
    if kind is dict or isinstance(value, Mapping):
        return {
            name if type(name) is str else _name(name, place): _form(inner, (place, name))
            for name, inner in value.items()  # type: ignore[attr-defined]
        }
    if isinstance(value, list | tuple):
        return [_form(inner, (place, index)) for index, inner in enumerate(value)]
    return _text(value, place)


def _name(key: object, place: Place) -> str:
    if not isinstance(key, str):
        raise NotCanonical(f"{_told(place)}: a name is text, not {key!r}")
    return key


def _checked(text: str, place: Place) -> str:
    if "\x00" in text:
        raise NotCanonical(f"{_told(place)}: text with a NUL, which PostgreSQL cannot keep")
    return text


def _text(value: object, place: Place) -> str:
    if isinstance(value, str):
        return str(_checked(value, place))
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise NotCanonical(f"{_told(place)}: a moment without its zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    if isinstance(value, int | UUID):
        return str(value)
    raise NotCanonical(f"{_told(place)}: {type(value).__name__} has no canonical form")


def _told(place: Place) -> str:
    """Say where something stands: `$.fields.amount`, `$.subjects[1]`."""
    if not place:
        return "$"
    before, name = place
    return f"{_told(before)}[{name}]" if isinstance(name, int) else f"{_told(before)}.{name}"
