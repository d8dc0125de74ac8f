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


class NotCanonical(TypeError):
    """The value has no canonical form; the message names where it stands."""


def encode(mapping: Mapping[str, object]) -> bytes:
    """Return the canonical UTF-8 bytes; NotCanonical for a float or an unknown type."""
    form = _form(mapping, "$")
    if not _names_in_ascii(form):
        return rfc8785.dumps(form)
    try:
        # The same bytes in a tenth of the time: of RFC 8785's rules on names and text, orjson
        # lacks only the order of names beyond the first plane, and our numbers are text.
        return orjson.dumps(form, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        raise NotCanonical(f"$: {error}") from error


def _names_in_ascii(form: Any) -> bool:
    if isinstance(form, dict):
        return all(name.isascii() and _names_in_ascii(one) for name, one in form.items())
    return all(map(_names_in_ascii, form)) if isinstance(form, list) else True


def _form(value: object, place: str) -> Any:  # Any: the package's own JSON type is recursive
    if isinstance(value, Mapping):
        return {_name(key, place): _form(inner, f"{place}.{key}") for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_form(inner, f"{place}[{index}]") for index, inner in enumerate(value)]
    if value is None or isinstance(value, bool):
        return value
    return _text(value, place)


def _name(key: object, place: str) -> str:
    if not isinstance(key, str):
        raise NotCanonical(f"{place}: a name is text, not {key!r}")
    return key


def _text(value: object, place: str) -> str:
    if isinstance(value, str):
        if "\x00" in value:
            raise NotCanonical(f"{place}: text with a NUL, which PostgreSQL cannot keep")
        return str(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise NotCanonical(f"{place}: a moment without its zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    if isinstance(value, int | UUID):
        return str(value)
    raise NotCanonical(f"{place}: {type(value).__name__} has no canonical form")
